/** Where credentials come from: a value, or a function that is asked at each sign-in (a secrets manager). */

import { type Clock, sleep } from "../clock.ts";
import { AuthError } from "../errors/auth-error.ts";
import { systemCode } from "../errors/system-code.ts";
import { ConfigurationError } from "../errors/transport-error.ts";
import type { SecurityScheme } from "../vendor.ts";
import { waitUnder } from "../wait-under.ts";
import type { Credentials } from "./identity.ts";

/** @param context.signal aborted when the sign-in that asks is given up. */
export type CredentialFunction<T> = (context: { readonly signal: AbortSignal }) => T | Promise<T>;

export interface CredentialSource {
  /** A function: asking again may give other credentials. */
  readonly isDynamic: boolean;
  /** @param signal of the sign-in that asks. */
  get(deadlineInMs: number, signal?: AbortSignal): Promise<Credentials>;
}

export function createCredentialSource(
  vendor: string,
  scheme: SecurityScheme,
  given: object | CredentialFunction<object>,
  clock: Clock,
): CredentialSource {
  if (typeof given !== "function") {
    const credentials = checkCredentials(vendor, scheme, given);
    return { isDynamic: false, get: async () => credentials };
  }
  const ask = given as CredentialFunction<object>;
  return {
    isDynamic: true,
    async get(deadlineInMs, signal) {
      signal?.throwIfAborted();
      const asked = new AbortController();
      const done = new AbortController();
      const late = sleep(clock, deadlineInMs, done.signal).then(() => {
        throw new AuthError(vendor, `the credentials function gave no answer within ${deadlineInMs} ms`, {
          outcome: "transient",
          kind: "unavailable",
          phase: "obtain",
        });
      });
      try {
        const answer = await waitUnder(Promise.race([ask({ signal: asked.signal }), late]), signal);
        return checkCredentials(vendor, scheme, answer);
      } catch (error) {
        asked.abort(signal?.reason);
        signal?.throwIfAborted();
        if (error instanceof AuthError || error instanceof ConfigurationError) throw error;
        // The function's own message may quote what it fetched: only its name and system code are kept.
        const name = error instanceof Error ? error.name : typeof error;
        throw new AuthError(vendor, `the credentials function failed (${systemCode(error) ?? name}); see its own log`, {
          outcome: "transient",
          kind: "unavailable",
          phase: "obtain",
        });
      } finally {
        done.abort();
        late.catch(() => {});
      }
    },
  };
}

/** Known names, texts, documented patterns; defaults filled in. Messages name the field, never its value. */
export function checkCredentials(vendor: string, scheme: SecurityScheme, given: object): Credentials {
  const fields = scheme.credentials;
  const credentials: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(given)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (!field) {
      throw new ConfigurationError(
        vendor,
        `credentials.${name} is not one of its credentials; it takes ${Object.keys(fields).join(", ")}`,
      );
    }
    if (value === undefined) continue;
    if (typeof value !== "string" || value === "") {
      throw new ConfigurationError(vendor, `credentials.${name} must be a text that is not empty`);
    }
    if (field.pattern !== undefined && !new RegExp(field.pattern, "u").test(value)) {
      throw new ConfigurationError(
        vendor,
        `credentials.${name} does not have the form ${field.pattern}${field.description ? ` (${field.description})` : ""}`,
      );
    }
    credentials[name] = value;
  }
  for (const [name, field] of Object.entries(fields)) {
    if (credentials[name] === undefined && field.default !== undefined) credentials[name] = field.default;
  }
  return credentials;
}
