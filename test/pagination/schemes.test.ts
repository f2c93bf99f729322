import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Pagination } from "../../src/vendor.ts";
import { type FakeVendor, type Reply, startFakeVendor } from "../support/fake-vendor.ts";
import { type Asked, idsOf, itemsOf, listOf, openList, serve } from "./support/list-vendor.ts";

let fake: FakeVendor;
beforeEach(async () => {
  fake = await startFakeVendor();
});
afterEach(() => fake.close());

const all = itemsOf(23);
const every = all.map(({ id }) => id);
const cut = (offset: number, size: number) => all.slice(offset, offset + size);
const list = "$response.body#/data";

interface Scheme {
  readonly rule: Pagination;
  readonly answer: (asked: Asked) => Reply;
  /** Requests for 23 items, ten a page. */
  readonly requests?: number;
  readonly method?: "POST";
}

const schemes: Readonly<Record<string, Scheme>> = {
  "numbered pages with a total in the body": {
    rule: { scheme: "page", in: "query", position: "page", items: list, total: "$response.body#/total" },
    answer: ({ number }) => ({ body: { data: cut((number("page", 1) - 1) * 10, 10), total: 23 } }),
  },
  "numbered pages from 0, with their number in a header": {
    rule: {
      scheme: "page",
      in: "query",
      position: "p",
      first: 0,
      items: "$response.body",
      pages: "$response.header.X-Pages",
    },
    answer: ({ number }) => ({ headers: { "x-pages": "3" }, body: cut(number("p", 0) * 10, 10) }),
  },
  "numbered pages with a flag in a header": {
    rule: { scheme: "page", in: "query", position: "page", items: list, hasMore: "$response.header.X-Has-More" },
    answer: ({ number }) => ({
      headers: { "x-has-more": String(number("page", 1) < 3) },
      body: { data: cut((number("page", 1) - 1) * 10, 10) },
    }),
  },
  "numbered pages that say nothing: an empty one is the end": {
    rule: { scheme: "page", in: "query", position: "page", items: list },
    answer: ({ number }) => ({ body: { data: cut((number("page", 1) - 1) * 10, 10) } }),
    requests: 4,
  },
  "offsets with a total in a header": {
    rule: { scheme: "offset", in: "query", position: "skip", items: list, total: "$response.header.X-Total" },
    answer: ({ number }) => ({ headers: { "x-total": "23" }, body: { data: cut(number("skip", 0), 10) } }),
  },
  "cursors from the last page": {
    rule: { scheme: "cursor", in: "query", position: "after", items: list, next: "$response.body#/next" },
    answer: ({ number }) => ({
      body: {
        data: cut(number("after", 0), 10),
        next: number("after", 0) < 20 ? String(number("after", 0) + 10) : null,
      },
    }),
  },
  "cursors deep in the body of a search": {
    rule: { scheme: "cursor", in: "body", position: "/paging/after", items: list, next: "$response.body#/paging/next" },
    method: "POST",
    answer({ body }) {
      const { after = 0 } = Object(body.paging);
      return { body: { data: cut(Number(after), 10), paging: { next: after < 20 ? Number(after) + 10 : "" } } };
    },
  },
  "a cursor that is always there, beside a flag": {
    rule: {
      scheme: "cursor",
      in: "query",
      position: "after",
      items: list,
      next: "$response.body#/end",
      hasMore: "$response.body#/more",
    },
    answer({ number }) {
      const after = number("after", 0);
      return { body: { data: cut(after, 10), end: `${after + 10}`, more: after < 20 } };
    },
  },
  "a Link header among others (RFC 8288)": {
    rule: { scheme: "link", in: "query", items: "$response.body" },
    answer({ number }) {
      const after = number("after", 0);
      const next = `</list?after=${after + 10}>; title="a, \\"b\\"; rel=next"; REL="last Next"`;
      const link = ['</list>; rel="first"', '</list?after=5>; rel="nextish prev"', ...(after < 20 ? [next] : [])];
      return { headers: { link: link.join(", ") }, body: cut(after, 10) };
    },
  },
  "the next page's address in the body, with a path of its own": {
    rule: { scheme: "link", in: "query", items: list, next: "$response.body#/links/next" },
    answer({ path }) {
      const after = Number(/\d+$/u.exec(path)?.[0] ?? 0);
      const next = after < 20 ? `${fake.url}/list/from/${after + 10}` : null;
      return { body: { data: cut(after, 10), links: { next } } };
    },
  },
  "the next page's query in the body, to the letter": {
    rule: { scheme: "link", in: "query", items: list, next: "$response.body#/next" },
    answer({ query }) {
      const after = Number(query.get("a/b c") ?? 0);
      return { body: { data: cut(after, 10), ...(after < 20 ? { next: `?a%2Fb+c=${after + 10}&signed=%7E` } : {}) } };
    },
  },
  "what follows the last item's key": {
    rule: {
      scheme: "keyset",
      in: "query",
      items: list,
      hasMore: "$response.body#/more",
      keyset: { key: "/id", parameter: "starting_after" },
    },
    answer({ number }) {
      const after = number("starting_after", 0);
      return { body: { data: cut(after, 10), more: after < 20 } };
    },
  },
};

