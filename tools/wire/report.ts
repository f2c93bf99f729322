/** The table of a run: what was compared, what an exception left out, and what differs, by class. */
import { exceptions, pathException } from "./exceptions.ts";
import type { BodyVerdict } from "./judge-bodies.ts";
import type { Verdict } from "./judge-document.ts";

export interface Judged {
  readonly document: string;
  readonly requests: readonly Verdict[];
  readonly bodies: readonly BodyVerdict[];
}

export const hasDifferences = (all: readonly Judged[]): boolean =>
  all.some(({ requests, bodies }) => [...requests, ...bodies].some(({ differences }) => differences.length > 0));

export function report(all: readonly Judged[]): string {
  const requests = all.flatMap((one) => one.requests);
  const bodies = all.flatMap((one) => one.bodies);
  const differing = (part: string): number =>
    requests.filter(({ differences }) => differences.some((one) => one.part === part)).length;
  const compared = (place: string): number =>
    requests.flatMap((one) => one.compared).filter((one) => one === place).length;
  const rows: readonly (readonly [string, number, number])[] = [
    ["method", requests.length, differing("method")],
    ["host", requests.length, differing("host")],
    ["path parameters", compared("path"), differing("path")],
    ["query parameters", compared("query"), differing("query")],
    ["Accept", requests.length, differing("accept")],
    ["header parameters", compared("header"), differing("header")],
    ...(["JSON", "form", "multipart"] as const).map((kind) => {
      const ofKind = bodies.filter((one) => one.kind === kind);
      return [
        `${kind} bodies`,
        ofKind.length,
        ofKind.filter(({ differences }) => differences.length > 0).length,
      ] as const;
    }),
  ];
  const operations = all.flatMap((one) => [...new Set(one.requests.map(({ operation }) => operation))]).length;
  const head = `${all.length} documents, ${operations} operations, ${requests.length} requests, ${bodies.length} bodies\n`;
  const table = [["class", "compared", "differences"] as const, ...rows].map(
    ([name, count, wrong]) => `${name.padEnd(50)}${String(count).padStart(10)}${String(wrong).padStart(14)}`,
  );
  return [head, ...table, "", ...printExceptions(requests), "", ...printDifferences(all)]
    .join("\n")
    .trimEnd()
    .concat("\n");
}

function printExceptions(requests: readonly Verdict[]): string[] {
  const all = requests.flatMap(({ excepted }) => excepted);
  const countOf = (id: string): number => all.filter((one) => one === id).length;
  return [
    "left to vectors, with the clause".padEnd(50) + "parameters".padStart(10),
    ...[...exceptions, pathException].map(
      ({ id, clause }) => `${id.padEnd(50)}${String(countOf(id)).padStart(10)}  ${clause}`,
    ),
  ];
}

function printDifferences(all: readonly Judged[]): string[] {
  const lines = all.flatMap(({ document, requests, bodies }) => [
    ...requests.flatMap(({ operation, amount, differences }) =>
      differences.map(
        ({ part, ours, theirs }) =>
          `${document} ${operation} (${amount}) ${part}\n  ours   ${ours}\n  theirs ${theirs}`,
      ),
    ),
    ...bodies.flatMap(({ operation, kind, differences }) =>
      differences.map((one) => `${document} ${operation} (${kind} body)\n  ${one}`),
    ),
  ]);
  const shown = lines.slice(0, 20);
  return lines.length > shown.length ? [...shown, `and ${lines.length - shown.length} more`] : shown;
}
