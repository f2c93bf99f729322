/**
 * Two clients that differ in anything that reaches a token request, or names what the token is for, never share a token; two that
 * differ in nothing share one sign-in. A client is made of facts: each is tried as the one that differs.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TokenStore } from "../../src/store/token-store.ts";
import { createSqliteStore, type SqliteStore } from "../../src/store/sqlite.ts";
import { fuzzParameters } from "../support/fuzz.ts";
import { customerFacts, type Fact, type Facts, type Form, facts, names, open } from "./client-facts.ts";

/** Each property is tried over every store, and the first for every fact. */
const stores = 2;

const factsAlike = fc.record(
  Object.fromEntries(Object.entries(facts).map(([name, values]) => [name, fc.constantFrom(...values)])),
) as fc.Arbitrary<Facts>;
/** Texts as they come; what is chosen among a few stays what it is at first, where all facts have part in the requests. */
const isText = (name: string) => Object.entries(facts).some(([one, values]) => one === name && values.length > 5);
const base = factsAlike.map(
  (given): Facts => ({
    ...given,
    ...Object.fromEntries(Object.entries(facts).flatMap(([name, [first]]) => (isText(name) ? [] : [[name, first]]))),
  }),
);
const formOf = fc.record({ isOwnServer: fc.boolean(), isFunction: fc.boolean() });
/** A function gives the credentials of one scheme: with an API key beside, they are values. */
const inForm = (given: Facts, form: Form): Facts => (form.isFunction ? { ...given, sentWith: "nothing" } : given);
const isOfKey = (fact: Fact) => fact === "apiKey" || fact === "sentWith";
const pairOf = (fact: Fact) =>
  fc
    .tuple(base, formOf, fc.shuffledSubarray(facts[fact], { minLength: 2, maxLength: 2 }))
    .map(([given, { isOwnServer, isFunction }, [one = "", two = ""]]) => {
      const form = { isOwnServer, isFunction: isFunction && !isOfKey(fact) };
      const alike = inForm(given, form);
      return {
        form,
        pair: [
          { ...alike, [fact]: one },
          { ...alike, [fact]: two },
        ] as const,
      };
    });

/** Variables are encoded as one segment of a path; an address of the caller's own is taken as it is. */
const encoded = (given: Facts): Facts => ({
  ...given,
  serverPath: encodeURIComponent(given.serverPath),
  authHostPath: encodeURIComponent(given.authHostPath),
  otherHostPath: encodeURIComponent(given.otherHostPath),
});

let folder: string;
let sqlite: SqliteStore;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "latchkey-isolation-"));
  sqlite = createSqliteStore({ path: join(folder, "tokens.db") });
});
afterAll(async () => {
  await sqlite.close();
  await rm(folder, { recursive: true });
});

/** Each run has credentials of its own: the stores are the same for all. */
let count = 0;
const nextRun = () => `run${++count}`;

async function between<T>(
  [one, two]: readonly [Facts, Facts],
  form: Form,
  store: TokenStore | undefined,
  use: (clients: readonly [ReturnType<typeof open>, ReturnType<typeof open>]) => Promise<T>,
): Promise<T> {
  const run = nextRun();
  const clients = [open("one", one, form, run, store), open("two", two, form, run, store)] as const;
  try {
    return await use(clients);
  } finally {
    await Promise.all(clients.map((client) => client.close()));
  }
}

describe.each([
  ["the memory that a process shares", (): TokenStore | undefined => undefined],
  ["a SQLite file", (): TokenStore | undefined => sqlite],
] as const)("over %s", (_, storeOf) => {
  it.each(names)("clients of another %s never share a token", async (fact) => {
    const kind = Object.hasOwn(customerFacts, fact) ? "customer" : "(?:client|customer)";
    const property = fc.asyncProperty(
      pairOf(fact),
      fc.boolean(),
      ({ pair, form }, isAtOnce): Promise<void> =>
        between(pair, form, storeOf(), async ([one, two]) => {
          const first = one.call();
          if (!isAtOnce) await first;
          const [mine, theirs] = await Promise.all([first, two.call()]);
          // Their refresh tokens, too.
          await theirs.auth.refresh();
          await mine.auth.refresh();
          await Promise.all([mine.GET("/things"), theirs.GET("/things")]);
          for (const [client, own, other] of [
            [one, "one", "two"],
            [two, "two", "one"],
          ] as const) {
            const said = client.sent.join("\n");
            expect(said).not.toMatch(new RegExp(`<${other}_${kind}_`, "u"));
            expect(said).toMatch(new RegExp(`<${own}_${kind}_access|<${own}_${kind}_id`, "u"));
          }
        }),
    );
    await fc.assert(property, fuzzParameters(3, stores * names.length));
  });

  it("clients that differ in nothing share one sign-in", async () => {
    const property = fc.asyncProperty(factsAlike, formOf, fc.boolean(), (given, form, isAtOnce) =>
      between([inForm(given, form), inForm(given, form)], form, storeOf(), async ([one, two]) => {
        const first = one.call();
        if (!isAtOnce) await first;
        await Promise.all([first, two.call()]);
        // The client's and the customer's.
        expect(one.signIns + two.signIns).toBe(2);
      }),
    );
    await fc.assert(property, fuzzParameters(12, stores));
  });

  it("clients share whatever way their server is given in", async () => {
    const property = fc.asyncProperty(base, async (given) => {
      const run = nextRun();
      const clients = [false, true].map((isOwnServer) =>
        open("one", isOwnServer ? encoded(given) : given, { isOwnServer, isFunction: false }, run, storeOf()),
      );
      for (const client of clients) await client.call();
      expect(clients.map(({ signIns }) => signIns)).toEqual([2, 0]);
      await Promise.all(clients.map((client) => client.close()));
    });
    await fc.assert(property, fuzzParameters(3, stores));
  });
});
