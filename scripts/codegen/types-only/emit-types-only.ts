/**
 * One file of types in the shapes of openapi-typescript 7: `paths`, `webhooks`, `components`, `$defs` and `operations`. Enums are closed, members
 * with a default are required, and one shape serves both directions. The vendor's types, which differ in all three, are made in types/.
 */
import { componentMembers } from "./components.ts";
import { type Context, entriesOf, toMember } from "./context.ts";
import { writeDiscriminators } from "./discriminators.ts";
import { type TypesOptions, typesDefaults } from "./options.ts";
import { pathMembers, webhookMembers } from "./paths.ts";
import { printObject } from "./print-type.ts";
import { emitRootTypes } from "./root-types.ts";
import { schemaType } from "./schema.ts";
import type { Member } from "./type-node.ts";
import { createCycleBreaker } from "../openapi/schema-cycles.ts";
import { componentOf } from "../openapi/schema-graph.ts";
import { isObject, type Json, type JsonObject, toList, toObject } from "../util/json.ts";
import { toPointer } from "../util/json-pointer.ts";

/** Changes the document in place: the values of discriminators are written into it. */
export function emitTypesOnly(document: JsonObject, options: TypesOptions = {}): string {
  const context: Context = {
    document,
    options: { ...typesDefaults, ...options },
    discriminators: writeDiscriminators(document),
    closesCircle: createCycleBreaker(toObject(toObject(document.components).schemas), inPlace),
    operations: new Map(),
    open: new Set(),
    inlined: { size: 0 },
  };
  // Paths, webhooks and components fill `operations` as they are made.
  const exported: [string, readonly Member[]][] = [
    ["paths", pathMembers(context)],
    ["webhooks", webhookMembers(context)],
    ["components", componentMembers(context)],
    ["$defs", definitionMembers(context)],
    ["operations", [...context.operations.values()]],
  ];
  const text = exported.map(([name, members]) => declaration(context, name, members)).join("\n");
  const roots = context.options.rootTypes ? `\n${emitRootTypes(context)}` : "";
  return `${text}${roots}${/\bWithRequired</u.test(text) ? `\n${withRequired}` : ""}`;
}

function declaration({ options }: Context, name: string, members: readonly Member[]): string {
  if (members.length === 0) return `export type ${name} = Record<string, never>;\n`;
  const type = printObject(members);
  return options.exportType ? `export type ${name} = ${type};\n` : `export interface ${name} ${type}\n`;
}

const definitionMembers = (context: Context): Member[] =>
  entriesOf(context, context.document.$defs).map(([name, schema]) =>
    toMember(context, name, schemaType(context, schema, { pointer: toPointer(["$defs", name]), isSent: false }), {
      about: toObject(schema),
    }),
  );

/** The components that a schema's type is made of. A list's items count: compilers look them up with the list, and members of an object later. */
function inPlace(schema: Json): string[] {
  const { $ref, allOf, anyOf, oneOf, items, prefixItems } = toObject(schema);
  const target = componentOf($ref);
  if (target !== undefined) return [target];
  const parts = [allOf, anyOf, oneOf, items, prefixItems].flatMap((part) => (isObject(part) ? [part] : toList(part)));
  return parts.flatMap(inPlace);
}

/** What `required` beside `allOf` says of a part that is a reference. */
const withRequired =
  "type WithRequired<Type, Name extends PropertyKey> = Type & Required<Pick<Type, Name & keyof Type>>;\n";
