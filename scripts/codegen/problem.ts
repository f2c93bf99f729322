import { escapeUnseen } from "./characters.ts";
import type { Path } from "./json.ts";
import { toPointer } from "./json-pointer.ts";

/** One mistake in a document: where it is, what is wrong, and the mend. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly pointer: string;
  readonly message: string;
  readonly mend: string;
}

export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Every mistake of a document at once. */
export class DocumentError extends Error {
  override readonly name = "DocumentError";
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join("\n"));
    this.problems = problems;
  }
}

/** `file:line:column: #/pointer: what is wrong; what to do`, on one line: names of the document do nothing in a terminal. */
export const formatProblem = ({ file, line, column, pointer, message, mend }: Problem): string =>
  escapeUnseen(`${file}:${line}:${column}: #${pointer}: ${message}; ${mend}`);

/** Nobody reads more at once, and each is looked up in the text. */
const mostProblems = 1_000;

/** Collects the problems of one document. */
export type Report = (path: Path, message: string, mend: string) => void;

export const createReport =
  (problems: Problem[], locate: (path: Path) => Place): Report =>
  (path, message, mend) => {
    if (problems.length > mostProblems) return;
    const isLast = problems.length === mostProblems;
    const said = isLast ? { message: "and there is more", mend: "mend the others first" } : { message, mend };
    problems.push({ ...locate(path), pointer: toPointer(path), ...said });
  };
