/** The directions in which each component is used, and the operations that use it. */
import type { Contract, ContractMessages, ContractResponses } from "../../codegen/contract/contract.ts";
import { isObject, type Json } from "../../codegen/util/json.ts";
import type { Direction } from "../rules/change.ts";

export interface Usage {
  directionOf(schema: string): Direction;
  /** Keys of the operations and webhooks that refer to it in bodies, parameters or callbacks. */
  operationsOf(schema: string): string[];
}

export function createUsage({ operations, webhooks = {}, schemas }: Contract): Usage {
  const roots = { sent: new Map<string, Set<string>>(), received: new Map<string, Set<string>>() };
  for (const [key, { parameters, body, responses, callbacks = {} }] of Object.entries(operations)) {
    const sent = [...Object.values(parameters).map(({ schema }) => schema), ...Object.values(body?.content ?? {})];
    const received = inResponses(responses);
    received.push(...schemasOf(callbacks));
    sent.push(...answersOf(callbacks));
    for (const [direction, list] of [
      ["sent", sent],
      ["received", received],
    ] as const) {
      for (const name of list.flatMap((schema) => [...referencesIn(schema, direction)]))
        add(roots[direction], name, key);
    }
  }
  for (const [name, message] of Object.entries(webhooks)) {
    const messages = { [name]: message };
    for (const [direction, list] of [
      ["sent", answersOf(messages)],
      ["received", schemasOf(messages)],
    ] as const) {
      for (const schema of list.flatMap((one) => [...referencesIn(one, direction)]))
        add(roots[direction], schema, `webhook ${name}`);
    }
  }
  const edges = { sent: new Map<string, Set<string>>(), received: new Map<string, Set<string>>() };
  const users = new Map<string, Set<string>>();
  for (const [name, schema] of Object.entries(schemas)) {
    for (const direction of ["sent", "received"] as const) {
      const targets = referencesIn(schema, direction);
      edges[direction].set(name, targets);
      for (const target of targets) add(users, target, name);
    }
  }
  const operationsBySchema = new Map<string, string[]>();
  const reached = {
    sent: reach(roots.sent.keys(), edges.sent),
    received: reach(roots.received.keys(), edges.received),
  };
  return {
    directionOf: (schema) => ({ sent: reached.sent.has(schema), received: reached.received.has(schema) }),
    operationsOf: (schema) => {
      const known = operationsBySchema.get(schema);
      if (known !== undefined) return known;
      const found = [...reach([schema], users)].flatMap((name) => [
        ...(roots.sent.get(name) ?? []),
        ...(roots.received.get(name) ?? []),
      ]);
      const keys = [...new Set(found)].sort();
      operationsBySchema.set(schema, keys);
      return keys;
    },
  };
}

/** A message of the vendor is received. */
const schemasOf = (messages: ContractMessages): Json[] =>
  Object.values(messages).flatMap(({ parameters, body }) => [
    ...Object.values(parameters).map(({ schema }) => schema),
    ...Object.values(body?.content ?? {}),
  ]);

/** Its response is sent. */
const answersOf = (messages: ContractMessages): Json[] =>
  Object.values(messages).flatMap(({ responses = {} }) => inResponses(responses));

const inResponses = (responses: ContractResponses): Json[] =>
  Object.values(responses).flatMap(({ content, headers }) => [
    ...Object.values(content),
    ...Object.values(headers).map(({ schema }) => schema),
  ]);

function add(map: Map<string, Set<string>>, name: string, value: string): void {
  const set = map.get(name);
  if (set === undefined) map.set(name, new Set([value]));
  else set.add(value);
}

function reach(from: Iterable<string>, edges: ReadonlyMap<string, ReadonlySet<string>>): Set<string> {
  const reached = new Set(from);
  // A set that grows while it is walked is a queue.
  for (const name of reached) for (const target of edges.get(name) ?? []) reached.add(target);
  return reached;
}

function referencesIn(schema: Json, direction: "sent" | "received", found = new Set<string>()): Set<string> {
  if (Array.isArray(schema)) for (const item of schema) referencesIn(item, direction, found);
  if (!isObject(schema)) return found;
  if (schema[direction === "sent" ? "readOnly" : "writeOnly"] === true) return found;
  if (typeof schema.$ref === "string") found.add(schema.$ref);
  for (const [name, member] of Object.entries(schema)) {
    if (member !== undefined && !notSchemas.has(name)) referencesIn(member, direction, found);
  }
  return found;
}

/** Keywords whose values are data without references. */
const notSchemas = new Set(["const", "default", "enum", "required", "discriminator"]);
