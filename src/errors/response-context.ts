/** Remembers, beside a response, the call that it belongs to, so that `toVendorError` can map the response later. */
import type { ErrorRules, Operation, Phase } from "../vendor.ts";
import type { Redactor } from "./redactor.ts";

export interface ResponseContext {
  readonly vendor: string;
  /** `"GET /v2/products"`. */
  readonly operation: string;
  readonly details: Operation | undefined;
  readonly rules: ErrorRules;
  readonly phase: Phase;
  readonly scheme: string | undefined;
  readonly redactor: Redactor;
  readonly now: number;
  /** The request's body, where the document marks properties of it as sensitive. */
  readonly sent?: unknown;
  readonly attempts?: number;
  readonly elapsedInMs?: number;
  /** Whether a request of the call may have been processed. */
  readonly isInDoubt?: boolean;
  /** Whether the request was sent again with another token. */
  readonly wasReplayed?: boolean;
}

const contexts = new WeakMap<Response, ResponseContext>();

export const setResponseContext = (response: Response, context: ResponseContext): void =>
  void contexts.set(response, context);
export const getResponseContext = (response: Response): ResponseContext | undefined => contexts.get(response);

/** Lists the 2xx statuses under which, by its document, this vendor may report an error. */
export const maskedErrorStatuses = (rules: ErrorRules): ReadonlySet<number> =>
  new Set(rules.table.flatMap(({ status = 400 }) => (status < 300 ? [status] : [])));
