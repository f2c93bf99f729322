/** What an error is, and what it says: its kind decides, its text names what a person needs, whatever copy of the package made it. */
import { describe, expect, it } from "vitest";
import * as latchkey from "../../src/index.ts";
import { toVendorError, unwrap } from "../../src/index.ts";
import type { ErrorRule } from "../../src/vendor.ts";
import { createCanaries } from "../support/canaries.ts";
import { createBarrier, layGround, passing, rejection, sharedError, until } from "./support/fault-harness.ts";

const ground = layGround();
const canaries = createCanaries();

const rules = (...table: readonly ErrorRule[]) => ({
  errors: { envelopes: [{ code: "/code", message: "/text" }], table },
});

describe("an error code that the document maps to a refused token", () => {
  it.each([
    [400, "expired_token"],
    [403, "revoked_token"],
    [419, "invalid_token"],
    [200, "expired_token"],
  ] as const)("L06 under a %i (%s) is replaced and replayed once, as after a 401", async (status, kind) => {
    for (const rule of [{ status, code: "SESSION", kind }, ...(status >= 400 ? [{ code: "SESSION", kind }] : [])]) {
      const { client, events } = ground.connect(rules(rule));
      await client.GET("/things");
      const before = [ground.fake.tokenRequests.length, ground.fake.apiRequests.length] as const;
      let refused = 0;
      ground.fake.onApi = () => {
        refused += 1;
        return refused === 1 ? { status, body: { code: "SESSION" } } : undefined;
      };
      expect((await client.POST("/things", { body: { a: 1 } })).status).toBe(200);
      expect([ground.fake.tokenRequests.length - before[0], ground.fake.apiRequests.length - before[1]]).toEqual([
        1, 2,
      ]);
      expect(events).toContainEqual(expect.objectContaining({ type: "replay", reason: kind }));
      ground.fake.onApi = undefined;
    }
  });

  it("L06 that is refused once more is returned, and its error says that a new token was refused as well", async () => {
    const { client } = ground.connect(rules({ status: 403, code: "SESSION", kind: "expired_token" }));
    await client.GET("/things");
    ground.fake.onApi = () => ({ status: 403, body: { code: "SESSION" } });
    const error = toVendorError(await client.GET("/things"));
    expect(error).toMatchObject({ kind: "expired_token", status: 403 });
    expect(error?.advice).toMatch(/; a new token was refused as well$/u);
    expect(ground.fake.apiRequests).toHaveLength(3);
  });

  it("L06 where no token was replaced, nothing is said of a new one", async () => {
    ground.fake.onApi = () => ({ status: 403, body: { error: "token_expired" } });
    const error = toVendorError(await ground.connect().client.GET("/things"));
    expect(error?.kind).toBe("expired_token");
    expect(error?.message).not.toContain("a new token");
    expect(ground.fake.apiRequests).toHaveLength(1);
  });

  it("L06 is read early for the statuses of the table alone: other refusals are handed on unread", async () => {
    const statuses = [400, 403, 404, 500];
    const reads: number[] = [];
    const { client } = ground.connect(rules({ status: 403, code: "SESSION", kind: "expired_token" }));
    for (const status of statuses) {
      await client.GET("/things", {
        async fetch() {
          const response = Response.json({ code: "OTHER" }, { status });
          const { clone } = response;
          return Object.assign(response, {
            clone: () => {
              reads.push(status);
              return clone.call(response);
            },
          });
        },
      });
    }
    expect(reads).toEqual([403]);
  });
});

