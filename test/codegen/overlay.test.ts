import { expect, it } from "vitest";
import { applyOverlay } from "../../scripts/codegen/load/apply-overlay.ts";
import { DocumentError } from "../../scripts/codegen/load/diagnostics.ts";
import { parseSource } from "../../scripts/codegen/load/parse-source.ts";

const document = `openapi: 3.1.0
info: { title: Acme, version: "1" }
tags: [{ name: a }, { name: b }, { name: c }]
paths:
  /things: { get: { responses: { "200": { description: Things } } } }
  /others: { get: { responses: { "200": { description: Others } } } }
`;

it("merges objects, replaces values, adds to lists and removes, in order", () => {
  const { value } = apply(`
  - { target: $.info, update: { title: Better, contact: { name: Us } } }
  - { target: "$.paths.*.get.responses", update: { "429": { description: Slow down } } }
  - { target: $.tags, update: { name: d } }
  - { target: "$.tags[?@.name == 'b']", remove: true }
  - { target: "$.paths['/others']", remove: true }
`);
  expect(value).toEqual({
    openapi: "3.1.0",
    info: { title: "Better", version: "1", contact: { name: "Us" } },
    tags: [{ name: "a" }, { name: "c" }, { name: "d" }],
    paths: {
      "/things": { get: { responses: { "200": { description: "Things" }, "429": { description: "Slow down" } } } },
    },
  });
});

it("knows whether a thing came from the document or the overlay, also after a removal", () => {
  const { locate } = apply(`
  - { target: "$.tags[0]", remove: true }
  - { target: $.info, update: { contact: { name: Us } } }
`);
  expect(locate(["info", "title"])).toMatchObject({ file: "openapi.yaml", line: 2 });
  expect(locate(["info", "contact", "name"])).toMatchObject({ file: "overlay.yaml", line: 5 });
  expect(locate(["tags", 0])).toEqual({ file: "openapi.yaml", line: 3, column: 21 });
});

it("leaves the document it was given alone", () => {
  const source = parseSource("openapi.yaml", document);
  const before = JSON.stringify(source.value);
  applyOverlay(source, overlay("\n  - { target: $.paths, remove: true }\n"));
  expect(JSON.stringify(source.value)).toBe(before);
});

it.each([
  [
    "a target that is no JSONPath",
    "- { target: '$.[', update: {} }",
    /4:7: #\/actions\/0\/target: not an RFC 9535 JSONPath/u,
  ],
  ["a target that finds nothing", "- { target: $.nothing, update: {} }", /the target "\$\.nothing" matches nothing/u],
  ["an action that does nothing", "- { target: $.info }", /must update or remove/u],
  [
    "an update of a plain value",
    "- { target: $.info.title, update: { a: b } }",
    /cannot be merged into a plain value/u,
  ],
])("refuses %s, naming the overlay's line", (_, actions, expected) => {
  expect(() => apply(`\n  ${actions}\n`)).toThrow(expected);
  expect(() => apply(`\n  ${actions}\n`)).toThrow(DocumentError);
});

const overlay = (actions: string) =>
  parseSource("overlay.yaml", `overlay: 1.0.0\ninfo: { title: Ours, version: "1" }\nactions:${actions}`);
const apply = (actions: string) => applyOverlay(parseSource("openapi.yaml", document), overlay(actions));
