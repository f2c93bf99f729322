/**
 * The result type of a call: a union that is discriminated by `status`. Every member's status is a finite set, since one `status: number`
 * would prevent narrowing. Statuses with the same body are one member, with the headers of all; undocumented statuses have the bodies of
 * the documented errors.
 */
import type { HeaderMembers } from "./header-types.ts";
import type { Content, ResponseTypes } from "./operation-types.ts";
import { typeOfContent } from "./operation-types.ts";
import { unionOf } from "./schema-to-type.ts";

const width = 90;
const refusals = ["3XX", "4XX", "5XX"] as const;

type Responses = ReadonlyMap<string, Pick<ResponseTypes, "content" | "headers">>;

/** @param nameHeaders the name of the type of such headers */
export function toResult(
  responses: readonly Pick<ResponseTypes, "status" | "content" | "headers">[],
  nameHeaders: (members: HeaderMembers) => string,
): string {
  const all: Responses = new Map(responses.map(({ status, ...rest }) => [status, rest]));
  const exact = [...all.keys()].filter((status) => /^\d+$/u.test(status));
  const members = [...successes(all, exact), ...refused(all, exact)].map(({ kind, type, statuses, headers }) => {
    const typed = headers.size === 0 ? "" : `, ${nameHeaders(headers)}`;
    return `${kind}<${statuses.join(" | ")}, ${type}${typed}>`;
  });
  const line = members.join(" | ");
  return line.length <= width ? ` ${line}` : members.map((member) => `\n  | ${member}`).join("");
}

interface Member {
  readonly kind: "Success" | "Refusal";
  readonly type: string;
  statuses: string[];
  readonly headers: Map<string, string>;
}

function successes(all: Responses, exact: readonly string[]): Member[] {
  const members: Member[] = [];
  const known = exact.filter((status) => status.startsWith("2"));
  for (const status of known) add(members, "Success", dataOf(all.get(status)?.content), status, all.get(status));
  const range = all.get("2XX") ?? (known.length === 0 ? all.get("default") : undefined);
  if (range) add(members, "Success", dataOf(range.content), rest(known, ["2XX"]), range);
  // Redirects are not part of results, although a document may declare only them.
  if (members.length === 0) add(members, "Success", "unknown", rest([], ["2XX"]));
  return members;
}

function refused(all: Responses, exact: readonly string[]): Member[] {
  const members: Member[] = [];
  const known = exact.filter((status) => !status.startsWith("2"));
  for (const status of known) add(members, "Refusal", errorOf(all.get(status)?.content), status, all.get(status));
  const documented = refusals.filter((range) => all.has(range));
  for (const range of documented) {
    const except = known.filter((status) => status[0] === range[0]);
    add(members, "Refusal", errorOf(all.get(range)?.content), rest(except, [range]), all.get(range));
  }
  const others = refusals.filter((range) => !all.has(range));
  if (others.length === 0) return members;
  const fallback = all.get("default");
  const described = fallback ? [fallback] : [...known, ...documented].flatMap((status) => all.get(status) ?? []);
  const types = described.flatMap(({ content }) => [...content.values()]);
  const type = fallback ? errorOf(fallback.content) : types.length > 0 ? unionOf(types) : "Undocumented";
  const own = members.find((member) => member.type === type)?.statuses ?? [];
  const elsewhere = known.filter((status) => !own.includes(status) && others.some((range) => range[0] === status[0]));
  const member = add(members, "Refusal", type, rest(elsewhere, others), ...described);
  // Statuses that the rest covers are left out.
  member.statuses = member.statuses.filter((status) => !known.includes(status));
  return members;
}

/** The type of `error` for an empty body: the mapped error. */
const bodiless = "VendorError";

const dataOf = (content: Content | undefined): string =>
  content && content.size > 0 ? typeOfContent(content) : "undefined";

const errorOf = (content: Content | undefined): string => {
  const type = content && content.size > 0 ? typeOfContent(content) : bodiless;
  return type === "unknown" ? "Undocumented" : type;
};

function rest(without: readonly string[], ranges: readonly string[]): string {
  const except = without.length === 0 ? "never" : without.join(" | ");
  if (ranges.length === refusals.length) return without.length === 0 ? "Rest" : `Rest<${except}>`;
  return `Rest<${except}, ${ranges.map((range) => `"${range}"`).join(" | ")}>`;
}

/** Adds a status to the member with the same body, or adds a member. */
function add(
  members: Member[],
  kind: Member["kind"],
  type: string,
  status: string,
  ...described: readonly (Pick<ResponseTypes, "headers"> | undefined)[]
): Member {
  const found = members.find((member) => member.type === type);
  const member: Member = found ?? { kind, type, statuses: [], headers: new Map() };
  if (!found) members.push(member);
  member.statuses.push(status);
  for (const { headers } of described.flatMap((one) => one ?? []))
    for (const [name, text] of headers) if (!member.headers.has(name)) member.headers.set(name, text);
  return member;
}
