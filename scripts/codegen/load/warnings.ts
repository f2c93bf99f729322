/** Warnings of `generate`: what a document says and the client does not honour, and flaws that do not prevent a client. */
import type { Json, Path } from "../util/json.ts";
import { toPointer } from "../util/json-pointer.ts";
import type { Diagnostic, Place } from "./diagnostics.ts";

/** All kinds, with what each says. A kind is silenced by its name. */
export const warningKinds = {
  "broken-reference":
    "a reference has no target, or refers to itself; the client takes any value there, or lacks the part",
  "malformed-part": "a part is not what OpenAPI wants at its place; the client is made without it",
  "not-supported": "a part of OpenAPI that the client does not honour",
  "duplicate-operation-id": "two operations have one operationId",
  "undeclared-scheme": "an operation names a security scheme that the document does not declare",
  "no-security-scheme": "the document declares no security scheme",
  "unused-flow": "an OAuth 2.0 flow by which the client does not sign in",
  "insecure-server": "the first server is not https",
  "missing-info": "the document has no title",
  "missing-paths": "the document has no operations",
  "query-in-path": "a path has a query string",
  "trailing-comma": "a JSON document has a comma that JSON does not allow",
  "unsafe-pattern": "a pattern can take exponential time; values are not checked against it",
} as const satisfies Readonly<Record<string, string>>;

export type WarningKind = keyof typeof warningKinds;

export const isWarningKind = (name: string): name is WarningKind => Object.hasOwn(warningKinds, name);

/** The kinds that say nothing about types alone. */
export const kindsOfClients: readonly WarningKind[] = [
  "not-supported",
  "undeclared-scheme",
  "no-security-scheme",
  "unused-flow",
  "insecure-server",
  "missing-paths",
  "query-in-path",
  "unsafe-pattern",
];

/** The first place of a kind, and the number of places. */
export interface Warning extends Diagnostic {
  readonly kind: WarningKind;
  readonly count: number;
}

export type Warn = (kind: WarningKind, path: Path, message: string, fix: string) => void;

/** A change that makes a flawed part usable: another value (undefined: none), or another name. */
export type Repair = { readonly path: Path } & ({ readonly to: Json | undefined } | { readonly as: string });

interface Found {
  readonly kind: WarningKind;
  readonly path: Path;
  readonly message: string;
  readonly fix: string;
}

/** Bounds the list of a document that is flawed everywhere. */
const mostFound = 10_000;

export interface Warner {
  readonly warn: Warn;
  /** One warning for each kind, in the order of the document. */
  summaries(): Warning[];
  /** Every warning by itself. */
  all(): Warning[];
}

/** @param quiet kinds that are left out */
export function createWarner(locate: (path: Path) => Place, quiet: readonly WarningKind[] = []): Warner {
  const found: Found[] = [];
  const counts = new Map<WarningKind, number>();
  // A place is searched in the text, which may be long: only what is reported is searched.
  const toWarning = ({ kind, path, message, fix }: Found, count: number): Warning => ({
    ...locate(path),
    pointer: toPointer(path),
    message,
    fix,
    kind,
    count,
  });
  return {
    warn(kind, path, message, fix) {
      if (quiet.includes(kind)) return;
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      if (found.length < mostFound) found.push({ kind, path, message, fix });
    },
    summaries: () =>
      [...counts].flatMap(([kind, count]) => {
        const first = found.find((one) => one.kind === kind);
        return first === undefined ? [] : [toWarning(first, count)];
      }),
    all: () => found.slice(0, 1_000).map((one) => toWarning(one, 1)),
  };
}
