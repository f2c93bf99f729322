/**
 * Classifies responses by error kind, for replays and retries. A vendor's error table may give a kind to any status by its code: those
 * responses alone are read before they are handed on. The kind of every other response is that of its status.
 */
import type { ErrorKind, ErrorRule, ErrorRules, Phase } from "../vendor.ts";
import { isTokenError, kindOfStatus, parseErrorResponse, readErrorResponse } from "./parse-error-response.ts";

const isResourceRule = ({ on }: ErrorRule): boolean => on === undefined || on.includes("resource");

/** True where a rule may apply to a response of this status. Rules without a status are about errors, never about a 2xx. */
const mayApply = ({ status }: ErrorRule, of: number): boolean => (status === undefined ? of >= 400 : status === of);

/** Tells which responses of a resource may say that the access token was rejected: a 401, and what the vendor's table maps to that. */
export function createTokenErrorTest({ table }: ErrorRules): (status: number) => boolean {
  const rules = table.filter((rule) => isResourceRule(rule) && isTokenError(rule.kind));
  if (rules.length === 0) return (status) => status === 401;
  return (status) => status === 401 || rules.some((rule) => mayApply(rule, status));
}

export interface RetryClassifier {
  /** Returns the kind that decides about a retry. The response can still be read. */
  kindOf(response: Response, call: { readonly phase: Phase; readonly scheme: string | undefined }): Promise<ErrorKind>;
  /** The 2xx statuses under which the vendor may report such a kind. */
  readonly maskedStatuses: ReadonlySet<number>;
}

const isRetried = (kind: ErrorKind): boolean => kind === "rate_limited" || kind === "unavailable";

export function createRetryClassifier(errors: ErrorRules): RetryClassifier {
  const table = errors.table.filter(isResourceRule);
  /** True where the body may change whether the response is retried. */
  const dependsOnBody = (status: number): boolean => {
    const known = kindOfStatus(status, "resource");
    return table.some(
      (rule) => mayApply(rule, status) && rule.kind !== known && (isRetried(rule.kind) || isRetried(known)),
    );
  };
  return {
    async kindOf(response, { phase, scheme }) {
      if (!dependsOnBody(response.status)) return kindOfStatus(response.status, phase);
      return parseErrorResponse(errors, await readErrorResponse(response), phase, scheme).kind;
    },
    maskedStatuses: new Set(
      table.flatMap(({ status = 400, kind }) => (status < 300 && isRetried(kind) ? [status] : [])),
    ),
  };
}
