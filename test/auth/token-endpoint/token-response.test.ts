import { describe, expect, it } from "vitest";
import {
  parseTokenResponse,
  type TokenResponseInput,
  toStoredToken,
} from "../../../src/auth/token-endpoint/token-response.ts";
import type { TokenSet } from "../../../src/auth/token-endpoint/token-response.ts";
import type { StoredToken } from "../../../src/store/token-record.ts";
import type { ExpiryRule, Lifecycle, TokenResponseShape } from "../../../src/vendor.ts";
import { testLifecycle } from "../../support/test-vendor.ts";

const now = Date.UTC(2030, 0, 1);
const day = 24 * 3_600_000;

interface Given {
  readonly shape?: Partial<TokenResponseShape>;
  readonly lifecycle?: Partial<Lifecycle>;
  readonly answer?: Partial<TokenResponseInput>;
}

const [standard] = testLifecycle.response;
if (!standard) throw new Error("the test vendor's responses have a shape");
const plain: TokenResponseShape = { ...standard, refreshAt: { from: "$response.body#/refresh_in", as: "seconds" } };

const parse = (body: unknown, { shape, lifecycle, answer }: Given = {}) =>
  parseTokenResponse(
    { ...testLifecycle, response: [{ ...plain, ...shape }], ...lifecycle },
    { headers: new Headers(), body, now, offsetInMs: 0, credentials: {}, ...answer },
  );
const tokenOf = (body: unknown, given?: Given) => {
  const parsed = parse(body, given);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.token;
};
const lifetimeOf = (body: object, given?: Given) => tokenOf({ access_token: "a", ...body }, given).lifetimeInMs;
/** With one rule for one member. */
const read = (as: ExpiryRule["as"], exp: unknown, answer: Partial<TokenResponseInput> = {}) =>
  tokenOf({ access_token: "a", exp }, { shape: { expiry: [{ from: "$response.body#/exp", as }] }, answer });

describe("a token response", () => {
  it("is read whole", () => {
    const body = {
      access_token: "a",
      token_type: "bearer",
      refresh_token: "r",
      scope: "s",
      expires_in: 60,
      refresh_expires_in: 120,
      refresh_in: 30,
    };
    expect(parse(body)).toEqual({
      ok: true,
      token: {
        accessToken: "a",
        tokenType: "Bearer",
        refreshToken: "r",
        scope: "s",
        lifetimeInMs: 60_000,
        refreshLifetimeInMs: 120_000,
        refreshAfterInMs: 30_000,
        estimated: false,
        attributes: {},
      },
    });
  });

  it("may hold no more than an access token", () => {
    const shape = { accessToken: "$response.body#/token" };
    const parsed = parseTokenResponse(
      { ...testLifecycle, response: [shape] },
      { headers: new Headers(), body: { token: "a" }, now, offsetInMs: 0, credentials: {} },
    );
    expect(parsed).toEqual({
      ok: true,
      token: { accessToken: "a", tokenType: "Bearer", lifetimeInMs: 3_600_000, estimated: true, attributes: {} },
    });
  });

  it("is read by the first of several shapes that has an access token", () => {
    const lifecycle = { response: [plain, { accessToken: "$response.body#/other/token" }] };
    expect(tokenOf({ other: { token: "b" } }, { lifecycle }).accessToken).toBe("b");
    expect(tokenOf({ access_token: "a", other: { token: "b" } }, { lifecycle }).accessToken).toBe("a");
  });

  it.each([
    ["none", {}, "the token response has no access token"],
    ["an empty one", { access_token: "" }, "the access token is not a non-empty string"],
    ["a number", { access_token: 5 }, "the access token is not a non-empty string"],
    ["one with a blank", { access_token: "a b" }, "the access token has characters that a header cannot contain"],
    ["one with a line end", { access_token: "a\n" }, "the access token has characters that a header cannot contain"],
    [
      "one with a line end before it",
      { access_token: "\na" },
      "the access token has characters that a header cannot contain",
    ],
    ["one that is not ASCII", { access_token: "ä" }, "the access token has characters that a header cannot contain"],
    ["one that is over", { access_token: "a", expires_in: 0 }, "the token is already expired"],
    ["one that was over long ago", { access_token: "a", expires_in: -5 }, "the token is already expired"],
  ])("with %s is refused whole, but for its refresh token", (_, body, problem) => {
    expect(parse(body)).toStrictEqual({ ok: false, problem });
    expect(parse({ ...body, refresh_token: "r" })).toStrictEqual({ ok: false, problem, refreshToken: "r" });
  });

  it("with one of another type is refused whole, but for its refresh token, and the type is told apart", () => {
    const unknown = { ok: false, problem: "the token type is not one of Bearer", unknownTokenType: '"mac"' };
    expect(parse({ access_token: "a", token_type: "mac" })).toStrictEqual(unknown);
    expect(parse({ access_token: "a", token_type: "mac", refresh_token: "r" })).toStrictEqual({
      ...unknown,
      refreshToken: "r",
    });
    expect(parse({ access_token: "a", token_type: "m".repeat(50) })).toMatchObject({
      unknownTokenType: "a text that is not a name",
    });
    expect(parse({ access_token: "a", token_type: 7 })).toMatchObject({
      unknownTokenType: "a text that is not a name",
    });
  });

  it.each([null, "", undefined])("with a token type of %s has a token of the first documented type", (tokenType) => {
    expect(parse({ access_token: "a", token_type: tokenType })).toMatchObject({ token: { tokenType: "Bearer" } });
  });

  it("without an access token may hold its refresh token in any of its shapes", () => {
    const lifecycle = { response: [plain, { accessToken: "$response.body#/b", refreshToken: "$response.body#/c" }] };
    expect(parse({ c: "r" }, { lifecycle })).toMatchObject({ ok: false, refreshToken: "r" });
  });

  it("takes every documented token type, whatever its case, and names the first", () => {
    const lifecycle = { tokenTypes: ["Bearer", "Session"] };
    expect(tokenOf({ access_token: "a", token_type: "SESSION" }, { lifecycle }).tokenType).toBe("Bearer");
    expect(parse({ access_token: "a", token_type: "mac" }, { lifecycle })).toMatchObject({
      problem: "the token type is not one of Bearer, Session",
    });
    expect(tokenOf({ access_token: "a" }, { lifecycle: { tokenTypes: [] } }).tokenType).toBe("Bearer");
  });

  it.each([["" as unknown], [null], [7]])("has no refresh token and no scope where they are %j", (value) => {
    const token = tokenOf({ access_token: "a", refresh_token: value, scope: value });
    expect(Object.keys(token).sort()).toEqual(["accessToken", "attributes", "estimated", "lifetimeInMs", "tokenType"]);
  });

  it("shows the attributes that the document names, where they are simple values", () => {
    const attributes = {
      id: "$response.body#/id",
      list: "$response.body#/list",
      on: "$response.body#/on",
      n: "$response.body#/n",
    };
    expect(
      tokenOf({ access_token: "a", id: "x", list: [], on: false, n: 0 }, { shape: { attributes } }).attributes,
    ).toEqual({
      id: "x",
      on: false,
      n: 0,
    });
  });
});

