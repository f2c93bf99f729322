/**
 * The type of `credentials` for `connect`: for each security requirement the schemes that apply together, for each scheme its ways to
 * sign in, and for each way the credentials that its request names.
 */
import { type Json, type JsonObject, objectEntries, toList, toObject } from "../util/json.ts";
import { listOperations } from "../openapi/operations.ts";

export interface CredentialMember {
  readonly name: string;
  readonly description?: string;
  readonly optional: boolean;
}
/** One way to sign in. */
export type CredentialSet = readonly CredentialMember[];

export function credentialSets(document: JsonObject, schemes: Record<string, JsonObject>): CredentialSet[] {
  const own = (name: string) => schemes[name] !== undefined && schemes[name].actor === undefined;
  const requirements = requirementsOf(document, tokenOperationKeys(schemes))
    .map((names) => names.filter(own))
    .filter((names) => names.length > 0);
  const wanted =
    requirements.length > 0
      ? requirements
      : Object.keys(schemes)
          .filter(own)
          .map((name) => [name]);
  return unique(wanted.flatMap((names) => names.map((name) => setsOf(schemes[name] ?? {})).reduce(product, [[]])));
}

export const actorSets = (schemes: Record<string, JsonObject>): CredentialSet[] =>
  unique(Object.values(schemes).flatMap((scheme) => (scheme.actor === undefined ? [] : setsOf(scheme))));

/** Names of credentials that environment variables may provide; those of a second party are excluded. */
export const environmentCredentials = (schemes: Record<string, JsonObject>): string[] => [
  ...new Set(
    Object.values(schemes).flatMap(({ actor, credentials }) =>
      actor === undefined ? Object.keys(toObject(credentials)) : [],
    ),
  ),
];

function requirementsOf(document: JsonObject, tokenOperations: ReadonlySet<string>): string[][] {
  const lists = [
    toList(document.security),
    ...listOperations(document).map(({ key, operation }) =>
      tokenOperations.has(key) ? [] : toList(operation.security),
    ),
  ];
  return lists.flat().map((requirement) => Object.keys(toObject(requirement)));
}

const tokenOperationKeys = (schemes: Record<string, JsonObject>): Set<string> =>
  new Set(
    Object.values(schemes).flatMap(({ lifecycle }) => {
      const { obtain, refresh, revoke } = toObject(lifecycle);
      return [...toList(obtain), refresh, revoke].map((one) => `${toObject(one).method} ${toObject(one).path}`);
    }),
  );

function setsOf(scheme: JsonObject): CredentialSet[] {
  const fields = toObject(scheme.credentials);
  if (scheme.lifecycle === undefined) return [toSet(fields, Object.keys(fields))];
  const { obtain, refresh, revoke, response } = toObject(scheme.lifecycle);
  // A credential that only the response rules name (such as which of several accounts to use) is allowed with every way to sign in.
  const later = [refresh, revoke, response].flatMap(referencesIn);
  const isOptional = (name: string) => toSet(fields, [name])[0]?.optional === true;
  return toList(obtain).map((operation) => {
    const { request, basic, headers } = toObject(operation);
    const named = new Set([request, basic, headers].flatMap(referencesIn));
    const names = Object.keys(fields).filter((name) => named.has(name) || (later.includes(name) && isOptional(name)));
    return toSet(fields, names);
  });
}

const toSet = (fields: JsonObject, names: readonly string[]): CredentialSet =>
  objectEntries(fields)
    .filter(([name]) => names.includes(name))
    .map(([name, field]) => ({
      name,
      ...(typeof field.description === "string" ? { description: field.description } : {}),
      optional: field.optional === true || field.default !== undefined,
    }));

function referencesIn(value: Json | undefined): string[] {
  if (typeof value === "string") return value.startsWith("$credentials.") ? [value.slice("$credentials.".length)] : [];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(referencesIn) : [];
}

/** Merges two sets of credentials; a member is required if one of them requires it. */
const product = (left: CredentialSet[], right: CredentialSet[]): CredentialSet[] =>
  left.flatMap((a) =>
    right.map((b) => [
      ...a.map((member) => ({
        ...member,
        optional: member.optional && (b.find(({ name }) => name === member.name)?.optional ?? true),
      })),
      ...b.filter(({ name }) => !a.some((member) => member.name === name)),
    ]),
  );

const unique = (sets: CredentialSet[]): CredentialSet[] => [
  ...new Map(sets.map((set) => [JSON.stringify(set), set])).values(),
];
