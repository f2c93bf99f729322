/**
 * Where swagger-client does not write what the specification says, or the specification says nothing: such a parameter is left out of the
 * comparison, and vectors with the clause check it in its place (`test/wire/documents`). The comparison of everything else is exact.
 */
import type { Given } from "./sample-parameters.ts";
import { isMapping, type Value } from "./original-document.ts";

export interface Exception {
  readonly id: string;
  /** What swagger-client does. */
  readonly does: string;
  readonly clause: string;
  /** The document that has the vectors. */
  readonly vectors: string;
  applies(given: Given, context: Context): boolean;
}

interface Context {
  readonly isSwagger2: boolean;
  /** The parameters of the same request. */
  readonly all: readonly Given[];
}

const isList = (value: Value): value is readonly Value[] => Array.isArray(value);
const members = (value: Value): readonly Value[] =>
  isList(value) ? value : isMapping(value) ? Object.values(value) : [];
const holdsBigInteger = (value: Value): boolean => typeof value === "bigint" || members(value).some(holdsBigInteger);
const isNested = (value: Value): boolean => members(value).some((one) => typeof one === "object" && one !== null);
/** The names that a parameter may have in the query. */
const namesOf = ({ parameter, value }: Given): readonly string[] =>
  parameter.in === "query" ? [parameter.name, ...(isMapping(value) ? Object.keys(value) : [])] : [];
const styleOf = ({ parameter: { value } }: Given): string => String(value.style ?? "");

export const exceptions: readonly Exception[] = [
  {
    id: "cookies",
    does: "sends the last of several cookies alone, joins lists by commas, and encodes by rules of its own",
    clause: "RFC 6265 §4.2.1; OpenAPI 3.2.1 Appendix D",
    vectors: "cookie-form.yaml",
    applies: ({ parameter }) => parameter.in === "cookie",
  },
  {
    id: "whole query",
    does: "does not know in: querystring",
    clause: "OpenAPI 3.2.1 §4.12.2.1 in",
    vectors: "querystring.yaml",
    applies: ({ parameter }) => parameter.in === "querystring",
  },
  {
    id: "empty text",
    does: "leaves an empty text out of the query",
    clause: "OpenAPI 3.1.1 §4.8.12.2.5 Style Examples, the column empty of form; RFC 6570 §3.2.8",
    vectors: "query-form.yaml",
    applies: ({ parameter, value }) => parameter.in === "query" && value === "",
  },
  {
    id: "allowReserved",
    does: "passes on #, & and +, and encodes % in percent-encoded characters again",
    clause: "OpenAPI 3.2.1 §4.12.2.2 allowReserved; RFC 6570 §3.2.3",
    vectors: "allow-reserved.yaml",
    applies: ({ parameter }) => parameter.value.allowReserved === true,
  },
  {
    id: "members of a deepObject",
    does: "writes objects and lists in a deepObject as JSON, lists as repeated parameters, and other values as in the style form",
    clause: "OpenAPI 3.1.1 §4.8.12.2.4 deepObject: not defined; docs/calls.md defines it",
    vectors: "query-deep-object.yaml",
    applies: (given) => styleOf(given) === "deepObject" && (isNested(given.value) || !isMapping(given.value)),
  },
  {
    id: "members without a value",
    does: "sends null in lists and objects, and objects without members, as empty texts, and loses an empty text at the head of a matrix list",
    clause: "RFC 6570 §2.3, §3.2.7",
    vectors: "query-form.yaml",
    applies: (given) =>
      typeof given.value === "object" &&
      given.value !== null &&
      (members(given.value).length === 0 ||
        members(given.value).some((one) => one === null || (one === "" && styleOf(given) === "matrix"))),
  },
  {
    id: "members with another parameter's name",
    does: "sends one of an object's member and the parameter of the same name",
    clause: "OpenAPI 3.1.1 §4.8.12.2.5 Style Examples, form, exploded: both have the name",
    vectors: "query-form.yaml",
    applies: ({ parameter, value }, { all }) =>
      parameter.in === "query" &&
      isMapping(value) &&
      all.some((other) =>
        namesOf(other).some((name) => name !== "" && other.parameter !== parameter && Object.hasOwn(value, name)),
      ),
  },
  {
    id: "nested values",
    does: "writes JSON where a style cannot express a value",
    clause: "RFC 6570 §2.4.2: composite values inside others are not allowed",
    vectors: "query-form.yaml",
    applies: ({ parameter, value }) => parameter.value.content === undefined && isNested(value),
  },
  {
    id: "label, not exploded",
    does: "joins lists and objects by dots",
    clause: "OpenAPI 3.1.1 §4.8.12.2.5 Style Examples, label; RFC 6570 §3.2.5",
    vectors: "path-label.yaml",
    applies: (given) =>
      styleOf(given) === "label" && given.parameter.value.explode !== true && typeof given.value === "object",
  },
  {
    id: "delimited objects",
    does: "joins the members of objects by commas in the styles spaceDelimited and pipeDelimited",
    clause: "OpenAPI 3.1.1 §4.8.12.2.5 Style Examples, spaceDelimited and pipeDelimited",
    vectors: "query-delimited.yaml",
    applies: (given) => /Delimited$/u.test(styleOf(given)) && isMapping(given.value),
  },
  {
    id: "JSON in content",
    does: "takes texts, and texts in lists, for JSON that is written already, rounds big integers, and sends no 0, false and empty text",
    clause: "OpenAPI 3.1.1 §4.8.12.2.3 content; RFC 8259 §6, §7",
    vectors: "parameter-content.yaml",
    applies: ({ parameter, value }) =>
      parameter.value.content !== undefined &&
      (typeof value !== "object" ||
        holdsBigInteger(value) ||
        (isList(value) && value.some((one) => typeof one === "string"))),
  },
  {
    id: "lists of Swagger 2.0 in the path and in headers",
    does: "knows no collectionFormat there, and encodes the separator",
    clause: "Swagger 2.0, Parameter Object, collectionFormat",
    vectors: "collection-format.yaml",
    applies: ({ parameter, value }, { isSwagger2 }) => isSwagger2 && isList(value) && parameter.in !== "query",
  },
  {
    id: "names of members",
    does: "does not encode the names of an object's members in the path",
    clause: "RFC 6570 §3.2.1",
    vectors: "path-simple.yaml",
    applies: ({ parameter, value }) =>
      parameter.in === "path" && isMapping(value) && Object.keys(value).some((name) => /[^\w.~-]/u.test(name)),
  },
  {
    id: "parameters that are headers of the client",
    does: "sends the parameters Accept, Content-Type and Authorization of Swagger 2.0",
    clause: "OpenAPI 3.0.4 §4.7.12.2.1 name, which later versions say of all documents",
    vectors: "header-simple.yaml",
    applies: ({ parameter }) =>
      parameter.in === "header" && /^(?:accept|content-type|authorization)$/iu.test(parameter.name),
  },
];

/** swagger-client builds such a path wrongly even without a parameter. */
export const pathException = {
  id: "a query in a path",
  does: "sends a parameter of the same name in place of the path's, and cuts the path off at its second question mark",
  clause: "RFC 3986 §3.4",
  vectors: "path-with-query-or-fragment.yaml",
  applies: (path: string): boolean => path.includes("?"),
};

/** What swagger-client is given: it puts the query behind a fragment, which is never sent (RFC 3986 §3.5). */
export const withoutFragment = (path: string): string => path.replace(/#.*$/su, "");
