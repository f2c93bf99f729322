/** The rules of a token's life that hold for every vendor; each vendor's tests run them against its sandbox. */
import createPlainClient from "openapi-fetch";
import { describe, expect, it } from "vitest";
import {
  AuthError,
  authMiddleware,
  type Client,
  ConfigurationError,
  createMemoryStore,
  toVendorError,
  SchemaError,
  TransportError,
  unwrap,
  VendorError,
} from "../../src/index.ts";
import type { Vendor, VendorTypes } from "../../src/vendor.ts";
import { caught } from "./caught.ts";
import { openBench } from "./sandbox-harness.ts";

export interface Result {
  readonly status: number;
  readonly response: Response;
  readonly data?: unknown;
  readonly error?: unknown;
}

export interface Subject<T extends VendorTypes> {
  readonly vendor: Vendor<T>;
  /** Some GET that needs a token. */
  read(client: Client<T>): Promise<Result>;
  readonly readPath: string;
  /** Some write with a body that tells the calls apart, where the vendor documents one. */
  readonly write?: (client: Client<T>, index: number) => Promise<Result>;
  /** Walks a list that has more than one page, where there is one. */
  readonly walk?: (client: Client<T>) => AsyncIterable<unknown>;
  readonly walkLength?: number;
  readonly lifetimeInSeconds: number;
  /** Waits after a 429 without Retry-After, in seconds. */
  readonly schedule: readonly number[];
  /** Credentials that the vendor refuses. */
  readonly wrong: T["credentials"];
  /** By server: the environment variables of its credentials that must be there. */
  readonly environment: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const many = <R>(count: number, make: (index: number) => Promise<R>): Promise<R[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)));

const statuses = (results: readonly Result[]): number[] => [...new Set(results.map(({ status }) => status))];

