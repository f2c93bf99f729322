/** Whatever a vendor echoes, in whatever encoding, no error, event, exchange or log line of a client holds a secret. */
import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { connect, createMemoryStore, toVendorError } from "../../src/index.ts";
import type { SecurityScheme, Vendor } from "../../src/vendor.ts";
import { fuzzParameters } from "../support/fuzz.ts";
import { createTestVendor, type TestTypes } from "../support/test-vendor.ts";

type Encoding = (text: string) => string;
const toReferences =
  (format: (code: number) => string): Encoding =>
  (text) =>
    Array.from(text, (character) => format(character.codePointAt(0) ?? 0)).join("");

/** Encodings that may stand inside each other. */
const layers: Readonly<Record<string, Encoding>> = {
  verbatim: (text) => text,
  percent: encodeURIComponent,
  "percent in lower case": (text) => encodeURIComponent(text).replaceAll(/%../gu, (byte) => byte.toLowerCase()),
  form: (text) => new URLSearchParams([["", text]]).toString().slice(1),
  JSON: (text) => JSON.stringify(text).slice(1, -1),
  "JSON with solidi": (text) => JSON.stringify(text).slice(1, -1).replaceAll("/", "\\/"),
  "JSON, escaped throughout": toReferences((code) => `\\u${code.toString(16).padStart(4, "0")}`),
  HTML: (text) =>
    text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("'", "&#39;").replaceAll('"', "&quot;"),
  "JSON pointer": (text) => text.replaceAll("~", "~0").replaceAll("/", "~1"),
  "HTML, decimal": toReferences((code) => `&#${code};`),
  "HTML, hexadecimal": toReferences((code) => `&#x${code.toString(16)};`),
};
/** Encodings of the secret itself. */
const cores: Readonly<Record<string, Encoding>> = {
  verbatim: (text) => text,
  base64: (text) => Buffer.from(text).toString("base64"),
  "base64 behind a user name": (text) => Buffer.from(`client:${text}`).toString("base64"),
  "base64 in a text": (text) => Buffer.from(`it is ${text}!`).toString("base64"),
  base64url: (text) => Buffer.from(text).toString("base64url"),
  hex: (text) => Buffer.from(text).toString("hex"),
  "hex in upper case": (text) => Buffer.from(text).toString("hex").toUpperCase(),
  "upper case": (text) => text.replaceAll(/[a-z]/gu, (letter) => letter.toUpperCase()),
  "lower case": (text) => text.replaceAll(/[A-Z]/gu, (letter) => letter.toLowerCase()),
  "its beginning": (text) => text.slice(0, Math.max(8, Math.ceil(text.length / 2))),
};
const encodings = fc
  .tuple(
    fc.constantFrom(...Object.keys(cores)),
    fc.constantFrom(...Object.keys(layers)),
    fc.constantFrom(...Object.keys(layers)),
  )
  .map(
    ([core, inner, outer]) =>
      (text: string) =>
        (layers[outer] ?? String)((layers[inner] ?? String)((cores[core] ?? String)(text))),
  );

const printable = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code));
/** What another encoding takes for an escape, or for a part of one. */
const escapeLike = fc.oneof(
  fc.constantFrom("\\", "%", "&", "~", "+", "\\r", "\\\\", '\\"', "~0", "~1", "%25", "&amp;", "&lt", "\\x4"),
  fc.tuple(fc.constantFrom(...Object.values(layers)), printable).map(([encode, character]) => encode(character)),
);
/** What a header can hold; the first and last characters need no trimming. */
const secrets = fc
  .string({
    unit: fc.oneof({ weight: 3, arbitrary: printable }, { weight: 1, arbitrary: escapeLike }),
    minLength: 12,
    maxLength: 48,
  })
  .map((text) => `Zq7${text}K`);

const bearer = createTestVendor().schemes.bearer;
const secretField = { clientId: { secret: false }, clientSecret: { secret: true } };
const sentIn = (place: "header" | "query" | "cookie"): SecurityScheme => ({
  send: { in: place, name: "x-key" },
  credentials: secretField,
  value: { as: "raw", value: "$credentials.clientSecret" },
});
const schemes: Readonly<Record<string, SecurityScheme>> = {
  ...(bearer && { token: bearer }),
  "key in a header": sentIn("header"),
  "key in the query": sentIn("query"),
  "key in a cookie": sentIn("cookie"),
  basic: {
    send: { in: "header", name: "Authorization", prefix: "Basic " },
    credentials: secretField,
    value: { as: "basic", username: "$credentials.clientId", password: "$credentials.clientSecret" },
  },
};

