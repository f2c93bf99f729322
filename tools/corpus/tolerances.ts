/**
 * Known differences between generated schemas and JSON Schema, with their reasons. Every other difference from Ajv is a defect.
 * docs/corpus.md shows the list, and a run counts each by name.
 */
export const reasons = {
  "open enums":
    "an enum of several values accepts any other value of its type, in requests and responses: vendors add values, and a value that was read can then be sent back",
  "unknown members": "`additionalProperties: false` is ignored in responses: a vendor may send more than it documents",
  "closed parts":
    "`additionalProperties: false` in one part of a composition does not refuse the members of the other parts. JSON Schema does refuse them, which no author intends",
  "unchecked formats":
    "only the formats `date-time`, `date` and `uuid` are checked, and only for strings; JSON Schema treats all formats as annotations (2020-12 Validation §7.2.1)",
  "one of several":
    "`oneOf` accepts a value that fits several variants: with open enums and unknown members, variants overlap that should not",
  "null where servers send it":
    "null is accepted where `nullable` is set without a type or beside a `$ref` or an enum, and where an enum lists it: real servers send it",
  "shapes without a type":
    "`properties` without a type mean an object, and `items` an array. In JSON Schema, values of every other type pass",
  discriminators:
    "the discriminator's property decides which variant must fit; in JSON Schema it has no meaning (OpenAPI 3.1 §4.8.25)",
  binary: "`format: binary` means a file or bytes, not a string",
  "patterns without a limit":
    "a pattern that can take exponential time is not checked; no pattern is checked on a string that is too long for it (docs/generating.md)",
  "left out":
    "`unevaluatedProperties` and `unevaluatedItems` are not checked: they depend on what every other keyword evaluated",
} as const;

export type Tolerance = keyof typeof reasons;

export const tolerances = Object.keys(reasons).filter((name): name is Tolerance => name in reasons);

/** The name of a difference that no single reason explains, but several together do. */
export const several = "several";