describe("a lifetime", () => {
  it.each([
    [60, 60_000],
    ["60", 60_000],
    [" 60 ", 60_000],
    ["1.25", 1_250],
    [0.5, 500],
  ])("of %j seconds is read", (value, expected) => {
    expect(lifetimeOf({ expires_in: value })).toBe(expected);
  });

  it.each(["abc", "12abc", "x12", "1.", ".5", "", null, [], {}, true, "Infinity", "1e3"])(
    "of %j is ignored: the documented one counts, else an hour",
    (value) => {
      expect(tokenOf({ access_token: "a", expires_in: value })).toMatchObject({
        lifetimeInMs: 3_600_000,
        estimated: true,
      });
      expect(
        tokenOf({ access_token: "a", expires_in: value }, { lifecycle: { lifetimeInSeconds: 300 } }),
      ).toMatchObject({
        lifetimeInMs: 300_000,
        estimated: true,
      });
    },
  );

  it("of more than ninety days is ignored", () => {
    const lifecycle = { lifetimeInSeconds: 300 };
    expect(tokenOf({ access_token: "a", expires_in: 90 * 86_400 })).toMatchObject({
      lifetimeInMs: 90 * day,
      estimated: false,
    });
    expect(tokenOf({ access_token: "a", expires_in: 90 * 86_400 + 1 })).toMatchObject({
      lifetimeInMs: 90 * day,
      estimated: true,
    });
    expect(tokenOf({ access_token: "a", expires_in: 1e300 }, { lifecycle })).toMatchObject({
      lifetimeInMs: 300_000,
      estimated: true,
    });
    expect(tokenOf({ access_token: "a", expires_in: 60 }, { lifecycle })).toMatchObject({
      lifetimeInMs: 60_000,
      estimated: false,
    });
  });

  it("named twice is the shorter", () => {
    const expiry = [
      { from: "$response.body#/one", as: "seconds" },
      { from: "$response.body#/other", as: "seconds" },
    ] as const;
    expect(lifetimeOf({ one: 60, other: 30 }, { shape: { expiry } })).toBe(30_000);
    expect(lifetimeOf({ other: 30 }, { shape: { expiry } })).toBe(30_000);
  });
});

