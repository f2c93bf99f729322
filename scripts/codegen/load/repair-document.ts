/** Makes flawed parts usable, after all checks: places in the document stay valid until then. */
import { isObject, type JsonObject, setMember } from "../util/json.ts";
import { valueAt } from "../util/json-pointer.ts";
import type { Repair } from "./warnings.ts";

/** Changes the document in place, from the last part to the first, so that removing a list's item moves no other that is still to come. */
export function repairDocument(document: JsonObject, repairs: readonly Repair[]): void {
  for (const { path, ...change } of [...repairs].reverse()) {
    const parent = valueAt(document, path.slice(0, -1));
    const [member] = path.slice(-1);
    if (member === undefined) continue;
    const to = "to" in change ? change.to : undefined;
    if (Array.isArray(parent)) parent.splice(Number(member), 1, ...(to === undefined ? [] : [to]));
    else if (isObject(parent) && Object.hasOwn(parent, String(member))) {
      if ("as" in change) setMember(parent, change.as, parent[String(member)]);
      if (to === undefined) delete parent[String(member)];
      else setMember(parent, String(member), to);
    }
  }
}
