import { expect, it } from "vitest";
import { prepareDocument } from "../../scripts/codegen/generate-vendor.ts";
import type { Filter } from "../../scripts/codegen/resolve/filter-document.ts";
import { DocumentError } from "../../scripts/codegen/load/diagnostics.ts";
import { caught } from "../support/caught.ts";
import { toObject } from "../../scripts/codegen/util/json.ts";
import { listOperations } from "../../scripts/codegen/openapi/operations.ts";
import { fileURLToPath } from "node:url";

const document = fileURLToPath(new URL("documents/filtered.yaml", import.meta.url));

it.each<[string, Filter, string[]]>([
  ["a tag", { include: { tags: ["orders"] } }, ["GET /orders", "POST /orders", "GET /orders/{id}", "POST /token"]],
  ["any text in a tag", { include: { tags: ["adm*"] } }, ["DELETE /admin/users/{id}"]],
  ["a path", { include: { paths: ["/orders/{id}"] } }, ["GET /orders/{id}", "POST /token"]],
  ["one segment of a path", { include: { paths: ["/orders/*"] } }, ["GET /orders/{id}", "POST /token"]],
  [
    "any segments of a path",
    { include: { paths: ["/orders/**"] } },
    ["GET /orders", "POST /orders", "GET /orders/{id}", "POST /token"],
  ],
  [
    "one method of a path",
    { include: { paths: ["GET /orders/**"] } },
    ["GET /orders", "GET /orders/{id}", "POST /token"],
  ],
  ["an operationId", { include: { operations: ["createOrder"] } }, ["GET /orders", "POST /orders", "POST /token"]],
  ["several", { include: { operations: ["ping"], tags: ["admin"] } }, ["DELETE /admin/users/{id}", "GET /ping"]],
  ["not these", { exclude: { tags: ["orders"], paths: ["/admin/**"] } }, ["POST /token", "GET /ping"]],
  [
    "these but those",
    { include: { tags: ["orders"] }, exclude: { paths: ["POST /**"] } },
    ["GET /orders", "GET /orders/{id}", "POST /token"],
  ],
])("operations are chosen by %s, and with them those they need", async (_, filter, keys) => {
  expect(
    listOperations(await prepareDocument({ document, filter }))
      .map(({ key }) => key)
      .sort(),
  ).toEqual([...keys].sort());
});

it("drops what no operation leads to any more, and keeps what one does", async () => {
  const made = await prepareDocument({ document, filter: { include: { operations: ["getOrder"] } } });
  const { schemas, parameters, responses, securitySchemes, examples } = toObject(made.components);
  expect(Object.keys(toObject(schemas))).toEqual(["Order", "Line", "Person", "Money", "Cash", "Card"]);
  expect(Object.keys(toObject(parameters))).toEqual(["Id"]);
  expect(Object.keys(toObject(responses))).toEqual(["NotFound"]);
  expect(Object.keys(toObject(securitySchemes))).toEqual(["login"]);
  expect(examples).toEqual({});
  expect(made.tags).toEqual([{ name: "orders" }]);
  expect(made.webhooks).toBeUndefined();
  expect(made["x-latchkey-errors"]).toMatchObject({ table: [{ status: 401, scheme: "login" }, { status: 429 }] });
  expect(made["x-latchkey-rate-limits"]).toMatchObject([{ requests: 10 }, { requests: 20, operations: ["getOrder"] }]);
});

it("is the whole document where nothing is chosen", async () => {
  const whole = await prepareDocument({ document });
  expect(await prepareDocument({ document, filter: { include: { paths: ["/**"] } } })).toEqual({
    ...whole,
    webhooks: undefined,
    components: expect.anything(),
  });
});

it("refuses a pattern that finds nothing, and names what is near", async () => {
  const filter = {
    include: { tags: ["order"], paths: ["/order/**", "GET /ordrs"], operations: ["getOrders"] },
    exclude: { tags: ["nothing like it"] },
  };
  const error = await caught(prepareDocument({ document, filter }));
  if (!(error instanceof DocumentError)) throw new Error("it was taken");
  expect(error.problems.map(({ line, message, fix }) => `${line}: ${message}; ${fix}`)).toEqual([
    '7: include: no operation has the tag "order"; did you mean "orders"?',
    '7: include: no operation has the path "/order/**"; did you mean "/orders/**"?',
    '7: include: no operation has the path "GET /ordrs"; did you mean "GET /orders"?',
    '7: include: no operation has the operationId "getOrders"; did you mean "getOrder"?',
    '7: exclude: no operation has the tag "nothing like it"; there are "orders", "admin"',
  ]);
  const nothing = await caught(prepareDocument({ document, filter: { exclude: { paths: ["/**"] } } }));
  expect(String(nothing)).toContain("include and exclude leave no operation");
});
