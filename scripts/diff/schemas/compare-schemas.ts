/**
 * Compares schemas in the directions in which they are used. A queue of places keeps the depth of a document from exhausting the stack, and
 * no pair of schemas is compared twice for one subject, so that cycles end.
 */
import { isObject, type Json, type JsonObject } from "../../codegen/util/json.ts";
import type { Direction, Finding } from "../rules/change.ts";
import { compareMembers } from "./compare-members.ts";
import { compareUnions } from "./compare-unions.ts";
import { compareValues } from "./compare-values.ts";
import type { CompareSchemas, Comparison, Place } from "./comparison.ts";
import type { RuleName } from "../rules/rules.ts";
import { aloneIn, type Documents, openParts } from "./schema-parts.ts";

interface Task {
  /** The place below the subject's: `/lines/[]/price`. */
  readonly path: string;
  readonly before: readonly Json[];
  readonly after: readonly Json[];
  readonly direction: Direction;
  /** Whether a change of null was already reported. */
  readonly isNullTold?: boolean;
}

type Tell = (task: Task, ...finding: Parameters<Comparison["say"]>) => void;

/** @param onRename called with a component that was renamed and changed, which is still to be compared */
export function createSchemaComparison(
  documents: Documents,
  report: (finding: Finding & Place) => void,
  onRename: (before: string, after: string) => void,
): CompareSchemas {
  const identify = createIdentities();
  const everywhere = new Set<string>();
  const trials = new Set<string>();
  let steps = 0;
  let trialSteps = 0;

  const run = (first: Task, tell: Tell, isOver = () => false) => {
    const tasks = [first];
    const here = new Set<string>();
    // The list grows while it is walked, so that the nearest places are reported first.
    for (const current of tasks) {
      if (isOver()) return;
      // Beyond this limit a pair is reported only at its first place.
      const seen = ++steps > maxSteps ? everywhere : here;
      const key = identify(current);
      if (seen.has(key)) continue;
      seen.add(key);
      compareOne(current.before, current.after, {
        documents,
        direction: current.direction,
        say: (...finding) => {
          if (!(current.isNullTold && aboutNull.has(finding[0]))) tell(current, ...finding);
        },
        next: (at, before, after, direction = current.direction) =>
          tasks.push({ path: current.path + at, before, after, direction }),
        nextVariant: (before, after) => tasks.push({ ...current, before: [before], after: [after], isNullTold: true }),
        isEquivalent,
      });
    }
  };

  /** Whether two schemas are equal. A nested trial of the same pair counts as equal, which ends cycles; a trial that takes too long counts as different. */
  const isEquivalent = (before: Json, after: Json): boolean => {
    const first = { path: "", before: [before], after: [after], direction: { sent: true, received: true } };
    const key = identify(first);
    if (trials.has(key)) return true;
    if (trials.size >= maxTrials) return false;
    let isSame = true;
    const tell = () => {
      isSame = false;
    };
    const isOver = () => {
      if (++trialSteps > maxTrialSteps) isSame = false;
      return !isSame;
    };
    trials.add(key);
    run(first, tell, isOver);
    trials.delete(key);
    return isSame;
  };

  const compareOne = (before: readonly Json[], after: readonly Json[], comparison: Comparison): void => {
    const [older, newer] = [aloneIn(before), aloneIn(after)];
    if (older !== undefined && newer !== undefined) {
      if (documents.names.get(older) === newer) return;
      if (trials.size === 0 && isReplaced(older, newer, documents)) {
        onRename(older, newer);
        return;
      }
    }
    if (compareUnions(before, after, comparison)) return;
    const opened = openParts(before, after, documents);
    if (!compareValues(opened.before, opened.after, comparison.say)) return;
    compareMembers(opened, comparison);
  };

  return ({ area, subject, at }, before, after, direction) => {
    // Contracts have one spelling of a schema, so equal JSON means equal schemas.
    if (JSON.stringify(before) === JSON.stringify(after)) return;
    run({ path: "", before: [before], after: [after], direction }, (task, rule, values, below = "", only) => {
      const place = [at, `${task.path}${below}`.trim()].filter((part) => part !== "").join(" ");
      report({ area, subject, rule, at: place, direction: { ...task.direction, ...only }, ...values });
    });
  };
}

const aboutNull: ReadonlySet<RuleName> = new Set(["null-allowed", "null-refused"]);

const maxSteps = 500_000;
const maxTrialSteps = 20_000;
/** Joins two places. */
const maxTrials = 30;

/** Whether a component was renamed: at one place, one name is only in the older document and the other only in the newer. */
const isReplaced = (older: string, newer: string, { before, after, names }: Documents): boolean =>
  !names.has(older) && Object.hasOwn(before, older) && Object.hasOwn(after, newer) && !Object.hasOwn(before, newer);

/** The key of a pair of schemas and its direction: references by name, objects by identity, since they never change. */
function createIdentities(): (task: Task) => string {
  const known = new WeakMap<JsonObject, number>();
  let count = 0;
  const idOf = (node: Json): string => {
    const name = aloneIn([node]);
    if (name !== undefined) return `$ref ${name}`;
    if (!isObject(node)) return String(node);
    const id = known.get(node) ?? ++count;
    known.set(node, id);
    return `${id}`;
  };
  return ({ before, after, direction: { sent, received }, isNullTold = false }) =>
    [before.map(idOf).join(), after.map(idOf).join(), sent, received, isNullTold].join(" ");
}