describe("an error code that the document maps to a rate limit", () => {
  it.each([403, 400, 503, 200])(
    "L07 under a %i is waited for and sent again, any method, as after a 429",
    async (status) => {
      const { client, clock, events } = ground.connect(rules({ status, code: "QUOTA", kind: "rate_limited" }));
      ground.fake.onApi = (_, count) =>
        count < 3 ? { status, headers: { "retry-after": "7" }, body: { code: "QUOTA" } } : undefined;
      const { data } = await passing([clock], client.POST("/things", { body: { a: 1 } }));
      expect(data?.echo).toBe('{"a":1}');
      const waits = events.flatMap((event) =>
        event.type === "throttle" && "attempt" in event ? [event.waitInMs] : [],
      );
      expect(waits.map((wait) => Math.floor(wait / 1000))).toEqual([7, 7]);
    },
  );

  it("L07 is returned at once without retries, and other codes of the status are not waited for", async () => {
    const { client } = ground.connect(rules({ status: 403, code: "QUOTA", kind: "rate_limited" }));
    ground.fake.onApi = () => ({ status: 403, body: { code: "QUOTA" } });
    expect(toVendorError(await client.GET("/things", { retries: false }))).toMatchObject({
      kind: "rate_limited",
      outcome: "throttled",
    });
    ground.fake.onApi = () => ({ status: 403, body: { code: "NO" } });
    expect(toVendorError(await client.GET("/things"))?.kind).toBe("permission_denied");
    expect(ground.fake.apiRequests).toHaveLength(2);
  });

  it("L07 the other way round, a 429 or 503 that the document maps to another kind is not waited for", async () => {
    const { client } = ground.connect(rules({ code: "CLOSED", kind: "permission_denied" }));
    for (const status of [429, 503]) {
      ground.fake.onApi = () => ({ status, headers: { "retry-after": "7" }, body: { code: "CLOSED" } });
      expect(toVendorError(await client.GET("/things"))).toMatchObject({ kind: "permission_denied", status });
    }
    expect(ground.fake.apiRequests).toHaveLength(2);
  });
});

describe("an error's stack and message", () => {
  /** Calls as a program does, so that its name is in the stack. */
  async function nightlySync(call: () => Promise<unknown>): Promise<unknown> {
    try {
      return await call();
    } catch (error) {
      return error;
    }
  }
  const effort = /in (?:1 attempt|\d attempts) \(\d+(?:\.\d)? m?s\)/u;

  it("L20 of a lost connection, a refusal, refused credentials and a vendor's error shows the caller, the call, attempts and time", async () => {
    const errors: unknown[] = [];
    const { client, clock } = ground.connect({ retries: false });
    ground.fake.onApi = () => "drop";
    errors.push(await nightlySync(() => client.GET("/things")));
    errors.push(await nightlySync(() => client.GET("/things", { fetch: () => Promise.reject(new Error("no")) })));
    ground.fake.onApi = (_, __, response) => {
      response.writeHead(200, { "content-type": "application/json" }).write("{", () => response.destroy());
      return "hang";
    };
    errors.push(await nightlySync(() => client.GET("/things")));
    ground.fake.onApi = () => ({ status: 409 });
    errors.push(await nightlySync(() => unwrap(client.GET("/things"))));
    ground.fake.onApi = undefined;
    ground.fake.onToken = () => ({ status: 401, body: { error: "invalid_client" } });
    clock.advance(3_601_000);
    errors.push(await nightlySync(() => client.GET("/things")));
    expect(errors.map((error) => Object(error).name)).toEqual([
      ...Array(3).fill("TransportError"),
      "VendorError",
      "AuthError",
    ]);
    for (const error of errors) {
      const { message, stack, operation, attempts, elapsedInMs } = Object(error);
      expect(stack).toContain("nightlySync");
      expect(message).toMatch(effort);
      expect(message).toMatch(/^acme: GET \/things /u);
      expect({ operation, attempts }).toEqual({ operation: "GET /things", attempts: 1 });
      expect(elapsedInMs).toBe(Math.round(elapsedInMs));
    }
  });

  it("L20 of a timeout shows the caller and counts all attempts, in plain numbers", async () => {
    ground.fake.onApi = () => "hang";
    const { client, clock } = ground.connect();
    const call = nightlySync(() => client.GET("/things", { timeoutInMs: 199.928654 }));
    const error = Object(await passing([clock], call));
    expect(error.stack).toContain("nightlySync");
    expect(error.message).toMatch(
      /^acme: GET \/things got no response in 4 attempts \(\d+(?:\.\d)? s\): it took longer than 200 ms \(timeoutInMs\)$/u,
    );
    expect(error).toMatchObject({ attempts: 4, reason: "timed_out", delivery: "unknown" });
  });

  it("L20 of a list and of a batch shows the caller as well", async () => {
    ground.fake.onApi = () => ({ status: 403 });
    const pagination = { scheme: "page", in: "query", position: "page", items: "$response.body#/items" } as const;
    const bulk = { rows: "" };
    const { client } = ground.connect({ operations: { "GET /things": { pagination }, "POST /things": { bulk } } });
    async function nightlySyncOfList() {
      for await (const _ of client.paginate("GET", "/things")) expect.fail("there is no item");
    }
    async function nightlySyncOfRows() {
      const { batch }: { batch: (method: string, path: string, init: object) => AsyncIterable<unknown> } =
        Object(client);
      for await (const _ of batch("POST", "/things", { rows: [1] })) expect.fail("no row is written");
    }
    expect(Object(await rejection(nightlySyncOfList())).stack).toContain("nightlySyncOfList");
    expect(Object(await rejection(nightlySyncOfRows())).stack).toContain("nightlySyncOfRows");
  });

  it("L20 of a shared sign-in is one cause, with one error a caller", async () => {
    const barrier = createBarrier();
    ground.fake.onToken = async () => {
      await barrier.wait();
      return { status: 401, body: { error: "invalid_client" } };
    };
    const { client } = ground.connect();
    const calls = [rejection(client.GET("/things")), rejection(client.POST("/things", { body: {} }))];
    await until(() => barrier.size === 1);
    barrier.release();
    const errors = await Promise.all(calls);
    const [get, post] = errors;
    expect(get).not.toBe(post);
    expect(sharedError(get)).toBe(sharedError(post));
    expect(String(get)).toContain("GET /things was not sent");
    expect(String(post)).toContain("POST /things was not sent");
    expect(canaries.find({ errors })).toEqual([]);
  });
});

