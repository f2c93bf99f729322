/** The URL that leaves always has the segments of its template and the names of its query, whatever the values and the names are. */
import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { connect } from "../../src/connect.ts";
import { ConfigurationError } from "../../src/errors/configuration-error.ts";
import { caught } from "../support/caught.ts";
import { fuzzParameters } from "../support/fuzz.ts";
import { createTestVendor, testCredentials } from "../support/test-vendor.ts";

const generated = new URL("../../generated/", import.meta.url);
const templates = readdirSync(generated).flatMap((vendor) =>
  Array.from(
    readFileSync(new URL(`${vendor}/calls.ts`, generated), "utf8").matchAll(/^ {2}"(\/[^"]*\{[^"]*)": \{$/gmu),
    ([, path = ""]) => path,
  ),
);
const styled = ["/a/{;id}/b", "/a/{.id}", "/a/{id*}/b", "/a/.{id}", "/a/{id}{other}/b", "/a/{id}.json"];

/** Sends a call and returns its URLs; nothing leaves the process. */
function open() {
  const urls: string[] = [];
  const client = connect(
    { ...createTestVendor(), security: [] },
    {
      credentials: testCredentials,
      server: { url: "https://acme.invalid/base" },
      async fetch({ url }) {
        urls.push(url);
        return Response.json({});
      },
    },
  );
  const call = (path: string, init: object): Promise<unknown> =>
    Reflect.apply(Reflect.get(client, "GET"), client, [path, init]);
  return { urls, call };
}

const piece = fc.constantFrom(
  ..."/ \\ ? # % . .. ; & = + , : @ { } ~ ../ ..\\ %2e %2E%2e %2f %5c %00 \0 \t \n \r // ../admin?x http: {id} [ ] $& é".split(
    " ",
  ),
  " ",
  "\uD800",
  "a",
);
const text = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(""));
const flat = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null), fc.constant(undefined));
const value = fc.oneof(
  flat,
  fc.array(flat, { maxLength: 3 }),
  fc.dictionary(text, flat, { maxKeys: 3 }),
  fc.dictionary(text, fc.dictionary(text, flat, { maxKeys: 2 }), { maxKeys: 2 }),
);

const namesIn = (template: string): string[] =>
  Array.from(template.matchAll(/\{[.;]?([^{}*]+)\*?\}/gu), ([, name = ""]) => name);

describe("a path", () => {
  const calls = fc.constantFrom(...templates, ...styled).chain((template) =>
    fc.record({
      template: fc.constant(template),
      values: fc.record(Object.fromEntries(namesIn(template).map((name) => [name, value]))),
    }),
  );

  it("has the segments of its template, or is not sent", async () => {
    expect(templates.length).toBeGreaterThan(10);
    const { urls, call } = open();
    const { fail } = expect;
    await fc.assert(
      fc.asyncProperty(calls, async ({ template, values }) => {
        urls.length = 0;
        const error = await call(template, { params: { path: values } }).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        if (error !== undefined) {
          expect(error).toBeInstanceOf(ConfigurationError);
          expect(urls).toEqual([]);
          return;
        }
        const { origin, pathname, search, hash } = new URL(urls[0] ?? fail());
        expect([origin, search, hash]).toEqual(["https://acme.invalid", "", ""]);
        const segments = pathname.split("/");
        const expected = `/base${template}`.split("/");
        expect(segments).toHaveLength(expected.length);
        for (const [index, segment] of expected.entries()) {
          if (!segment.includes("{")) expect(segments[index]).toBe(segment);
          else expect(decodeURIComponent(segments[index] ?? "")).not.toMatch(/^\.{0,2}$/u);
        }
      }),
      fuzzParameters(1_000),
    );
  });

  it.each<readonly [string, object]>([
    ["an empty object", { id: {} }],
    ["an empty list", { id: [] }],
    ["nothing", { id: undefined, other: null }],
    ["half of a surrogate pair", { id: "\uD800" }],
  ])("%s is refused by the parameter's name", async (_, path) => {
    const { urls, call } = open();
    const error = await caught(call("/things/{id}", { params: { path } }));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toMatchObject({
      message: expect.stringMatching(
        /^acme: GET \/things\/\{id\}: params\.path\.id (?:must be one segment|is missing)/u,
      ),
    });
    expect(urls).toEqual([]);
  });

  it("takes objects and lists that stay in their segment", async () => {
    const { urls, call } = open();
    await call("/a/{id}/{;list}", { params: { path: { id: { lat: 1, "lo/ng": "x/y" }, list: ["..", "b"] } } });
    expect(urls).toEqual(["https://acme.invalid/base/a/lat,1,lo%2Fng,x%2Fy/;list=..,b"]);
  });

  it.each([{ params: {} }, {}, { params: { path: { other: 1 } } }])(
    "is not sent with a parameter missing: %j",
    async (init) => {
      const { urls, call } = open();
      const error = await caught(call("/things/{id}", init));
      expect(error).toMatchObject({ name: "ConfigurationError", message: expect.stringContaining("params.path.id") });
      expect(urls).toEqual([]);
    },
  );
});