describe("an instant", () => {
  const at = now + 60_000;

  it.each([
    ["epoch-seconds", at / 1000],
    ["epoch-seconds", String(at / 1000)],
    ["epoch-milliseconds", at],
    ["epoch-milliseconds", String(at)],
    ["instant", at / 1000],
    ["instant", "2030-01-01T00:01:00Z"],
    ["date-time", "2030-01-01T00:01:00Z"],
    ["date-time", "2030-01-01T00:01:00"],
    ["date-time", "2030-01-01 00:01:00"],
    ["date-time", "2030-01-01t00:01z"],
    ["date-time", "2030-01-01T02:01:00+02:00"],
    ["date-time", "2030-01-01T02:01:00+0200"],
    ["date-time", "2030-01-01 02:01:00 +0200"],
    ["date-time", "2030-01-01 02:01+02:00"],
    ["date-time", "2029-12-31T22:01:00-02:00"],
    ["date-time", "2030-01-01T00:01:00.000Z"],
  ] as const)("as %s is read from %j", (as, value) => {
    expect(read(as, value)).toMatchObject({ lifetimeInMs: 60_000, estimated: false });
  });

  it.each([
    ["epoch-seconds", "2030-01-01T00:01:00Z"],
    ["epoch-seconds", null],
    ["epoch-milliseconds", "soon"],
    ["date-time", at],
    ["date-time", "2030-01-01"],
    ["date-time", "x 2030-01-01T00:01:00Z"],
    ["date-time", "2030-13-01T00:01:00Z"],
    ["date-time", "12030-01-01T00:01:00Z"],
    ["date-time", ["2030-01-01T00:01:00Z"]],
    ["date-time", "2030-01-01 02:01:00 +0200 (EET)"],
    ["date-time", "2030-01-01T00:01:00Z later"],
    ["instant", "tomorrow"],
    ["instant", { a: 1 }],
  ] as const)("as %s is not read from %j", (as, value) => {
    expect(read(as, value)).toMatchObject({ lifetimeInMs: 3_600_000, estimated: true });
  });

  it("is counted from the server's time", () => {
    expect(read("epoch-milliseconds", at, { offsetInMs: 20_000 }).lifetimeInMs).toBe(40_000);
    expect(read("epoch-milliseconds", at, { offsetInMs: undefined }).lifetimeInMs).toBe(60_000);
  });

  it("in the past means an expired token only if the server's time is known", () => {
    const expiry = [{ from: "$response.body#/exp", as: "epoch-milliseconds" }] as const;
    const past = (exp: number, offsetInMs: number | undefined) =>
      parse({ access_token: "a", exp }, { shape: { expiry }, answer: { offsetInMs } });
    expect(past(now - 1, 0)).toMatchObject({ ok: false });
    expect(past(now, 0)).toMatchObject({ ok: false });
    expect(past(now - 1, undefined)).toMatchObject({ ok: true, token: { estimated: true } });
    expect(past(now, undefined)).toMatchObject({ ok: true, token: { estimated: true } });
    expect(past(now + 1, undefined)).toMatchObject({ ok: true, token: { lifetimeInMs: 1 } });
  });
});

describe("a JWT's exp", () => {
  const encode = (payload: string) => Buffer.from(payload).toString("base64url");
  const jwtOf = (payload: object) => `e30.${encode(JSON.stringify(payload))}.sig`;

  it("is read, whatever else is encoded", () => {
    const exp = (now + 60_000) / 1000;
    expect(read("jwt-exp", jwtOf({ exp })).lifetimeInMs).toBe(60_000);
    // "-" and "_" of the URL's alphabet.
    const odd = jwtOf({ name: "ü>?~ÿÿ>>??", more: ">>>???", exp });
    expect(odd).toMatch(/-.*_|_.*-/u);
    expect(read("jwt-exp", odd).lifetimeInMs).toBe(60_000);
  });

  it.each(["opaque", "a.b.c", "", 5, jwtOf({}), jwtOf({ exp: "never" }), `e30.${encode("null")}.s`])(
    "is not in %j",
    (value) => {
      expect(read("jwt-exp", value)).toMatchObject({ lifetimeInMs: 3_600_000, estimated: true });
    },
  );
});