export function describeVendorRules<T extends VendorTypes>(subject: Subject<T>): void {
  const { vendor, read, lifetimeInSeconds } = subject;
  const open = (switches: Parameters<typeof openBench>[1] = {}) =>
    openBench(vendor, { rateLimits: false, ...switches });
  const lifetimeInMs = lifetimeInSeconds * 1000;

  describe("a token's life", () => {
    it("begins at the first call, with one sign-in for a hundred callers", async () => {
      await using bench = await open();
      const client = bench.connect();
      expect(bench.sandbox.requests).toHaveLength(0);
      expect(statuses(await many(100, () => read(client)))).toEqual([200]);
      expect(bench.tokenRequests()).toBe(1);
    });

    it("is used as it is while more than the buffer of five minutes is left", async () => {
      await using bench = await open();
      const client = bench.connect();
      await read(client);
      bench.clock.advance(lifetimeInMs - 335_000);
      await read(client);
      expect(bench.tokenRequests()).toBe(1);
    });

    it("inside the buffer serves the call with the token at hand and gets the next one in the background", async () => {
      await using bench = await open();
      const client = bench.connect({ fetch: bench.fetch });
      await read(client);
      bench.clock.advance(lifetimeInMs - 299_000);
      await read(client);
      const [first, second] = bench.wire.filter(({ path }) => path.startsWith(subject.readPath));
      expect(second?.headers.get("authorization")).toBe(first?.headers.get("authorization"));
      await expect.poll(() => bench.events.filter(({ type }) => type === "refresh").length).toBe(2);
      await read(client);
      expect(bench.wire.at(-1)?.headers.get("authorization")).not.toBe(first?.headers.get("authorization"));
      expect(bench.tokenRequests()).toBe(2);
    });

    it("ends and begins again under load without a failed call, one refresh at a time", async () => {
      await using bench = await open({ accessLifetimeInSeconds: 60, resourceLatencyInMs: 1 });
      const client = bench.connect();
      await read(client);
      const rounds = 40;
      for (let round = 0; round < rounds; round++) {
        const calls = many(12, () => read(client));
        // In the middle of the calls: a token may expire between its attaching and its check.
        bench.clock.advance(6_000);
        expect(statuses(await calls)).toEqual([200]);
      }
      const lived = (rounds * 6) / 60;
      expect(bench.tokenRequests()).toBeGreaterThanOrEqual(lived);
      // Tokens of a minute have a window of a quarter of it: no more than one refresh for each 40 seconds.
      expect(bench.tokenRequests()).toBeLessThanOrEqual(1 + Math.ceil((rounds * 6) / 40));
      expect(bench.sandbox.reuses).toBe(0);
    });

    it("that was revoked costs one refresh and one replay for each call under way", async () => {
      await using bench = await open();
      const client = bench.connect();
      await read(client);
      bench.sandbox.revokeAccessTokens();
      const before = { token: bench.tokenRequests(), api: bench.apiRequests() };
      expect(statuses(await many(10, () => read(client)))).toEqual([200]);
      expect(bench.tokenRequests() - before.token).toBe(1);
      expect(bench.apiRequests() - before.api).toBeLessThanOrEqual(20);
      expect(bench.events.filter(({ type }) => type === "invalidation")).toHaveLength(1);
    });

    it("that is refused twice gives the caller the vendor's second 401, and no third attempt", async () => {
      await using bench = await open();
      const client = bench.connect();
      await read(client);
      bench.sandbox.set({ faults: [{ phase: "resource", as: "token-refused", times: 2 }] });
      const before = bench.apiRequests();
      const result = await read(client);
      expect(result.status).toBe(401);
      expect(bench.apiRequests() - before).toBe(2);
      expect(bench.tokenRequests()).toBe(2);
      expect(toVendorError(result)?.kind).toMatch(/^(invalid|expired)_token$/u);
      expect((await read(client)).status).toBe(200);
    });

    it("is good enough while it lasts, though the token endpoint is down", async () => {
      await using bench = await open();
      const client = bench.connect({ retries: false });
      await read(client);
      bench.sandbox.set({ faults: ["obtain", "refresh"].map((phase) => down(phase)) });
      bench.clock.advance(lifetimeInMs - 200_000);
      expect((await read(client)).status).toBe(200);
      await expect.poll(() => bench.events.filter(({ type }) => type === "refresh").length).toBe(2);
      expect(statuses(await many(20, () => read(client)))).toEqual([200]);
      expect(bench.tokenRequests()).toBe(2);
      bench.clock.advance(201_000);
      const error = await caught(read(client));
      expect(error).toBeInstanceOf(AuthError);
      expect(error).toMatchObject({ outcome: "transient", kind: expect.stringMatching(/server_error|unavailable/u) });
    });

    it("shows in the status without its value, and ends there with the client", async () => {
      await using bench = await open();
      const client = bench.connect({ fetch: bench.fetch });
      expect(client.auth.status()).toMatchObject([{ state: "signed_out" }]);
      await read(client);
      const [status] = client.auth.status();
      expect(status).toMatchObject({ state: "signed_in", tokenType: "Bearer", estimated: false });
      expect(Math.abs((status?.expiresAt ?? 0) - (bench.clock.now() + lifetimeInMs))).toBeLessThan(5_000);
      const bearer = bench.wire.at(-1)?.headers.get("authorization")?.replace("Bearer ", "") ?? "none";
      expect(JSON.stringify(client.auth.status())).not.toContain(bearer);
      await client.close();
      expect(client.auth.status()).toMatchObject([{ state: "closed" }]);
      expect(await caught(read(client))).toMatchObject({ reason: "closed", outcome: "closed" });
    });

    it("is not ended at the vendor by close()", async () => {
      await using bench = await open();
      const store = createMemoryStore({ clock: bench.clock });
      const [one, other] = [bench.connect({ store }), bench.connect({ store })];
      await read(one);
      await one.close();
      expect((await read(other)).status).toBe(200);
      expect(bench.tokenRequests()).toBe(1);
      expect(bench.sandbox.requests.filter(({ phase }) => phase === "revoke")).toHaveLength(0);
    });
  });

  describe("credentials", () => {
    it("that are refused cost one request; for minutes every call gets an error with the same cause, which tells what to do", async () => {
      await using bench = await open();
      const client = bench.connect({ credentials: subject.wrong });
      const errors = await many(5, () => caught(read(client)));
      bench.clock.advance(299_999);
      errors.push(await caught(read(client)));
      expect(new Set(errors.map(causeOf)).size).toBe(1);
      expect(errors[0]).toBeInstanceOf(AuthError);
      expect(errors[0]).toMatchObject({
        kind: "invalid_credentials",
        outcome: "configuration",
        phase: "obtain",
        status: 401,
        vendor: vendor.name,
      });
      expect(errors[0]).toHaveProperty("advice", expect.stringMatching(/check|verify/iu));
      expect(bench.sandbox.requests.map(({ phase, status }) => [phase, status])).toEqual([["obtain", 401]]);
      expect(client.auth.status()).toMatchObject([{ state: "refused" }]);
      for (const [name, value] of Object.entries(subject.wrong)) {
        if (isSecret(vendor, name)) expect(JSON.stringify(errors[0]) + String(errors[0])).not.toContain(value);
      }
    });

    it("that are refused are told so by verify(), which leaves a good token as it is", async () => {
      await using bench = await open();
      const client = bench.connect();
      await read(client);
      const error = await caught(client.auth.verify(subject.wrong));
      expect(error).toMatchObject({ name: "AuthError", kind: "invalid_credentials" });
      await client.auth.verify();
      expect((await read(client)).status).toBe(200);
      expect(bench.tokenRequests()).toBe(3);
    });

    it("from a function are asked for at each sign-in, so that rotated ones are taken up without a restart", async () => {
      await using bench = await open();
      const answers: T["credentials"][] = [subject.wrong, bench.account("default")];
      let asked = 0;
      const client = bench.connect({ credentials: () => answers[asked++] ?? bench.account("default") });
      // Refused, asked again at once, and there are others by now.
      expect((await read(client)).status).toBe(200);
      expect(asked).toBe(2);
      expect(bench.sandbox.requests.filter(({ phase }) => phase === "obtain").map(({ status }) => status)).toEqual([
        401, 200,
      ]);
      bench.sandbox.revokeAccessTokens();
      bench.sandbox.revokeRefreshTokens();
      await read(client);
      expect(asked).toBe(3);
    });

    it.each(Object.entries(subject.environment))(
      "come from the variables of the server %s, all of them or none",
      async (name, variables) => {
        const wanted = Object.keys(variables);
        await using bench = await open();
        const server = Object({ name, variables: hostVariable(vendor, name) });
        const connectThere = () => bench.connect({ credentials: undefined, server });
        await withEnvironment({}, () => {
          const error = thrown(connectThere);
          expect(error).toBeInstanceOf(ConfigurationError);
          for (const variable of Object.values(variables)) expect(String(error)).toContain(variable);
        });
        await withEnvironment(
          Object.fromEntries(Object.values(variables).map((variable) => [variable, "value"])),
          () => {
            expect(connectThere().auth.status()).toMatchObject([{ state: "signed_out" }]);
          },
        );
        for (const left of wanted.filter((one) => isSecret(vendor, one))) {
          const some = Object.entries(variables).filter(([one]) => one !== left);
          await withEnvironment(Object.fromEntries(some.map(([, variable]) => [variable, "value"])), () => {
            expect(String(thrown(connectThere))).toContain(`${variables[left]} is not`);
          });
        }
        // Another server's variables, or those of an address of one's own, are nobody's.
        await withEnvironment(
          Object.fromEntries(Object.values(variables).map((variable) => [variable, "value"])),
          () => {
            expect(thrown(() => bench.connect({ credentials: undefined }))).toBeInstanceOf(ConfigurationError);
            for (const other of Object.keys(vendor.servers).filter((one) => one !== name)) {
              const there = {
                credentials: undefined,
                server: Object({ name: other, variables: hostVariable(vendor, other) }),
              };
              expect(
                thrown(() => bench.connect(there)),
                other,
              ).toBeInstanceOf(ConfigurationError);
            }
          },
        );
      },
    );

    it("given in part are an error, and nothing is filled up from the environment", async () => {
      await using bench = await open();
      const variables = Object.values(subject.environment)[0] ?? {};
      const secret = Object.keys(variables).find((name) => isSecret(vendor, name) && !isOptional(vendor, name));
      await withEnvironment(Object.fromEntries(Object.values(variables).map((variable) => [variable, "value"])), () => {
        const some = Object.fromEntries(Object.entries(bench.account("default")).filter(([name]) => name !== secret));
        if (secret === undefined) return;
        const error = thrown(() => bench.connect({ credentials: Object(some) }));
        expect(error).toBeInstanceOf(ConfigurationError);
        expect(String(error)).toContain(secret);
      });
    });

    it("with a name that is not theirs are an error that names the right ones", async () => {
      await using bench = await open();
      const given = { ...bench.account("default"), clientKey: "value-of-the-wrong-one" };
      const error = thrown(() => bench.connect({ credentials: given }));
      expect(String(error)).toMatch(/credentials\.clientKey is not a credential of this vendor; .*it takes /u);
      expect(String(error)).not.toContain("value-of-the-wrong-one");
    });
  });

  describe("a 429", () => {
    it("without Retry-After is tried again by the documented schedule, and returned after the last attempt", async () => {
      await using bench = await open({ retryAfter: "never" });
      const client = bench.connect({ fetch: bench.fetch });
      await read(client);
      bench.sandbox.set({ faults: [{ phase: "resource", as: "rate-limited", times: 100 }] });
      const before = bench.apiRequests();
      const result = await bench.passing(read(client));
      expect(result.status).toBe(429);
      expect(bench.apiRequests() - before).toBe(1 + subject.schedule.length);
      expect(toVendorError(result)).toMatchObject({ kind: "rate_limited", outcome: "throttled" });
      const waits = bench.events.flatMap((event) => (event.type === "throttle" ? [event.waitInMs / 1000] : []));
      expect(waits).toHaveLength(subject.schedule.length);
      for (const [index, wait] of waits.entries()) {
        // Jitter lengthens, by a tenth at most.
        expect(wait).toBeGreaterThanOrEqual(subject.schedule[index] ?? 0);
        expect(wait).toBeLessThanOrEqual((subject.schedule[index] ?? 0) * 1.1);
      }
    });

    it("with Retry-After is tried again when that is over", async () => {
      await using bench = await open();
      const client = bench.connect({ fetch: bench.fetch });
      await read(client);
      bench.sandbox.set({
        faults: [{ phase: "resource", status: 429, headers: { "retry-after": "7" }, body: {}, times: 2 }],
      });
      const result = await bench.passing(read(client));
      expect(result.status).toBe(200);
      const waits = bench.events.flatMap((event) => (event.type === "throttle" ? [event.waitInMs] : []));
      expect(waits).toHaveLength(2);
      for (const wait of waits) expect(wait).toBeGreaterThanOrEqual(7_000);
    });

    it("at sign-in reaches the caller as a throttled AuthError, and the endpoint is left alone until it is over", async () => {
      await using bench = await open();
      bench.sandbox.set({ faults: [{ phase: "obtain", status: 429, headers: { "retry-after": "30" }, body: {} }] });
      const client = bench.connect({ retries: false });
      const error = await caught(read(client));
      expect(error).toMatchObject({ name: "AuthError", outcome: "throttled", kind: "rate_limited", status: 429 });
      expect(error).toHaveProperty("retryAt", expect.any(Number));
      bench.clock.advance(29_000);
      expect(causeOf(await caught(read(client)))).toBe(causeOf(error));
      expect(bench.tokenRequests()).toBe(1);
      bench.clock.advance(30_000);
      expect((await read(client)).status).toBe(200);
    });
  });

  describe("an answer that is no success", () => {
    it("of 403 never refreshes, and says so", async () => {
      await using bench = await open();
      const client = bench.connect();
      bench.sandbox.set({ faults: [{ phase: "resource", as: "permission-missing" }] });
      const result = await read(client);
      expect(result.status).toBe(403);
      expect(toVendorError(result)?.kind).toBe("permission_denied");
      expect(bench.sandbox.requests).toHaveLength(2);
    });

    it.each([
      [401, "invalid_token"],
      [403, "permission_denied"],
      [404, "not_found"],
      [500, "server_error"],
      [503, "unavailable"],
    ])("of %i with an empty body or an HTML page is %s, and no page is quoted", async (status, kind) => {
      await using bench = await open();
      const client = bench.connect({ fetch: bench.fetch });
      await read(client);
      for (const broken of ["empty", "html"] as const) {
        bench.sandbox.set({ faults: [{ phase: "resource", status, broken, times: 100 }] });
        const result = await bench.passing(read(client));
        bench.sandbox.set({ faults: [] });
        expect(result.status).toBe(status);
        const error = toVendorError(result);
        expect(error).toMatchObject({ kind, status, code: undefined });
        expect(error?.message).not.toContain("<");
        // A token refused right after it was had is left alone for a while.
        bench.clock.advance(120_000);
      }
    });

    it("is thrown by unwrap() as a VendorError; data comes as it is", async () => {
      await using bench = await open();
      const client = bench.connect();
      const { data } = await read(client);
      expect(await unwrap(read(client))).toEqual(data);
      bench.sandbox.set({ faults: [{ phase: "resource", as: "permission-missing" }] });
      expect(await caught(unwrap(read(client)))).toBeInstanceOf(VendorError);
    });

    it("of 200 that is no JSON is a SchemaError with that status that does not quote it", async () => {
      await using bench = await open();
      const client = bench.connect();
      bench.sandbox.set({ faults: [{ phase: "resource", broken: "html" }] });
      const error = await caught(read(client));
      expect(error).toBeInstanceOf(SchemaError);
      expect(error).toMatchObject({ status: 200 });
      expect(String(error)).not.toContain("<");
    });

    it("to a sign-in that is an HTML page is a transient AuthError that does not quote it", async () => {
      await using bench = await open();
      const client = bench.connect({ retries: false });
      bench.sandbox.set({ faults: [{ phase: "obtain", broken: "html" }] });
      const error = await caught(read(client));
      expect(error).toMatchObject({ name: "AuthError", outcome: "transient" });
      expect(String(error)).not.toContain("<");
    });

    it("but none at all is a TransportError with the system's code, and costs no token", async () => {
      await using bench = await open();
      const client = bench.connect({ fetch: bench.fetch });
      await read(client);
      bench.sandbox.set({ faults: [{ phase: "resource", connection: "drop-after", times: 100 }] });
      const error = await caught(bench.passing(read(client)));
      expect(error).toBeInstanceOf(TransportError);
      expect(error).toMatchObject({ reason: "network", outcome: "transient", code: expect.any(String) });
      bench.sandbox.set({ faults: [] });
      expect((await read(client)).status).toBe(200);
      expect(bench.tokenRequests()).toBe(1);
    });
  });

  describe("validate: strict", () => {
    it("accepts what the sandbox answers, and throws a SchemaError for a broken body, without its values", async () => {
      await using bench = await open();
      const client = bench.connect({ validate: "strict" });
      expect((await read(client)).status).toBe(200);
      bench.sandbox.set({ faults: [{ phase: "resource", status: 200, body: 17 }] });
      const error = await caught(read(client));
      expect(error).toBeInstanceOf(SchemaError);
      expect(error).toMatchObject({ direction: "response", status: 200, outcome: "unreadable" });
      expect(bench.sandbox.requests.at(-1)?.status).toBe(200);
    });
  });

  describe("authMiddleware on a plain openapi-fetch client", () => {
    it("signs in, stays signed in, and answers a 401 with one refresh and one replay", async () => {
      await using bench = await open();
      const plain = createPlainClient<Record<string, { get: object }>>({ baseUrl: bench.sandbox.server.url });
      const layer = authMiddleware(vendor, {
        credentials: bench.account("default"),
        server: Object(bench.sandbox.server),
        clock: bench.clock,
      });
      plain.use(layer);
      const get = (): Promise<{ response: Response }> => plain.request("get", subject.readPath);
      expect((await many(10, get)).map(({ response }) => response.status)).toEqual(Array(10).fill(200));
      expect(bench.tokenRequests()).toBe(1);
      bench.sandbox.revokeAccessTokens();
      expect((await many(10, get)).map(({ response }) => response.status)).toEqual(Array(10).fill(200));
      expect(bench.tokenRequests()).toBe(2);
      expect(layer.auth.status()).toMatchObject([{ state: "signed_in" }]);
      bench.sandbox.set({ faults: [{ phase: "resource", as: "permission-missing" }] });
      expect(toVendorError(await get())).toMatchObject({ kind: "permission_denied", vendor: vendor.name });
      await layer.close();
    });
  });

  it("of another contract is refused with the name of the package to update", () => {
    const newer = { ...vendor, contract: 2 };
    const older = { ...vendor, contract: 0 };
    expect(() => connectUntyped(newer)).toThrow(
      `${vendor.name}: it was generated for contract 2, but this runtime supports contract 1; update the package latchkey`,
    );
    expect(() => connectUntyped(older)).toThrow("update latchkey-cli and generate the vendor again");
  });

  const { write, walk, walkLength } = subject;
  if (write) {
    it("replays a write after a 401 with the same body, each call its own", async () => {
      await using bench = await open();
      const client = bench.connect({ fetch: bench.fetch });
      await read(client);
      bench.sandbox.revokeAccessTokens();
      const before = bench.wire.length;
      const results = await many(5, (index) => write(client, index));
      for (const { response } of results) expect(response.ok).toBe(true);
      const bodies = bench.wire.slice(before).filter(({ path, body }) => !isTokenPath(vendor, path) && body !== "");
      const sent = bodies.map(({ body }) => body);
      expect(new Set(sent).size).toBe(5);
      // Each was sent, refused, and sent again whole.
      for (const body of sent) expect(sent.filter((other) => other === body)).toHaveLength(2);
      expect(bench.tokenRequests()).toBe(2);
    });
  }

  if (walk) {
    describe("paging", () => {
      it("walks the whole list, each record once, over an expiry in the middle", async () => {
        await using bench = await open();
        const client = bench.connect();
        const seen = new Set<string>();
        let count = 0;
        for await (const item of walk(client)) {
          count += 1;
          if (count === 20) bench.sandbox.revokeAccessTokens();
          seen.add(JSON.stringify(item));
        }
        expect(count).toBe(walkLength);
        expect(seen.size).toBe(walkLength);
        expect(bench.tokenRequests()).toBe(2);
      });

      it("stops at an error in the middle, which it throws", async () => {
        await using bench = await open();
        const client = bench.connect();
        bench.sandbox.set({ faults: [{ phase: "resource", as: "permission-missing", after: 1, times: 100 }] });
        let count = 0;
        const error = await caught(
          (async () => {
            for await (const _ of walk(client)) count += 1;
          })(),
        );
        expect(error).toMatchObject({ name: "VendorError", kind: "permission_denied" });
        expect(count).toBeGreaterThan(0);
        expect(count).toBeLessThan(walkLength ?? 0);
        expect(bench.apiRequests()).toBe(2);
      });

      it("stops at refused credentials, which it throws, so that a run that nobody watches ends", async () => {
        await using bench = await open();
        const client = bench.connect();
        let count = 0;
        const error = await caught(
          (async () => {
            for await (const _ of walk(client)) {
              count += 1;
              if (count > 1) continue;
              bench.sandbox.revokeAccessTokens();
              bench.sandbox.revokeRefreshTokens();
              bench.sandbox.set({ faults: [{ phase: "obtain", as: "credentials-refused", times: 100 }] });
            }
          })(),
        );
        expect(error).toMatchObject({ name: "AuthError", kind: "invalid_credentials" });
        expect(bench.sandbox.requests.filter(({ phase }) => phase === "obtain")).toHaveLength(2);
        expect(causeOf(await caught(read(client)))).toBe(causeOf(error));
      });
    });
  }
}

