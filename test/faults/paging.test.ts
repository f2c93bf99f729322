import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connect, SchemaError, TransportError } from "../../src/index.ts";
import { maxPagesWithoutNews } from "../../src/pagination/paginate.ts";
import type { Pagination } from "../../src/vendor.ts";
import {
  type Asked,
  createListVendor,
  idsOf,
  type Item,
  itemsOf,
  openList,
  serve,
} from "../pagination/support/list-vendor.ts";
import { type FakeVendor, type Reply, startFakeVendor } from "../support/fake-vendor.ts";
import { testCredentials } from "../support/test-vendor.ts";

let fake: FakeVendor;
beforeEach(async () => {
  fake = await startFakeVendor();
});
afterEach(() => fake.close());

const items = "$response.body#/data";
const more = "$response.body#/more";
const total = "$response.body#/total";
const next = "$response.body#/next";
const cursors = { scheme: "cursor", in: "query", position: "after", items, next } as const satisfies Pagination;
const links = { scheme: "link", in: "query", items, next } as const satisfies Pagination;
const numbers = { scheme: "page", in: "query", position: "page", items } as const satisfies Pagination;
const offsets = { scheme: "offset", in: "query", position: "skip", items } as const satisfies Pagination;
const keys = {
  scheme: "keyset",
  in: "query",
  items,
  keyset: { key: "/id", parameter: "after" },
} as const satisfies Pagination;

const asked = () => fake.apiRequests.map(({ path }) => path);
const two = (first: number): Item[] => [{ id: first }, { id: first + 1 }];

interface Walked {
  readonly ids: number[];
  readonly cursors: (string | undefined)[];
  readonly error: unknown;
}

/** Walks a list by pages to its end or its error. */
async function walk(rule: Pagination, answer: (asked: Asked) => Reply, init: { from?: string } = {}): Promise<Walked> {
  serve(fake, answer);
  const { client } = openList(fake, rule);
  const walked = { ids: [] as number[], cursors: [] as (string | undefined)[] };
  try {
    for await (const page of client.paginate("GET", "/list", init).pages()) {
      walked.ids.push(...page.items.map(({ id }) => id));
      walked.cursors.push(page.cursor);
    }
    return { ...walked, error: undefined };
  } catch (error) {
    return { ...walked, error };
  }
}

/** Serves these pages in the vendor's own scheme; each but the last names the next, and says what else it may say. */
const serving = (pages: readonly (readonly Item[])[], also: Record<string, unknown> = {}) => ({
  byCursor({ number }: Asked): Reply {
    const index = number("after", 0);
    const isLast = index === pages.length - 1;
    return { body: { data: pages[index], ...also, ...(isLast ? {} : { next: `${index + 1}` }) } };
  },
  byLink({ number }: Asked): Reply {
    const index = number("at", 0);
    const isLast = index === pages.length - 1;
    return { body: { data: pages[index], ...also, next: isLast ? null : `/list?at=${index + 1}` } };
  },
  byNumber({ number }: Asked): Reply {
    const index = number("page", 1) - 1;
    return { body: { data: pages[index] ?? [], more: index < pages.length - 1, ...also } };
  },
});

const withHoles = [two(1), [], [], two(3), [], two(5)];

