/**
 * What a call comes back with. Two classes for each vendor, so that `headers` stands on a prototype: it is read when somebody asks for
 * it, and costs a call nothing.
 */
import { preloadedModule } from "../util/lazy-module.ts";
import type { Vendor } from "../vendor.ts";

export interface ResultClasses {
  readonly success: new (data: unknown, response: Response) => UntypedResult;
  readonly refusal: new (error: unknown, response: Response) => UntypedResult;
}

/** openapi-fetch's result, with the status beside it: a success has `data`, a refusal `error`, and neither the other's. */
export interface UntypedResult {
  readonly data?: unknown;
  readonly error?: unknown;
  readonly status: number;
  readonly response: Response;
  readonly headers: object;
}

/** Loaded before a result is made, where the vendor documents headers: a getter waits for nothing. */
export const readingHeaders = preloadedModule(() => import("./response-headers.ts"));

const known = new WeakMap<Vendor, ResultClasses>();

export function resultClassesFor(vendor: Vendor): ResultClasses {
  const found = known.get(vendor) ?? createResults(vendor);
  known.set(vendor, found);
  return found;
}

function createResults({ headers: types = {} }: Vendor): ResultClasses {
  class Answer {
    declare readonly status: number;
    declare readonly response: Response;
    constructor(response: Response) {
      this.status = response.status;
      this.response = response;
    }
    get headers() {
      return readingHeaders.loaded?.parseResponseHeaders(types, this.response.headers) ?? {};
    }
  }
  return {
    success: class Success extends Answer {
      declare readonly data: unknown;
      constructor(data: unknown, response: Response) {
        super(response);
        this.data = data;
      }
    },
    refusal: class Refusal extends Answer {
      declare readonly error: unknown;
      constructor(error: unknown, response: Response) {
        super(response);
        this.error = error;
      }
    },
  };
}
