import { expect, it } from "vitest";
import { parseSource } from "../../scripts/codegen/load/parse-source.ts";

const lines = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join("\n");

it("a map with a key twice is refused at the second, as YAML 1.2 has it", () => {
  expect(() => parseSource("acme.yaml", "paths:\n  /things: 1\n  /people: 2\n  /things: 3\n")).toThrow(
    'acme.yaml:4:3: #: the map has the key "/things" twice; remove one of the two',
  );
});

it("a number and its text are one key", () => {
  expect(() => parseSource("acme.yaml", 'responses:\n  200: 1\n  "200": 2\n')).toThrow(
    'the map has the key "200" twice',
  );
});

it("maps with the same key side by side are different maps", () => {
  expect(parseSource("acme.yaml", "a: { id: 1 }\nb: { id: 1 }\n").value).toEqual({ a: { id: 1 }, b: { id: 1 } });
});

it("a map of sixty thousand keys is read whole", () => {
  const { value } = parseSource("acme.yaml", `a:\n${lines(60_000, (index) => `  k${index}: 1`)}\n`);
  expect(Object.keys(Object(value).a)).toHaveLength(60_000);
});

it("more aliases than can be resolved in a moment are refused, with the place of the first too many", () => {
  const text = `a:\n${lines(10_001, (index) => `  - &a${index} 1\n  - *a${index}`)}\n`;
  expect(() => parseSource("acme.yaml", text)).toThrow("acme.yaml:20003:5: #: it has more than 10000 aliases");
});