describe("an empty page", () => {
  it.each([
    ["by cursor", cursors, serving(withHoles).byCursor],
    ["by link", links, serving(withHoles).byLink],
    ["by has_more", { ...numbers, hasMore: more }, serving(withHoles).byNumber],
    ["by total", { ...numbers, total }, serving(withHoles, { total: 6 }).byNumber],
    ["by number of pages", { ...numbers, pages: "$response.body#/pages" }, serving(withHoles, { pages: 6 }).byNumber],
    ["by cursor, beside a total", { ...cursors, total }, serving(withHoles, { total: 6 }).byCursor],
  ] as const)("L16 an empty page in the middle does not end a list that is paged %s", async (_, rule, answer) => {
    expect(await walk(rule, answer)).toMatchObject({ ids: [1, 2, 3, 4, 5, 6], error: undefined });
    expect(asked()).toHaveLength(6);
  });

  it.each([
    ["a page is of the documented size", { size: "limit", defaultSize: 2 }, 1],
    ["the last page was as long", {}, 3],
  ])("L16 an empty page among offsets is stepped over where %s", async (_, known, hole) => {
    const all = itemsOf(8).map((item) => (item.id === hole || item.id === hole + 1 ? undefined : item));
    const answer = ({ number }: Asked): Reply => {
      const skip = number("skip", 0);
      return { body: { data: all.slice(skip, skip + 2).filter(Boolean), more: skip + 2 < 8 } };
    };
    expect(await walk({ ...offsets, ...known, hasMore: more }, answer)).toMatchObject({
      ids: [1, 2, 3, 4, 5, 6, 7, 8].filter((id) => id !== hole && id !== hole + 1),
      error: undefined,
    });
  });

  it("L16 an empty page that cannot be stepped over is an error", async () => {
    const nothing = (): Reply => ({ body: { data: [], more: true } });
    for (const rule of [offsets, keys]) {
      const { ids, error } = await walk({ ...rule, hasMore: more }, nothing);
      expect(ids).toEqual([]);
      expect(String(error)).toMatch(
        /an empty page .* after 0 records, and the vendor says that there is more \(hasMore\)/u,
      );
    }
    expect(asked()).toHaveLength(2);
  });

  it("L16 an empty page at the start does not end a list, and is not delivered", async () => {
    const { ids, cursors: given, error } = await walk(cursors, serving([[], [], two(1)]).byCursor);
    expect({ ids, pages: given.length, error }).toEqual({ ids: [1, 2], pages: 1, error: undefined });
  });

  it.each([
    ["by cursor", cursors, ({ number }: Asked) => ({ body: { data: [], next: `${number("after", 0) + 1}` } })],
    ["by has_more", { ...numbers, hasMore: more }, () => ({ body: { data: [], more: true } })],
    ["by total", { ...numbers, total }, () => ({ body: { data: [], total: 500 } })],
  ] as const)(
    "L16 an empty page for ever ends a list %s with an error, after the documented number",
    async (by, rule, empty) => {
      let served = 0;
      const { ids, error } = await walk(rule, (one) => {
        served += 1;
        return served > 1 ? empty(one) : { body: { ...Object(empty(one).body), data: two(1) } };
      });
      expect(ids).toEqual([1, 2]);
      expect(error).toBeInstanceOf(SchemaError);
      expect(String(error)).toContain(`${maxPagesWithoutNews} pages in a row were empty or the same after 2 `);
      if (by === "by total") expect(String(error)).toContain("2 of 500 records (498 are missing)");
      expect(String(error)).toContain("and the vendor says that there is more");
      expect(asked()).toHaveLength(maxPagesWithoutNews + 1);
    },
  );

  it("L16 an empty page starts the count again where a page with items follows", async () => {
    const holes = Array.from({ length: maxPagesWithoutNews - 1 }, (): Item[] => []);
    const { ids, error } = await walk(cursors, serving([two(1), ...holes, two(3), ...holes, two(5)]).byCursor);
    expect({ ids, error }).toEqual({ ids: [1, 2, 3, 4, 5, 6], error: undefined });
  });

  it("L16 an empty page is the end where nothing says that there is more", async () => {
    const answer = ({ number }: Asked): Reply => ({
      body: { data: number("page", 1) < 3 ? two(number("page", 1) * 2) : [] },
    });
    expect(await walk(numbers, answer)).toMatchObject({ ids: [2, 3, 4, 5], error: undefined });
    expect(asked()).toHaveLength(3);
  });

  it("L16 an empty page that names the cursor it was asked with is the end: nothing was added since", async () => {
    const answer = ({ query }: Asked): Reply => ({
      body: { data: query.get("after") === "x" ? [] : two(1), next: "x" },
    });
    expect(await walk(cursors, answer)).toMatchObject({ ids: [1, 2], error: undefined });
    expect(asked()).toHaveLength(2);
  });
});

