/** What the parts of the emitter share: the document, the options, and what was found on the way. */
import type { Discriminators } from "./discriminators.ts";
import type { TypesOptions } from "./options.ts";
import type { Member, TypeNode } from "./type-node.ts";
import { isObject, type Json, type JsonObject, toObject } from "../util/json.ts";
import { toPointer } from "../util/json-pointer.ts";

export interface Context {
  readonly document: JsonObject;
  readonly options: Required<TypesOptions>;
  readonly discriminators: Discriminators;
  /** Whether a reference between two components, left out, breaks a circle in which a type would be made of itself. */
  readonly closesCircle: (from: string, to: string) => boolean;
  /** The members of `operations`, by operationId. */
  readonly operations: Map<string, Member>;
  /** Pointers of the references that are being replaced by what they lead to. */
  readonly open: Set<string>;
  /** The size of all that such references were replaced by. */
  readonly inlined: { size: number };
}

/** Where a schema is. */
export interface Place {
  /** The pointer of the component or of the part of an operation, with the properties that lead from there. */
  readonly pointer: string;
  /** The component whose value it describes; undefined for a part of that value. */
  readonly component?: string;
  /** Whether it describes a parameter or a request body: what has a default may be left out there. */
  readonly isSent: boolean;
}

export const below = (place: Place, ...parts: readonly string[]): Place => ({
  ...place,
  pointer: place.pointer + toPointer(parts),
});

/** The place of a part of the value that a schema describes. */
export const insideOf = ({ pointer, isSent }: Place): Place => ({ pointer, isSent });

/** Own members in the order, and without those, that the options ask for. */
export function entriesOf({ options }: Context, value: Json | undefined): [string, Json][] {
  const entries = Object.entries(toObject(value)).flatMap(([name, member]): [string, Json][] =>
    member === undefined || (options.excludeDeprecated && isObject(member) && Boolean(member.deprecated))
      ? []
      : [[name, member]],
  );
  return options.alphabetize ? entries.sort(([a], [b]) => collator.compare(a, b)) : entries;
}

const collator = new Intl.Collator("en-us", { numeric: true });

/** A member of an object type. */
export const toMember = (
  { options }: Context,
  name: string,
  type: TypeNode,
  { isOptional = false, isReadonly = options.immutable, about }: Partial<Omit<Member, "name" | "type">> = {},
): Member => ({ name, type, isOptional, isReadonly, ...(about === undefined ? {} : { about }) });
