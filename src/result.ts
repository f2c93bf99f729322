/**
 * What a call comes back with. Two classes for each vendor, so that `headers` stands on a prototype: it is read when somebody asks for
 * it, and costs a call nothing.
 */
import { readHeaders } from "./response-headers.ts";
import type { Vendor } from "./vendor.ts";

export interface Results {
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

const known = new WeakMap<Vendor, Results>();

export function resultsOf(vendor: Vendor): Results {
  const found = known.get(vendor) ?? createResults(vendor);
  known.set(vendor, found);
  return found;
}

function createResults({ headers = {} }: Vendor): Results {
  return {
    success: class Success {
      declare readonly data: unknown;
      declare readonly status: number;
      declare readonly response: Response;
      constructor(data: unknown, response: Response) {
        this.data = data;
        this.status = response.status;
        this.response = response;
      }
      get headers() {
        return readHeaders(headers, this.response.headers);
      }
    },
    refusal: class Refusal {
      declare readonly error: unknown;
      declare readonly status: number;
      declare readonly response: Response;
      constructor(error: unknown, response: Response) {
        this.error = error;
        this.status = response.status;
        this.response = response;
      }
      get headers() {
        return readHeaders(headers, this.response.headers);
      }
    },
  };
}