const cases = Object.entries(schemes).map(([name, { method = "GET" as const, requests = 3, ...scheme }]) => ({
  name,
  method,
  requests,
  ...scheme,
}));

describe.each(cases)("$name", ({ rule, answer, requests, method }) => {
  it("is walked to its end, each item once, and no page is asked for in vain", async () => {
    serve(fake, answer);
    const { client } = openList(fake, rule);
    expect(await idsOf(client.paginate(method, "/list"))).toEqual(every);
    expect(fake.apiRequests).toHaveLength(requests);
  });

  it("goes on behind any page from its printed cursor", async () => {
    serve(fake, answer);
    const { client } = openList(fake, rule);
    const pages = await listOf(client.paginate(method, "/list").pages());
    for (const [index, { cursor }] of pages.entries()) {
      if (cursor === undefined) continue;
      expect(cursor).toMatch(/^[\w-]+$/u);
      expect(await idsOf(client.paginate(method, "/list", { from: cursor }))).toEqual(every.slice((index + 1) * 10));
    }
    expect(pages.map(({ cursor }) => cursor !== undefined)).toContain(true);
  });
});

describe("where a list begins and how long its pages are", () => {
  it("is the caller's to say", async () => {
    serve(fake, ({ number }) => ({
      body: { data: cut((number("page", 1) - 1) * number("size", 10), number("size", 10)), total: 23 },
    }));
    const rule = {
      scheme: "page",
      in: "query",
      position: "page",
      size: "size",
      maxSize: 50,
      items: list,
      total: "$response.body#/total",
    } as const;
    const { client } = openList(fake, rule);
    expect(await idsOf(client.paginate("GET", "/list", { params: { query: { page: 2, size: 8 } } }))).toEqual(
      every.slice(8),
    );
    expect(fake.apiRequests.map(({ path }) => path)).toEqual(["/list?page=2&size=8", "/list?page=3&size=8"]);
  });

  it("is written where the caller's own parameters are, in an object as in brackets", async () => {
    const rule = {
      scheme: "offset",
      in: "query",
      position: "page[offset]",
      size: "page[limit]",
      items: list,
      total: "$response.body#/total",
    } as const;
    serve(fake, ({ number }) => ({
      body: { data: cut(number("page[offset]", 0), number("page[limit]", 10)), total: 23 },
    }));
    const { client } = openList(fake, rule);
    for (const query of [{ "page[limit]": 12 }, { page: { limit: 12 } }]) {
      expect(await idsOf(client.paginate("GET", "/list", { params: { query } }))).toEqual(every);
    }
    const asked = fake.apiRequests.map(({ path }) => decodeURIComponent(path));
    expect(asked[1]).toBe("/list?page[limit]=12&page[offset]=12");
    expect(asked[3]).toBe(asked[1]);
  });

  it("is believed where a vendor serves smaller pages than asked for and says nothing else", async () => {
    serve(fake, ({ number }) => ({ body: { data: cut((number("page", 1) - 1) * 5, 5) } }));
    const { client } = openList(fake, { scheme: "page", in: "query", position: "page", size: "size", items: list });
    expect(await idsOf(client.paginate("GET", "/list", { params: { query: { size: 10 } } }))).toEqual(every);
  });

  it("stays known when a page says how many there are in all", async () => {
    serve(fake, ({ number }) => ({ body: { data: cut(number("skip", 0), 10), total: "23" } }));
    const { client, events } = openList(fake, {
      scheme: "offset",
      in: "query",
      position: "skip",
      items: list,
      total: "$response.body#/total",
    });
    const pages = await listOf(client.paginate("GET", "/list").pages());
    expect(pages.map(({ total, items }) => [total, items.length])).toEqual([
      [23, 10],
      [23, 10],
      [23, 3],
    ]);
    const progress = events.flatMap((event) => (event.type === "progress" ? [[event.done, event.total]] : []));
    expect(progress).toEqual([
      [10, 23],
      [20, 23],
      [23, 23],
    ]);
  });
});

