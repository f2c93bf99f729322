/** Calls by path: `client.paths["/things"].GET(init)`. Only paths are properties, so that no tool mistakes the object for a promise or the like. */
import type { Caller } from "./call.ts";
import type { UntypedResult } from "./result.ts";
import type { UntypedInit } from "./untyped-call.ts";

class PathCalls {
  readonly #call: Caller["call"];
  readonly #path: string;

  constructor(call: Caller["call"], path: string) {
    this.#call = call;
    this.#path = path;
  }

  GET(init?: UntypedInit): Promise<UntypedResult> {
    return this.#call("GET", this.#path, init);
  }
  PUT(init?: UntypedInit): Promise<UntypedResult> {
    return this.#call("PUT", this.#path, init);
  }
  POST(init?: UntypedInit): Promise<UntypedResult> {
    return this.#call("POST", this.#path, init);
  }
  DELETE(init?: UntypedInit): Promise<UntypedResult> {
    return this.#call("DELETE", this.#path, init);
  }
  OPTIONS(init?: UntypedInit): Promise<UntypedResult> {
    return this.#call("OPTIONS", this.#path, init);
  }
  HEAD(init?: UntypedInit): Promise<UntypedResult> {
    return this.#call("HEAD", this.#path, init);
  }
  PATCH(init?: UntypedInit): Promise<UntypedResult> {
    return this.#call("PATCH", this.#path, init);
  }
  TRACE(init?: UntypedInit): Promise<UntypedResult> {
    return this.#call("TRACE", this.#path, init);
  }
  QUERY(init?: UntypedInit): Promise<UntypedResult> {
    return this.#call("QUERY", this.#path, init);
  }
}

export const createPathBasedClient = (call: Caller["call"]): object =>
  new Proxy(Object.freeze({}), {
    get: (_, path) => (typeof path === "string" && path.startsWith("/") ? new PathCalls(call, path) : undefined),
  });
