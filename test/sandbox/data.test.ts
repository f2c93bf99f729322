import { expect, it } from "vitest";
import { parseSandboxData } from "../../scripts/sandbox/spec/sandbox-data.ts";

it.each([
  [
    "an unknown key",
    "accounts:\n  default:\n    credentials: {}\n    secret: 1\n",
    "sandbox.yaml:3: /accounts/default: ",
    "secret",
  ],
  [
    "an unknown situation",
    "answers:\n  - when: bad-weather\n    status: 400\n",
    "sandbox.yaml:2: /answers/0/when/0: ",
    "not-found",
  ],
  [
    "a success among the errors",
    "answers:\n  - when: not-found\n    status: 200\n",
    "sandbox.yaml:3: /answers/0/status: ",
    "400",
  ],
  [
    "a pointer without its slash",
    "collections:\n  /a:\n    key: id\n",
    "sandbox.yaml:3: /collections/~1a/key: ",
    "JSON pointer",
  ],
  ["broken YAML", "accounts: [\n", "sandbox.yaml:2: ", "end with a ]"],
])("names the line and place of %s", (_, text, place, word) => {
  expect(() => parseSandboxData(text, "sandbox.yaml")).toThrow(place);
  expect(() => parseSandboxData(text, "sandbox.yaml")).toThrow(word);
});

it("takes an empty file", () => {
  expect(parseSandboxData("", "sandbox.yaml").accounts).toEqual({});
});