describe("a list that is longer than the highest offset", () => {
  const rule = {
    scheme: "offset",
    in: "query",
    position: "offset",
    items: list,
    total: "$response.body#/total",
    maxPosition: 15,
    keyset: { key: "/id", parameter: "filter", value: "gt(id,{key})", separator: ":", with: { sort: "id" } },
  } as const satisfies Pagination;

  /** As Elastic Path does it; what matches is counted as filtered, and never above 15. */
  function answer({ number, query }: Asked): Reply {
    const after = Number(/gt\(id,(\d+)\)/u.exec(query.get("filter") ?? "")?.[1] ?? 0);
    if (number("offset", 0) > 15) return { status: 400, body: { error: "offset" } };
    const matching = all.filter(({ id }) => id > after);
    return { body: { data: matching.slice(number("offset", 0)).slice(0, 10), total: Math.min(matching.length, 15) } };
  }

  it("is walked by its key, with the caller's own filter", async () => {
    serve(fake, answer);
    const { client } = openList(fake, rule);
    expect(await idsOf(client.paginate("GET", "/list", { params: { query: { filter: "eq(a,b)" } } }))).toEqual(every);
    const asked = fake.apiRequests.map(({ path }) => new URL(path, fake.url).searchParams);
    expect(asked.map((query) => [query.get("sort"), query.get("filter")])).toEqual([
      [null, "eq(a,b)"],
      ["id", "eq(a,b)"],
      ["id", "eq(a,b):gt(id,10)"],
      ["id", "eq(a,b):gt(id,20)"],
    ]);
  });

  it("can be resumed behind any page by its key", async () => {
    serve(fake, answer);
    const { client } = openList(fake, rule);
    const [first] = await listOf(client.paginate("GET", "/list").pages());
    expect(await idsOf(client.paginate("GET", "/list", { from: first?.cursor }))).toEqual(every.slice(10));
  });

  it("that is ordered otherwise ends with an error that says what to do, after what could be had", async () => {
    serve(fake, answer);
    const { client } = openList(fake, { ...rule, maxPosition: 5 });
    const ids: number[] = [];
    const walk = async () => {
      for await (const { id } of client.paginate("GET", "/list", { params: { query: { sort: "-name" } } }))
        ids.push(id);
    };
    await expect(walk()).rejects.toThrow(/serves no offset above 5, .*leave out sort/u);
    expect(ids).toEqual(every.slice(0, 10));
  });

  it("is walked as asked while it is short enough", async () => {
    serve(fake, answer);
    const { client } = openList(fake, { ...rule, maxPosition: 1000 });
    for await (const _ of client.paginate("GET", "/list").pages()) break;
    expect(fake.apiRequests.map(({ path }) => path)).toEqual(["/list?offset=0"]);
  });
});