describe("an action that is no call", () => {
  it("L20 fails with an error of its own, which names it and has the shared one as its cause", async () => {
    ground.fake.onToken = () => ({ status: 401, body: { error: "invalid_client" } });
    const { client } = ground.connect();
    async function rotateKeys() {
      await client.auth.refresh();
    }
    const error = await rejection(rotateKeys());
    expect(Object(error).stack).toContain("rotateKeys");
    expect(String(error)).toContain("acme: auth.refresh() failed: sign-in was refused (401");
    expect(sharedError(error)).toBe(client.auth.status()[0]?.error);
    expect(String(await rejection(client.auth.verify()))).toContain("auth.verify() failed");
  });
});

describe("two copies of the package", () => {
  it("L24 recognise each other's errors, by is…() and by instanceof", async () => {
    const { resetModules } = (await import("vitest")).vi;
    resetModules();
    const other: typeof latchkey = await import("../../src/index.ts");
    expect(other.AuthError).not.toBe(latchkey.AuthError);
    const auth = new other.AuthError("acme", "no", { outcome: "configuration", kind: "invalid_credentials" });
    const transport = new other.TransportError("acme", "network", "no");
    const configuration = new other.ConfigurationError("acme", "no");
    expect(latchkey.isAuthError(auth)).toBe(true);
    expect([latchkey.isAuthError(transport), latchkey.isVendorError(auth)]).toEqual([false, false]);
    expect([auth, transport, configuration].map((error) => error instanceof latchkey.LatchkeyError)).toEqual([
      true,
      true,
      true,
    ]);
    expect(transport instanceof latchkey.TransportError).toBe(true);
    expect(transport instanceof latchkey.ConfigurationError).toBe(false);
    ground.fake.onApi = () => ({ status: 404 });
    const { client } = ground.connect();
    const theirs = await rejection(latchkey.unwrap(client.GET("/things")));
    expect([other.isVendorError(theirs), other.isVendorError(theirs, client.vendor)]).toEqual([true, true]);
    expect(theirs instanceof other.VendorError).toBe(true);
  });

  it("L24 leave classes that a program derives, and foreign values, as they are", () => {
    class OwnError extends latchkey.TransportError {}
    const plain = new latchkey.TransportError("acme", "network", "no");
    const own = new OwnError("acme", "network", "no");
    expect([own instanceof latchkey.TransportError, own instanceof OwnError, plain instanceof OwnError]).toEqual([
      true,
      true,
      false,
    ]);
    for (const value of [undefined, null, "AuthError", {}, new Error("no"), latchkey.AuthError.prototype])
      expect(latchkey.isAuthError(value)).toBe(false);
  });
});

