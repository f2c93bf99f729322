import { escapeUnseen } from "../util/characters.ts";
import type { Path } from "../util/json.ts";
import { toPointer } from "../util/json-pointer.ts";

/** One mistake in a document: where it is, what is wrong, and the fix. */
export interface Diagnostic {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly pointer: string;
  readonly message: string;
  readonly fix: string;
}

export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Lists all mistakes of a document. */
export class DocumentError extends Error {
  override readonly name = "DocumentError";
  readonly problems: readonly Diagnostic[];

  constructor(problems: readonly Diagnostic[]) {
    super(problems.map(formatDiagnostic).join("\n"));
    this.problems = problems;
  }
}

/** `file:line:column: #/pointer: problem; fix`, on one line, with control characters of the document's names escaped. */
export const formatDiagnostic = ({ file, line, column, pointer, message, fix }: Diagnostic): string =>
  escapeUnseen(`${file}:${line}:${column}: #${pointer}: ${message}; ${fix}`);

/** Bounds the reported mistakes: the line of each is searched in the text. */
const mostProblems = 1_000;

/** Collects the problems of one document. */
export type Report = (path: Path, message: string, fix: string) => void;

export const createReporter =
  (problems: Diagnostic[], locate: (path: Path) => Place): Report =>
  (path, message, fix) => {
    if (problems.length > mostProblems) return;
    const isLast = problems.length === mostProblems;
    const text = isLast ? { message: "and there is more", fix: "fix the others first" } : { message, fix };
    problems.push({ ...locate(path), pointer: toPointer(path), ...text });
  };