describe("a refresh token's lifetime", () => {
  const lifetime = (body: object, given?: Given) =>
    tokenOf({ access_token: "a", refresh_token: "r", ...body }, given).refreshLifetimeInMs;
  const lifecycle = { refreshLifetimeInSeconds: 100 };

  it("is the response's, else the documented one, else unknown", () => {
    expect(lifetime({ refresh_expires_in: 50 }, { lifecycle })).toBe(50_000);
    expect(lifetime({}, { lifecycle })).toBe(100_000);
    expect(lifetime({})).toBeUndefined();
  });

  it("is absent without a refresh token, and never zero", () => {
    expect(tokenOf({ access_token: "a", refresh_expires_in: 50 }, { lifecycle })).not.toHaveProperty(
      "refreshLifetimeInMs",
    );
    expect(lifetime({ refresh_expires_in: 0 }, { lifecycle })).toBe(100_000);
    expect(lifetime({ refresh_expires_in: -1 })).toBeUndefined();
  });

  it("is ten years at most, and the shorter of two", () => {
    expect(lifetime({ refresh_expires_in: 1e12 })).toBe(3650 * day);
    const refreshExpiry = [
      { from: "$response.body#/one", as: "seconds" },
      { from: "$response.body#/other", as: "seconds" },
    ] as const;
    expect(lifetime({ one: 60, other: 30 }, { shape: { refreshExpiry } })).toBe(30_000);
  });
});

describe("when the vendor asks for a refresh", () => {
  it("is within the token's lifetime, or ignored", () => {
    const asked = (refresh_in: unknown) => tokenOf({ access_token: "a", expires_in: 60, refresh_in }).refreshAfterInMs;
    expect(asked(30)).toBe(30_000);
    expect(asked(59.999)).toBe(59_999);
    expect(asked(60)).toBeUndefined();
    expect(asked(0)).toBeUndefined();
    expect(asked("soon")).toBeUndefined();
  });
});

describe("a token in a list", () => {
  const item = { in: "$response.body#/list", where: { "/id": "$credentials.id" } };
  const shape = { accessToken: "$response.body#/token", item };
  const list = [
    { id: "1", token: "a" },
    { id: "2", token: "b" },
  ];

  it("is the one whose members match, or the first without conditions", () => {
    expect(tokenOf({ list }, { shape, answer: { credentials: { id: "2" } } }).accessToken).toBe("b");
    expect(tokenOf({ list }, { shape }).accessToken).toBe("a");
    expect(tokenOf({ list }, { shape: { ...shape, item: { in: item.in } } }).accessToken).toBe("a");
  });

  it("is absent where no item matches, or there is no list", () => {
    expect(parse({ list }, { shape, answer: { credentials: { id: "3" } } })).toMatchObject({ ok: false });
    expect(parse({ list: { 0: list[0] } }, { shape })).toMatchObject({ ok: false });
    expect(parse({}, { shape })).toMatchObject({ ok: false });
  });

  it("may be combined with headers", () => {
    const expiry = [{ from: "$response.header.x-expires", as: "seconds" }] as const;
    const headers = new Headers({ "x-expires": "60" });
    expect(tokenOf({ list }, { shape: { ...shape, expiry }, answer: { headers } }).lifetimeInMs).toBe(60_000);
    expect(lifetimeOf({}, { shape: { expiry }, answer: { headers } })).toBe(60_000);
  });
});

describe("a stored token", () => {
  const before: StoredToken = {
    accessToken: "a",
    tokenType: "Bearer",
    refreshToken: "r",
    refreshExpiresAt: 9_000,
    scope: "s",
    estimated: false,
    attributes: {},
    obtainedAt: 1_000,
    expiresAt: 2_000,
  };
  const granted: TokenSet = {
    accessToken: "b",
    tokenType: "Bearer",
    lifetimeInMs: 100,
    estimated: true,
    attributes: {},
  };

  it("expires its lifetime after it was granted", () => {
    const full = { ...granted, refreshToken: "r2", scope: "s2", refreshLifetimeInMs: 500, refreshAfterInMs: 50 };
    expect(toStoredToken(full, 3_000, before)).toEqual({
      accessToken: "b",
      tokenType: "Bearer",
      refreshToken: "r2",
      refreshExpiresAt: 3_500,
      refreshAt: 3_050,
      scope: "s2",
      estimated: true,
      attributes: {},
      obtainedAt: 3_000,
      expiresAt: 3_100,
    });
  });

  it("keeps the refresh token, its expiry and the scope of the previous one, where the new one names none", () => {
    expect(toStoredToken(granted, 3_000, before)).toMatchObject({
      refreshToken: "r",
      refreshExpiresAt: 9_000,
      scope: "s",
    });
    expect(Object.keys(toStoredToken(granted, 3_000, undefined)).sort()).toEqual([
      "accessToken",
      "attributes",
      "estimated",
      "expiresAt",
      "obtainedAt",
      "tokenType",
    ]);
  });
});