describe("a repeated page", () => {
  const repeated = [two(1), two(1), two(3)];

  it.each([
    ["cursor", cursors, serving(repeated).byCursor],
    ["link", links, serving(repeated).byLink],
  ] as const)("L16 a repeated page with a new %s is delivered, and does not end the list", async (_, rule, answer) => {
    expect(await walk(rule, answer)).toMatchObject({ ids: [1, 2, 1, 2, 3, 4], error: undefined });
  });

  it("L16 a repeated page with ever new cursors is an error after the documented number", async () => {
    const { error } = await walk(cursors, ({ number }) => ({
      body: { data: two(1), next: `${number("after", 0) + 1}` },
    }));
    expect(String(error)).toContain(`${maxPagesWithoutNews} pages in a row were empty or the same`);
    expect(asked()).toHaveLength(maxPagesWithoutNews + 1);
  });

  it.each([
    ["the same", { "": "a", a: "b", b: "b" }],
    ["an earlier", { "": "a", a: "b", b: "a" }],
  ] as const)(
    "L16 a repeated page by %s cursor is a loop and an error, after what was delivered",
    async (_, following) => {
      const round: Readonly<Record<string, string>> = following;
      const { ids, error } = await walk(cursors, ({ query }) => {
        const after = query.get("after") ?? "";
        return { body: { data: [{ id: (after.codePointAt(0) ?? 96) - 96 }], next: round[after] } };
      });
      expect(ids).toEqual([0, 1, 2]);
      expect(error).toBeInstanceOf(SchemaError);
      expect(String(error)).toContain("the next page is one that came before after 3 records");
      expect(asked()).toHaveLength(3);
    },
  );

  it.each([
    ["a total", { ...numbers, total }, { total: 9 }, "after 2 of 9 records (7 are missing)"],
    ["has_more", { ...numbers, hasMore: more }, { more: true }, "after 2 records"],
    ["has_more, by offset", { ...offsets, hasMore: more }, { more: true }, "after 2 records"],
    ["has_more, by key", { ...keys, hasMore: more }, { more: true }, "after 2 records"],
  ] as const)(
    "L16 a repeated page by a number of ours is an error where %s says that there is more",
    async (_, rule, says, counted) => {
      const { ids, error } = await walk(rule, () => ({ body: { data: two(1), ...says } }));
      expect(ids).toEqual([1, 2]);
      expect(error).toBeInstanceOf(SchemaError);
      expect(String(error)).toContain(`the next page is the same page ${counted}`);
      expect(asked()).toHaveLength(2);
    },
  );
});

describe("a list of known size", () => {
  it.each([
    ["by cursor", { ...cursors, total }, serving([two(1), two(3)], { total: 7 }).byCursor],
    ["by link", { ...links, total }, serving([two(1), two(3)], { total: 7 }).byLink],
    [
      "by number, with documented pages",
      { ...numbers, total, defaultSize: 4 },
      serving([two(1), two(3)], { total: 7 }).byNumber,
    ],
  ] as const)(
    "L16 a list %s that ends before its total is an error that says how many are missing",
    async (_, rule, answer) => {
      const { ids, error } = await walk(rule, answer);
      expect(ids).toEqual([1, 2, 3, 4]);
      expect(error).toBeInstanceOf(SchemaError);
      expect(String(error)).toContain("after 4 of 7 records (3 are missing)");
      expect(asked().length).toBeLessThan(4);
    },
  );

  it("L16 a list that says that there is more, and names no cursor, is an error", async () => {
    const { ids, error } = await walk({ ...cursors, hasMore: more }, () => ({ body: { data: two(1), more: true } }));
    expect(ids).toEqual([1, 2]);
    expect(String(error)).toContain("the vendor says that there is more, but names no next cursor after 2 records");
  });

  it("L16 a list that shrinks or grows while it is walked ends where the vendor says", async () => {
    for (const totals of [
      [6, 4],
      [4, 6],
    ]) {
      const answer = ({ number }: Asked): Reply => {
        const index = number("after", 0);
        return { body: { data: two(index * 2 + 1), total: totals[index], ...(index === 0 ? { next: "1" } : {}) } };
      };
      expect(await walk({ ...cursors, total }, answer)).toMatchObject({ ids: [1, 2, 3, 4], error: undefined });
    }
  });

  it("L16 a list that is walked by key ends at its last key, however many records are deleted meanwhile", async () => {
    const rule = {
      ...offsets,
      total,
      maxPosition: 3,
      keyset: { key: "/id", parameter: "after", with: { sort: "id" } },
    };
    const answer = ({ number }: Asked): Reply => {
      const after = number("after", 0);
      const left = itemsOf(6).filter(({ id }) => id > after && (after === 0 || id < 5));
      return { body: { data: left.slice(0, 2), total: Math.min(left.length, 3) } };
    };
    expect(await walk(rule, answer)).toMatchObject({ ids: [1, 2, 3, 4], error: undefined });
  });

  it("L16 a list that is resumed by its cursor keeps its count", async () => {
    const answer = serving([two(1), two(3), [], two(5)], { total: 9 }).byCursor;
    const { cursors: given } = await walk({ ...cursors, total }, answer);
    for (const [index, from] of given.slice(0, 2).entries()) {
      const { ids, error } = await walk({ ...cursors, total }, answer, { from: from ?? "" });
      expect(ids).toEqual([3, 4, 5, 6].slice(index * 2));
      expect(String(error)).toContain("the list ended after 6 of 9 records (3 are missing)");
    }
  });
});

