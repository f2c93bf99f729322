/** What every action on stored items is given. */
import type { Json } from "./json.ts";
import type { Parameters } from "./parameters.ts";
import type { Plan, Plans } from "./plan.ts";
import type { SandboxRequest } from "./request.ts";
import type { Collection, StoredItem } from "./storage.ts";
import type { Scope } from "./template.ts";
import type { World } from "./world.ts";

/** All that an action works with. */
export interface Action {
  readonly world: World;
  readonly request: SandboxRequest;
  readonly plan: Plan;
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
