/** The input that every action on stored items gets. */
import type { Json } from "../../codegen/util/json.ts";
import type { Parameters } from "../http/parameters.ts";
import type { OperationPlan, Plans } from "../spec/plan-operations.ts";
import type { SandboxRequest } from "../http/request.ts";
import type { Collection, StoredItem } from "../state/collections.ts";
import type { Scope } from "../spec/template.ts";
import type { SandboxState } from "../state/sandbox-state.ts";

/** One operation on stored items, with the request's values. */
export interface Action {
  readonly sandbox: SandboxState;
  readonly request: SandboxRequest;
  readonly plan: OperationPlan;
  readonly collection: Collection | undefined;
  readonly parameters: Parameters;
  /** The request body, null without one. */
  readonly body: Json;
  /** The item inside it. */
  readonly part: Json;
  readonly scope: Scope;
}

export interface Resources {
  readonly plans: Plans;
  collection(path: string): Collection | undefined;
  /** Items with a write in progress. */
  readonly busy: Set<StoredItem>;
}
