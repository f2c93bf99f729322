/** A vendor with one list, walked as a test says, behind the scriptable loopback vendor. */
import type { CallInit, Refusal, Rest, Success, Undocumented } from "../../../src/client/call-types.ts";
import { type Client, connect, createMemoryStore, type LatchkeyEvent } from "../../../src/index.ts";
import type { Operation, Pagination, SendRule, Vendor } from "../../../src/vendor.ts";
import type { FakeVendor, Received, Reply } from "../../support/fake-vendor.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import { createTestVendor, type TestTypes, testCredentials } from "../../support/test-vendor.ts";

export interface Item {
  readonly id: number;
}

type Result = Success<200, unknown> | Refusal<Rest, Undocumented>;
interface GetList {
  GET(init?: CallInit & { params?: { query?: Record<string, unknown> } }): Promise<Result>;
}
interface PostList {
  POST(init?: CallInit & { body?: Record<string, unknown> }): Promise<Result>;
}

export interface ListTypes extends Omit<TestTypes, "paths" | "methods" | "items"> {
  paths: { "/list": GetList & PostList; "/other": GetList };
  methods: { GET: "/list" | "/other"; POST: "/list" };
  items: { "GET /list": Item; "POST /list": Item; "GET /other": Item };
}

/** @param send how the token travels, instead of in a header. */
export function createListVendor(pagination: Pagination, send?: SendRule): Vendor<ListTypes> {
  // An object `page` is written as the document says.
  const operation: Operation = { pagination, parameters: { query: { page: { style: "deepObject" } } } };
  const { "~types": _, ...vendor } = createTestVendor();
  const schemes = Object.entries(vendor.schemes).map(([name, scheme]) => [name, send ? { ...scheme, send } : scheme]);
  return {
    ...vendor,
    schemes: Object.fromEntries(schemes),
    operations: { "GET /list": operation, "POST /list": operation, "GET /other": operation },
  };
}

export interface ListBench {
  readonly client: Client<ListTypes>;
  readonly events: LatchkeyEvent[];
}

export function openList(fake: FakeVendor, pagination: Pagination, send?: SendRule): ListBench {
  const clock = createManualClock();
  const events: LatchkeyEvent[] = [];
  const client = connect(createListVendor(pagination, send), {
    credentials: testCredentials,
    server: { url: fake.url },
    clock,
    store: createMemoryStore({ clock }),
    onEvent: (event) => events.push(event),
  });
  return { client, events };
}

export interface Asked {
  readonly query: URLSearchParams;
  readonly body: Record<string, unknown>;
  readonly path: string;
  /** The parameter as a number, or what stands for it. */
  number(name: string, standard: number): number;
}

/** Answers every call as the function says. */
export function serve(fake: FakeVendor, answer: (asked: Asked, received: Received) => Reply): void {
  fake.onApi = (received) => {
    const url = new URL(received.path, fake.url);
    const body: Record<string, unknown> = received.body === "" ? {} : JSON.parse(received.body);
    const number = (name: string, standard: number) => Number(url.searchParams.get(name) ?? standard);
    return answer({ query: url.searchParams, body, path: url.pathname, number }, received);
  };
}

export const itemsOf = (count: number): Item[] => Array.from({ length: count }, (_, index) => ({ id: index + 1 }));

export async function idsOf(items: AsyncIterable<Item>): Promise<number[]> {
  const ids: number[] = [];
  for await (const { id } of items) ids.push(id);
  return ids;
}

export async function listOf<T>(all: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const one of all) list.push(one);
  return list;
}
