/** What is known of a call whose answer may be a refusal: kept beside the response, not in it, until somebody asks what it says. */
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
  readonly scrubber: Redactor;
  readonly now: number;
  /** The request's body, where the document says that parts of it must not be logged. */
  readonly sent?: unknown;
}

const contexts = new WeakMap<Response, ResponseContext>();

export const setResponseContext = (response: Response, context: ResponseContext): void =>
  void contexts.set(response, context);
export const getResponseContext = (response: Response): ResponseContext | undefined => contexts.get(response);

/** Success statuses under which, by its document, this vendor may answer with a failure. */
export const maskedErrorStatuses = (rules: ErrorRules): ReadonlySet<number> =>
  new Set(rules.table.flatMap(({ status = 400 }) => (status < 300 ? [status] : [])));