describe("a query", () => {
  it("has the names that were given, and no more parameters", async () => {
    const { urls, call } = open();
    await fc.assert(
      fc.asyncProperty(fc.dictionary(text, text), async (query) => {
        urls.length = 0;
        const isWellFormed = !/\p{Cs}/u.test(Object.entries(query).flat().join(" "));
        if (!isWellFormed) {
          expect(await caught(call("/things", { params: { query } }))).toBeInstanceOf(ConfigurationError);
          return;
        }
        await call("/things", { params: { query } });
        const { pathname, searchParams, hash } = new URL(urls[0] ?? "");
        expect([pathname, hash]).toEqual(["/base/things", ""]);
        const hasText = ([name, one]: readonly [string, string]) => name !== "" || one !== "";
        expect([...searchParams].filter(hasText)).toEqual(Object.entries(query).filter(hasText));
      }),
      fuzzParameters(300),
    );
  });

  it.each<readonly [string, object, string]>([
    ["a name", { "a&admin=1#": 1 }, "a%26admin%3D1%23=1"],
    ["a member's name", { filter: { "a]&admin=1#[": 1 } }, "a%5D%26admin%3D1%23%5B=1"],
    ["a usual name, as vendors write it", { "page[size]": 1, $top: 2, "a:gte": 3 }, "page%5Bsize%5D=1&$top=2&a:gte=3"],
  ])("%s is encoded", async (_, query, sent) => {
    const { urls, call } = open();
    await call("/things", { params: { query } });
    expect(urls).toEqual([`https://acme.invalid/base/things?${sent}`]);
  });
});

describe("a server variable in a path", () => {
  const vendor = createTestVendor();
  const connectAs = (tenant: string, known: object = {}) => {
    const urls: string[] = [];
    const production = {
      url: "https://acme.invalid/{tenant}/api",
      variables: { tenant: { default: "a/b", ...known } },
    };
    const client = connect(
      { ...vendor, servers: { production }, security: [] },
      {
        credentials: testCredentials,
        server: { variables: { tenant } },
        async fetch({ url }) {
          urls.push(url);
          return Response.json({});
        },
      },
    );
    return { client, urls };
  };

  it.each([
    ["../admin?x#y", "..%2Fadmin%3Fx%23y"],
    ["a b", "a%20b"],
    ["a/b", "a/b"], // the document's own default
  ])("%j is one segment, unless the document itself says more", async (tenant, sent) => {
    const { client, urls } = connectAs(tenant);
    await client.GET("/things");
    expect(urls).toEqual([`https://acme.invalid/${sent}/api/things`]);
  });

  it.each(["", ".", "..", "\uD800"])("%j is refused", (tenant) => {
    expect(() => connectAs(tenant)).toThrow("server.variables.tenant must be one segment of the path");
  });
});