type Answer = (echo: string) => Response;
const json = (body: unknown, status: number, headers = {}) =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } });
/** A header holds neither controls nor anything beyond Latin-1. */
const toHeader = (text: string) => text.replaceAll(/[^\x20-\x7e]/gu, "?").trim();
const answers: Readonly<Record<string, Answer>> = {
  message: (echo) => json({ error: "bad", error_description: `you sent ${echo}!` }, 400),
  code: (echo) => json({ error: echo }, 403),
  fields: (echo) => json({ type: "t", detail: "d", errors: [{ pointer: `/${echo}`, detail: echo }] }, 422),
  "request id": (echo) => json({ error: "bad" }, 400, { "x-request-id": toHeader(echo) }),
  redirect: (echo) =>
    new Response(null, { status: 302, headers: { location: toHeader(`https://elsewhere.invalid/${echo}`) } }),
  "redirected write": (echo) => new Response(null, { status: 307, headers: { location: toHeader(`/${echo}`) } }),
  "name of a member": (echo) => json({ [echo]: 1 }, 200),
  "no JSON": (echo) => new Response(`oops ${echo}`, { status: 200 }),
};

const schema = (names: (body: unknown) => string[]) => ({
  safeParse: (body: unknown) => ({
    success: false as const,
    error: { issues: names(body).map((name) => ({ code: "invalid_type", path: [name], message: name })) },
  }),
});

const vendorWith = (scheme: SecurityScheme): Vendor<TestTypes> => ({
  ...createTestVendor(),
  schemes: { one: scheme },
  security: [{ one: [] }],
});

/** Everything that a value shows in a log. */
const textsOf = (value: unknown): string =>
  [
    value instanceof Error ? `${value.message}\n${value.stack}` : "",
    inspect(value, { depth: 10, showHidden: true, maxStringLength: null, customInspect: false }),
    inspect(value, { depth: 10 }),
    JSON.stringify(value, (_, member: unknown) => (typeof member === "function" ? undefined : member)) ?? "",
  ].join("\n");

describe("a client", () => {
  it("shows no secret, whatever a vendor echoes", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(schemes)),
        fc.constantFrom(...Object.keys(answers)),
        fc.constantFrom("clientSecret", "accessToken", "refreshToken"),
        secrets,
        secrets,
        secrets,
        encodings,
        async (schemeName, answerName, kind, clientSecret, accessToken, refreshToken, encode) => {
          const scheme = schemes[schemeName];
          if (!scheme) throw new Error(`no scheme ${schemeName}`);
          const values: Readonly<Record<string, string>> =
            schemeName === "token" ? { clientSecret, accessToken, refreshToken } : { clientSecret };
          const secret = values[kind] ?? clientSecret;
          const echo = encode(secret);
          const shown: unknown[] = [];
          const client = connect(vendorWith(scheme), {
            credentials: { clientId: "client", clientSecret },
            store: createMemoryStore(),
            retries: false,
            rateLimit: false,
            onEvent: (event) => shown.push(event),
            onHttp: (exchange) => shown.push(exchange),
            fetch: async ({ url }) =>
              new URL(url).pathname === "/things"
                ? (answers[answerName]?.(echo) ?? json({}, 500))
                : json(
                    { access_token: accessToken, refresh_token: refreshToken, token_type: "Bearer", expires_in: 3600 },
                    200,
                  ),
          });
          const validate = { responses: { default: () => schema((body) => Object.keys(Object(body))) } };
          const call: Promise<unknown> = client.POST("/things", { body: {}, validate: Object(validate) });
          const result = await call.catch((error: unknown) => error);

          const error = result instanceof Error ? result : toVendorError(Object(result));
          expect(error, `${answerName} must fail`).toBeInstanceOf(Error);
          shown.push(error);
          await client.close();
          const log = shown.map(textsOf).join("\n").toLowerCase();
          for (const form of [secret, echo, layers["JSON pointer"]?.(echo) ?? echo])
            expect(log).not.toContain(form.toLowerCase());
        },
      ),
      fuzzParameters(300),
    );
  });
});
