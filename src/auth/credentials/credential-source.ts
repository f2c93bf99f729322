/** Where credentials come from: a value, or a function that is asked at each sign-in (a secrets manager). */

import { preloadedModule } from "../../util/lazy-module.ts";
import type { Clock } from "../../util/clock.ts";
import { ConfigurationError } from "../../errors/configuration-error.ts";
import type { SecurityScheme } from "../../vendor.ts";
import type { CredentialFunction } from "./credential-function.ts";
import type { Credentials } from "./credentials.ts";

export interface CredentialSource {
  /** A function: asking again may give other credentials. */
  readonly isDynamic: boolean;
  /** @param signal of the sign-in that asks. */
  get(deadlineInMs: number, signal?: AbortSignal): Promise<Credentials>;
}

const asking = preloadedModule(() => import("./credential-function.ts"));

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
      const { callCredentialFunction: askFunction } = asking.loaded ?? (await asking.load());
      const check = (answer: object) => checkCredentials(vendor, scheme, answer);
      return askFunction(ask, check, { vendor, clock, deadlineInMs, signal });
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
