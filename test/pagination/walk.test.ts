import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ConfigurationError, SchemaError, TransportError, VendorError } from "../../src/index.ts";
import type { Pagination } from "../../src/vendor.ts";
import { caught } from "../support/caught.ts";
import { type FakeVendor, startFakeVendor } from "../support/fake-vendor.ts";
import { idsOf, itemsOf, openList, serve } from "./support/list-vendor.ts";

let fake: FakeVendor;
beforeEach(async () => {
  fake = await startFakeVendor();
});
afterEach(() => fake.close());

const list = "$response.body#/data";
const pages = { scheme: "page", in: "query", position: "page", items: list } as const satisfies Pagination;
const links = { scheme: "link", in: "query", items: list, next: "$response.body#/next" } as const;
const total = "$response.body#/total";

/** Endless pages of two items. */
const endless = () =>
  serve(fake, ({ number }) => {
    const page = number("page", 1);
    return { body: { data: [{ id: page * 2 - 1 }, { id: page * 2 }] } };
  });

const decode = (cursor: string): string => Buffer.from(cursor, "base64url").toString("utf8");

const asked = () => fake.apiRequests.map(({ path }) => path);

describe("a vendor whose pages lie", () => {
  it("and shows no next link on the last two pages is believed for its total", async () => {
    serve(fake, ({ number }) => {
      const offset = number("offset", 0);
      const next = offset + 4 < 6 ? { next: `/list?offset=${offset + 2}` } : {};
      return { body: { data: itemsOf(6).slice(offset, offset + 2), total: 6, links: next } };
    });
    const { client } = openList(fake, { ...pages, scheme: "offset", position: "offset", total });
    expect(await idsOf(client.paginate("GET", "/list"))).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("and gives its last page for ever delivers it once", async () => {
    serve(fake, ({ number }) => {
      const page = Math.min(number("page", 1), 3);
      return { body: { data: [{ id: page }] } };
    });
    const { client } = openList(fake, pages);
    expect(await idsOf(client.paginate("GET", "/list"))).toEqual([1, 2, 3]);
    expect(asked()).toHaveLength(4);
  });

  it("and repeats while the total says that records are missing is an error, after what was delivered", async () => {
    serve(fake, () => ({ body: { data: itemsOf(2), total: 9 } }));
    const { client } = openList(fake, { ...pages, total });
    const ids: number[] = [];
    const walk = async () => {
      for await (const { id } of client.paginate("GET", "/list")) ids.push(id);
    };
    const error = await caught(walk());
    expect(error).toBeInstanceOf(SchemaError);
    expect(String(error)).toContain("the next page is the same page after 2 of 9 records");
    expect(ids).toEqual([1, 2]);
    expect(asked()).toHaveLength(2);
  });

  it("and gives no list at all is an error that names the place", async () => {
    serve(fake, () => ({ body: { items: [] } }));
    const error = await caught(idsOf(openList(fake, pages).client.paginate("GET", "/list")));
    expect(error).toBeInstanceOf(SchemaError);
    expect(error).toMatchObject({ issues: [{ path: "/data" }], status: 200 });
  });

  it.each([
    "https://evil.example/other?after=2",
    "https://evil.example/",
    "//evil.example/list2",
    "ftp://evil.example/list",
    "https://evil.example//evil.example/list",
    "data:,x",
    "http://[",
  ])("and says that the next page is at %s is not followed there", async (next) => {
    serve(fake, () => ({ body: { data: itemsOf(2), next } }));
    const ids: number[] = [];
    const walk = async () => {
      for await (const { id } of openList(fake, links).client.paginate("GET", "/list")) ids.push(id);
    };
    const error = await caught(walk());
    expect(error).toBeInstanceOf(TransportError);
    expect(error).toMatchObject({ reason: "origin" });
    expect(asked()).toHaveLength(1);
  });
});

describe("the next page", () => {
  it("is prefetched from the second page on, one and no more", async () => {
    endless();
    const walk = openList(fake, pages).client.paginate("GET", "/list").pages();
    expect(asked()).toEqual([]);
    await walk.next();
    await walk.next();
    await expect.poll(() => asked().length).toBe(3);
    await walk.next();
    await expect.poll(() => asked().length).toBe(4);
    expect(asked().at(-1)).toBe("/list?page=4");
    await walk.return();
  });

  it("is not asked for where the consumer wanted one page only, or switched it off", async () => {
    endless();
    const { client } = openList(fake, pages);
    for await (const _ of client.paginate("GET", "/list")) break;
    expect(asked()).toHaveLength(1);
    const walk = client.paginate("GET", "/list", { prefetch: false }).pages();
    for (let count = 0; count < 3; count += 1) await walk.next();
    await client.GET("/other");
    expect(asked().filter((path) => path !== "/other")).toHaveLength(4);
    await walk.return();
  });

  it("that was prefetched is aborted when the consumer leaves", async () => {
    const closed = new Promise<void>((resolve) => {
      fake.onApi = async (_received, count, response: ServerResponse) => {
        if (count < 3) return { body: { data: [{ id: count }] } };
        once(response, "close").then(() => resolve());
        return "hang";
      };
    });
    let seen = 0;
    for await (const _ of openList(fake, pages).client.paginate("GET", "/list")) {
      seen += 1;
      if (seen < 2) continue;
      await expect.poll(() => asked().length).toBe(3);
      break;
    }
    await closed;
  });

  it("whose response is an error is thrown in order, after what was delivered before", async () => {
    serve(fake, ({ number }) => {
      const page = number("page", 1);
      return page < 3 ? { body: { data: [{ id: page }] } } : { status: 403, body: { error: "insufficient_scope" } };
    });
    const ids: number[] = [];
    const walk = async () => {
      for await (const { id } of openList(fake, pages).client.paginate("GET", "/list")) ids.push(id);
    };
    const error = await caught(walk());
    expect(error).toBeInstanceOf(VendorError);
    expect(error).toMatchObject({ kind: "permission_denied", operation: "GET /list" });
    expect(ids).toEqual([1, 2]);
  });
});

describe("a caller's signal", () => {
  it("ends the walk between two items and between two pages with its reason", async () => {
    endless();
    const { client } = openList(fake, pages);
    for (const last of [1, 2]) {
      const controller = new AbortController();
      const seen: number[] = [];
      const walk = async () => {
        for await (const { id } of client.paginate("GET", "/list", { signal: controller.signal })) {
          seen.push(id);
          if (id === last) controller.abort(new Error("enough"));
        }
      };
      await expect(walk()).rejects.toThrow("enough");
      expect(seen.at(-1)).toBe(last);
    }
  });

  it("ends the wait for a page with its reason", async () => {
    fake.onApi = () => "hang";
    const controller = new AbortController();
    const page = openList(fake, pages).client.paginate("GET", "/list", { signal: controller.signal }).pages().next();
    await expect.poll(() => asked().length).toBe(1);
    controller.abort(new Error("enough"));
    await expect(page).rejects.toThrow("enough");
  });

  it("aborted before sends nothing", async () => {
    const signal = AbortSignal.abort(new Error("never"));
    const { client } = openList(fake, pages);
    await expect(idsOf(client.paginate("GET", "/list", { signal }))).rejects.toThrow("never");
    expect(asked()).toEqual([]);
  });
});

describe("a cursor", () => {
  async function firstCursor(rule: Pagination = pages, query: Record<string, unknown> = {}): Promise<string> {
    const { client } = openList(fake, rule);
    for await (const { cursor } of client.paginate("GET", "/list", { params: { query } }).pages()) return cursor ?? "";
    return "";
  }

  it("of another operation, or of other parameters, is refused before anything is sent", async () => {
    endless();
    const from = await firstCursor(pages, { q: "a" });
    const { client } = openList(fake, pages);
    const before = asked().length;
    const elsewhere = await caught(idsOf(client.paginate("GET", "/other", { from, params: { query: { q: "a" } } })));
    expect(elsewhere).toBeInstanceOf(ConfigurationError);
    expect(String(elsewhere)).toContain("it is a cursor of another call, not of GET /other");
    const otherwise = await caught(idsOf(client.paginate("GET", "/list", { from, params: { query: { q: "b" } } })));
    expect(String(otherwise)).toContain("with other parameters");
    expect(asked()).toHaveLength(before);
  });

  it.each(["", "nonsense", "WyJhY21lIl0", btoa("{}"), btoa('["acme","GET /list"]')])(
    "that is none is refused: %j",
    async (from) => {
      const error = await caught(idsOf(openList(fake, pages).client.paginate("GET", "/list", { from })));
      expect(error).toBeInstanceOf(ConfigurationError);
      expect(String(error)).toContain("from: it is not a cursor");
    },
  );

  it("of many megabytes is refused without being decoded", async () => {
    const started = process.cpuUsage();
    for (const from of ["A".repeat(20_000_000), "\u0000".repeat(20_000_000)]) {
      const error = await caught(openList(fake, pages).client.paginate("GET", "/list", { from }).pages().next());
      expect(error).toMatchObject({ name: "ConfigurationError" });
      expect(String(error)).toContain("it is not a cursor");
    }
    expect(process.cpuUsage(started).user).toBeLessThan(1_000_000);
  });

  it("that was tampered with leads to no other origin", async () => {
    serve(fake, () => ({ body: { data: itemsOf(2), next: "/list?after=2" } }));
    const honest = decode(await firstCursor(links));
    const from = btoa(honest.replace("/list?after=2", "//evil.example/list"));
    const error = await caught(idsOf(openList(fake, links).client.paginate("GET", "/list", { from })));
    expect(error).toMatchObject({ reason: "origin" });
    expect(asked()).toHaveLength(1);
  });

  it.each(["/admin?after=2", "/list/../admin", "/list/%2e%2e/admin", "/list2", "/", "/list%2Fadmin"])(
    "that was tampered with leads to no other path of the vendor: %j",
    async (link) => {
      serve(fake, () => ({ body: { data: itemsOf(2), next: "/list?after=2" } }));
      const from = btoa(decode(await firstCursor(links)).replace("/list?after=2", link));
      const error = await caught(idsOf(openList(fake, links).client.paginate("GET", "/list", { from })));
      expect(error).toBeInstanceOf(ConfigurationError);
      expect(String(error)).toContain("from: it leads to another path than that of GET /list");
      expect(asked()).toHaveLength(1);
    },
  );

  it.each(["/list?after=2", "/%6cist?after=2", "?after=2"])("with the link %j goes on", async (link) => {
    serve(fake, ({ number }) => ({
      body: {
        data: number("after", 0) === 2 ? itemsOf(1) : itemsOf(2),
        ...(number("after", 0) === 2 ? {} : { next: link }),
      },
    }));
    const from = await firstCursor(links);
    expect(await idsOf(openList(fake, links).client.paginate("GET", "/list", { from }))).toEqual([1]);
    expect(asked().at(-1)).toMatch(/ist\?after=2$/u);
  });

  it("with a link is none of a list whose pages are numbered", async () => {
    endless();
    const honest = decode(await firstCursor(pages));
    const from = btoa(honest.replace('"position":2', '"link":"/list?page=2&admin=1"'));
    const error = await caught(idsOf(openList(fake, pages).client.paginate("GET", "/list", { from })));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(asked()).toHaveLength(1);
  });

  it("holds nothing of a key that the vendor echoes in its links", async () => {
    serve(fake, () => ({ body: { data: itemsOf(2), next: "/list?after=2&api_key=secret-CANARY" } }));
    const { client } = openList(fake, links, { in: "query", name: "api_key" });
    for await (const { cursor } of client.paginate("GET", "/list").pages()) {
      expect(decode(cursor ?? "")).toContain("/list?after=2");
      expect(decode(cursor ?? "")).not.toContain("CANARY");
      break;
    }
  });
});

it("an operation that the document says nothing of is refused by name", async () => {
  const { client } = openList(fake, pages);
  const walk = async () => {
    // @ts-expect-error: no list
    for await (const _ of client.paginate("GET", "/nothing")) break;
  };
  await expect(walk()).rejects.toThrow("the document does not say how GET /nothing is paged (x-latchkey-pagination)");
});