describe("an error body of a public framework", () => {
  const refuse = async (body: unknown, status = 422, type = "application/json") => {
    ground.fake.onApi = () => ({ status, body, headers: { "content-type": type } });
    const error = toVendorError(await ground.connect({ retries: false }).client.GET("/things"));
    return error ?? expect.fail("it was a success");
  };
  const problem = "application/problem+json";

  it("L26 RFC 9457 without a detail: its title is the message; about:blank and type URLs are no codes", async () => {
    for (const uri of ["about:blank", "https://acme.invalid/problems/taken", "/problems/taken"]) {
      const error = await refuse({ type: uri, title: "The name is taken", status: 409 }, 409, problem);
      expect(error).toMatchObject({ kind: "conflict", code: undefined });
      expect(error.message).toContain("(409 The name is taken)");
    }
    expect(await refuse({ type: "taken", title: "The name is taken" }, 409, problem)).toMatchObject({ code: "taken" });
    expect((await refuse({ type: "about:blank", title: "T", detail: "D" }, 409, problem)).message).toContain("(409 D)");
  });

  it.each<readonly [string, object, string, readonly (string | undefined)[]]>([
    [
      "ASP.NET",
      {
        type: "https://tools.ietf.org/html/rfc9110#section-15.5.1",
        title: "One or more validation errors occurred.",
        errors: { Name: ["The Name field is required."], "$.age": ["Not a number.", "Too old."] },
      },
      "One or more validation errors occurred.: Name: The Name field is required. (and 2 more)",
      ["Name", "$.age", "$.age"],
    ],
    [
      "Laravel",
      { message: "The given data was invalid.", errors: { email: ["The email field is required."] } },
      "The given data was invalid.: email: The email field is required.",
      ["email"],
    ],
    [
      "Shopify",
      { errors: { title: ["can't be blank"], base: ["is closed"] } },
      "title: can't be blank (and 1 more)",
      ["title", "base"],
    ],
    ["Shopify with one text", { errors: "Not Found" }, "Not Found", []],
    ["Rails", { name: ["can't be blank"] }, "name: can't be blank", ["name"]],
    [
      "Rails with full messages",
      { errors: ["Name can't be blank", "Age is odd"] },
      "Name can't be blank; Age is odd",
      [undefined, undefined],
    ],
    [
      "Symfony",
      { title: "Invalid", violations: [{ propertyPath: "age", message: "is odd" }] },
      "Invalid: age: is odd",
      ["age"],
    ],
    [
      "FastAPI",
      { detail: [{ loc: ["body", "items", 0], msg: "Field required", type: "missing" }] },
      "body.items.0: Field required",
      ["body.items.0"],
    ],
    [
      "RFC 7807's example",
      { title: "Invalid", "invalid-params": [{ name: "age", reason: "is odd" }] },
      "Invalid: age: is odd",
      ["age"],
    ],
    [
      "a list with fields",
      { message: "Failed", errors: [{ field: "sku", code: "taken", message: "is taken" }] },
      "taken: is taken: at sku",
      ["sku"],
    ],
  ])(
    "L26 of %s: its text and its first field problem in the message, all fields in fields",
    async (_, body, text, paths) => {
      const error = await refuse(body);
      expect(error.message).toContain(text);
      expect(error.fields.map(({ path }) => path)).toEqual(paths);
      expect(error.kind).toBe("validation_failed");
    },
  );

  it("L26 of text/plain: its text is the message; of HTML, also under that name, nothing is quoted", async () => {
    expect((await refuse("the store is closed\n", 400, "text/plain; charset=utf-8")).message).toContain(
      "(400 the store is closed)",
    );
    expect((await refuse("<html><p>secret page</p>", 400, "text/html")).message).toContain("(400)");
    expect((await refuse("\n<!doctype html>secret page", 400, "text/plain")).message).toContain("(400)");
    expect((await refuse("secret of an unknown type", 400, "application/octet-stream")).message).toContain("(400)");
  });

  it("L26 that names no field does not speak of fields that are named", async () => {
    const error = await refuse({ message: "wrong" });
    expect(error).toMatchObject({ kind: "validation_failed", fields: [] });
    expect(error.advice).toBe("check the request against the vendor's document");
    expect((await refuse({ message: "wrong", errors: { a: ["b"] } })).advice).toBe("fix the fields that it names");
  });

  it("L26 with hostile shapes stays bounded, on one line and without secrets", async () => {
    const many = Object.fromEntries(
      Array.from({ length: 500 }, (_, index) => [`f${index}\u001b[31m`, ["access-1-CANARY"]]),
    );
    const error = await refuse({ errors: { ...many, deep: { deeper: { deepest: [1] } }, nothing: null } });
    expect(error.fields).toHaveLength(100);
    expect(error.message).not.toContain("\u001b");
    expect(canaries.find({ error, fields: error.fields })).toEqual([]);
  });
});