describe("a next link", () => {
  /** Reads a list of an https API whose first page names this next page; everything that was sent, in order. */
  async function follow(next: string, { url = "https://api.acme.example", isHeader = false } = {}) {
    const sent: { readonly url: string; readonly token: string | null }[] = [];
    const client = connect(createListVendor(isHeader ? { scheme: "link", in: "query", items } : links), {
      credentials: testCredentials,
      server: { url },
      async fetch(request) {
        if (request.url.endsWith("/token"))
          return Response.json({ access_token: "access-CANARY", token_type: "Bearer", expires_in: 3600 });
        sent.push({ url: request.url, token: request.headers.get("authorization") });
        if (sent.length > 1) return Response.json({ data: two(3) });
        const headers: HeadersInit = isHeader ? { link: `<${next}>; rel="next"` } : {};
        return Response.json({ data: two(1), ...(isHeader ? {} : { next }) }, { headers });
      },
    });
    const ids = await idsOf(client.paginate("GET", "/list")).catch((error: unknown) => error);
    await client.close();
    return { ids, sent };
  }

  it.each([
    ["that names http for an https API", "http://api.acme.example/list?after=2"],
    ["that names the port of a proxy", "http://api.acme.example:8080/list?after=2"],
    ["that names another path of the same host", "http://api.acme.example/cursors/2"],
    ["to a gateway behind the API", "http://gateway.internal:8080/list?after=2"],
    ["to a gateway by its number", "https://10.1.2.3/list?after=2"],
    ["to a gateway, below the operation's path", "https://gw.acme.example/list/?after=2"],
  ])("L19 a next link %s is followed on the API's own origin", async (_, next) => {
    for (const isHeader of [false, true]) {
      const { ids, sent } = await follow(next, { isHeader });
      expect(ids).toEqual([1, 2, 3, 4]);
      const { pathname, search } = new URL(next);
      expect(sent.at(-1)).toEqual({
        url: `https://api.acme.example${pathname}${search}`,
        token: "Bearer access-CANARY",
      });
    }
  });

  it("L19 a next link to another host is followed at any path below the API's base path", async () => {
    const url = "https://api.acme.example/crm/v2";
    const { ids, sent } = await follow("http://crm-7.internal/crm/v2/cursors/abc?size=2", { url });
    expect(ids).toEqual([1, 2, 3, 4]);
    expect(sent.at(-1)?.url).toBe("https://api.acme.example/crm/v2/cursors/abc?size=2");
    const { ids: error } = await follow("http://crm-7.internal/crm/v1/list?size=2", { url });
    expect(error).toBeInstanceOf(TransportError);
  });

  it.each([
    "https://evil.example/other?after=2",
    "http://evil.example/",
    "//evil.example/list2",
    "https://api.acme.example@evil.example/x",
    "https://evil.example//evil.example/list",
    "https://evil.example/list/../admin",
    "ftp://api.acme.example/list",
    "javascript:alert(1)",
  ])("L19 a next link to another host is refused with nothing sent: %s", async (next) => {
    const { ids: error, sent } = await follow(next);
    expect(error).toMatchObject({ name: "TransportError", reason: "origin", outcome: "security" });
    expect(sent.map(({ url }) => url)).toEqual(["https://api.acme.example/list"]);
  });

  it("L19 a cursor of such a link holds its path alone, and resumes the list", async () => {
    serve(fake, ({ query }) => ({
      body: query.has("after") ? { data: two(3) } : { data: two(1), next: "http://gateway.internal:8080/list?after=2" },
    }));
    const { client } = openList(fake, links);
    const first = await client.paginate("GET", "/list").pages().next();
    const from = first.value?.cursor;
    expect(Buffer.from(from ?? "", "base64url").toString()).not.toContain("gateway");
    expect(await idsOf(client.paginate("GET", "/list", { from }))).toEqual([3, 4]);
  });
});
