/**
 * Known differences between generated schemas and JSON Schema, with their reasons. Every other difference from Ajv is a defect.
 * docs/corpus.md shows the list, and a run counts each by name.
 */
export const reasons = {
  "open enums":
    "an enum of several values takes any other of its type, both ways: vendors add values, and what was read can be sent back",
  "unknown members":
    "`additionalProperties: false` lets members pass in what is received: a vendor that answers with more than it documents breaks nobody",
  "closed parts":
    "`additionalProperties: false` in one part of a composition does not refuse the members of the other parts, as JSON Schema has it and no author means it",
  "unchecked formats":
    "of the formats only `date-time`, `date` and `uuid` are checked, and only on a text: the others are notes (JSON Schema 2020-12 Validation §7.2.1)",
  "one of several":
    "`oneOf` takes a value that several variants fit: open enums and unknown members make variants overlap that are meant to be apart",
  "null where servers send it":
    "null passes where `nullable` stands without a type or beside a `$ref` or an enum, and where an enum lists it: real servers send it",
  "shapes without a type":
    "`properties` without a type mean an object, and `items` a list: JSON Schema lets every other type of value pass",
  discriminators:
    "a discriminator's property names the one variant that must fit, where JSON Schema gives it no meaning (OpenAPI 3.1 §4.8.25)",
  binary: "`format: binary` is a file or bytes, which no text describes",
  "patterns without a limit":
    "a pattern that can take exponential time is not checked, nor is any on a text that is too long for it (docs/generating.md)",
  "left out":
    "`unevaluatedProperties` and `unevaluatedItems` are not checked: they need to know what every other keyword looked at",
} as const;

export type Tolerance = keyof typeof reasons;

export const tolerances = Object.keys(reasons).filter((name): name is Tolerance => name in reasons);

/** None of them alone, several together. */
export const several = "several";