const down = (phase: string) => Object({ phase, as: "unavailable", times: 1000 });

const connectUntyped = (vendor: object): unknown => authMiddleware(Object(vendor), {});

const isTokenPath = (vendor: Vendor, path: string): boolean =>
  Object.values(vendor.schemes).some(({ lifecycle }) =>
    [...(lifecycle?.obtain ?? []), lifecycle?.refresh].some((operation) => operation?.path === path),
  );

const fieldOf = (vendor: Vendor, name: string) =>
  Object.values(vendor.schemes).flatMap(({ credentials }) => credentials[name] ?? [])[0];

const isSecret = (vendor: Vendor, name: string): boolean => fieldOf(vendor, name)?.secret === true;

/** Not needed for every way to sign in. */
const isOptional = (vendor: Vendor, name: string): boolean =>
  Object.values(vendor.schemes).some(
    ({ lifecycle, actor }) =>
      actor === undefined &&
      lifecycle?.obtain.some(
        ({ request, basic }) => !JSON.stringify([request, basic]).includes(`$credentials.${name}`),
      ),
  );

const hostVariable = (vendor: Vendor, server: string): Record<string, string> =>
  Object.fromEntries(Object.keys(vendor.servers[server]?.variables ?? {}).map((name) => [name, "vendor.invalid"]));

function thrown(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

/** With these variables set and no other of a vendor's. */
async function withEnvironment(variables: Readonly<Record<string, string>>, act: () => void): Promise<void> {
  const before = { ...process.env };
  for (const name of Object.keys(process.env)) {
    if (/^(PROPELLER|POPUP_GIFT_CARDS|ELASTIC_PATH|CONNECTIVITY|APIERA)_/u.test(name)) delete process.env[name];
  }
  Object.assign(process.env, variables);
  try {
    act();
  } finally {
    process.env = before;
  }
}

/** The failure of a token request, which the errors of all calls that it failed share. */
const causeOf = (error: unknown): unknown => (error instanceof AuthError ? error.cause : error);
