/**
 * What a call comes back with: a union that `status` tells apart. Every member's status is a finite set, since one `status: number`
 * among them would end all narrowing. Statuses with the same body are one member; those that the document does not
 * name are taken to carry what its documented refusals carry.
 */
import type { Content, ResponseTypes } from "./operation-types.ts";
import { typeOfContent } from "./operation-types.ts";
import { unionOf } from "./type-expression.ts";

const width = 90;
const refusals = ["3XX", "4XX", "5XX"] as const;

export function toResult(responses: readonly Pick<ResponseTypes, "status" | "content">[]): string {
  const bodies = new Map(responses.map(({ status, content }) => [status, content]));
  const exact = [...bodies.keys()].filter((status) => /^\d+$/u.test(status));
  const members = [...successes(bodies, exact), ...refused(bodies, exact)];
  const line = members.join(" | ");
  return line.length <= width ? ` ${line}` : members.map((member) => `\n  | ${member}`).join("");
}

function successes(bodies: ReadonlyMap<string, Content>, exact: readonly string[]): string[] {
  const groups = new Map<string, string[]>();
  const known = exact.filter((status) => status.startsWith("2"));
  for (const status of known) add(groups, dataOf(bodies.get(status)), status);
  const range = bodies.get("2XX") ?? (known.length === 0 ? bodies.get("default") : undefined);
  if (range) add(groups, dataOf(range), rest(known, ["2XX"]));
  // Redirects are followed by nobody, and yet a document may name nothing else.
  if (groups.size === 0) add(groups, "unknown", rest([], ["2XX"]));
  return [...groups].map(([type, statuses]) => `Success<${statuses.join(" | ")}, ${type}>`);
}

function refused(bodies: ReadonlyMap<string, Content>, exact: readonly string[]): string[] {
  const known = exact.filter((status) => !status.startsWith("2"));
  const groups = new Map<string, string[]>();
  for (const status of known) add(groups, errorOf(bodies.get(status)), status);
  const documented = refusals.filter((range) => bodies.has(range));
  for (const range of documented)
    add(
      groups,
      errorOf(bodies.get(range)),
      rest(
        known.filter((status) => status[0] === range[0]),
        [range],
      ),
    );
  const others = refusals.filter((range) => !bodies.has(range));
  if (others.length > 0) {
    const described = [...known, ...documented].flatMap((status) => [...(bodies.get(status)?.values() ?? [])]);
    const fallback = bodies.get("default");
    const type = fallback ? errorOf(fallback) : described.length > 0 ? unionOf(described) : "Undocumented";
    const own = groups.get(type) ?? [];
    const elsewhere = known.filter((status) => !own.includes(status) && others.some((range) => range[0] === status[0]));
    groups.set(type, [...own.filter((status) => !known.includes(status)), rest(elsewhere, others)]);
  }
  return [...groups].map(([type, statuses]) => `Refusal<${statuses.join(" | ")}, ${type}>`);
}

/** What `error` is where the vendor sends nothing: the mapped error itself. */
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

function add(groups: Map<string, string[]>, type: string, status: string): void {
  const statuses = groups.get(type);
  if (statuses) statuses.push(status);
  else groups.set(type, [status]);
}
