/** What every action on stored items is given. */
import type { Json } from "../spec/json.ts";
import type { Parameters } from "../http/parameters.ts";
import type { OperationPlan, Plans } from "../spec/plan-operations.ts";
import type { SandboxRequest } from "../http/request.ts";
import type { Collection, StoredItem } from "../state/collections.ts";
import type { Scope } from "../spec/template.ts";
import type { SandboxState } from "../state/sandbox-state.ts";

/** All that an action works with. */
export interface Action {
  readonly world: SandboxState;
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
  /** Items that a write is being processed on. */
  readonly busy: Set<StoredItem>;
}
