/** Compares parameters by place and name: added, removed, required, style and schema. */
import type { ContractParameter } from "../../codegen/contract/contract.ts";
import { toObject } from "../../codegen/util/json.ts";
import { compareMaps } from "../util/compare-maps.ts";
import type { ComparePart, OperationPair, Say } from "./pair-operations.ts";

export function compareParameters({ before, after, renamed }: OperationPair, say: Say, compare: ComparePart): void {
  for (const [older, newer] of renamed) say("path-parameter-renamed", `path ${newer}`, { before: older, after: newer });
  const known = Object.entries(before.parameters).map(
    ([name, parameter]) => [rename(name, renamed), parameter] as const,
  );
  compareMaps(Object.fromEntries(known), after.parameters, {
    added: (name, one) => say(isNeeded(one) ? "required-parameter-added" : "parameter-added", name),
    removed: (name) => say("parameter-removed", name),
    both(name, older, newer) {
      if (!isNeeded(older) && isNeeded(newer)) say("parameter-became-required", name);
      else if (isNeeded(older) && !isNeeded(newer)) say("parameter-became-optional", name);
      if (older.style !== newer.style || older.explode !== newer.explode) say("parameter-style-changed", name);
      compare(name, older.schema, newer.schema, "sent");
    },
  });
}

/** A parameter with a default is optional, also if the document says that it is required. */
const isNeeded = ({ required, schema }: ContractParameter): boolean =>
  required === true && toObject(schema).default === undefined;

function rename(name: string, renamed: ReadonlyMap<string, string>): string {
  const [place, ...rest] = name.split(" ");
  const newer = renamed.get(rest.join(" "));
  return place === "path" && newer !== undefined ? `path ${newer}` : name;
}
