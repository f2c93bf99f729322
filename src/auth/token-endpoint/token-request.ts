/** Builds a token request (RFC 6749 §4.4.2, §6; client authentication §2.3.1) as the vendor's document describes it. Pure. */

import { ConfigurationError } from "../../errors/configuration-error.ts";
import { type ExpressionSources, evaluate, fillTemplate } from "../../util/runtime-expression.ts";
import type { TokenOperation } from "../../vendor.ts";
import { clientUserPass } from "../credentials/basic-auth.ts";

export interface TokenRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  /** `undefined` where the document describes none (a logout). */
  readonly body: string | undefined;
}

/** @throws ConfigurationError for a value that a header cannot hold: the platform's own error would quote the value */
export function buildTokenRequest(
  vendor: string,
  operation: TokenOperation,
  url: string,
  sources: ExpressionSources,
): TokenRequest {
  const hasBody = Object.keys(operation.request).length > 0;
  const headers = new Headers({ accept: "application/json" });
  if (hasBody) headers.set("content-type", operation.contentType);
  for (const [name, expression] of Object.entries(operation.headers ?? {})) {
    const value = evaluate(expression, sources);
    if (value === undefined) continue;
    if (!/^[\x20-\x7e]*$/u.test(String(value))) {
      throw new ConfigurationError(
        vendor,
        `${expression.replace("$", "")} has characters that the header ${name} cannot contain`,
      );
    }
    headers.set(name, String(value));
  }
  if (operation.clientAuthentication === "client_secret_basic" && operation.basic) {
    headers.set("authorization", `Basic ${clientUserPass(operation.basic, sources)}`);
  }
  return {
    url,
    method: operation.method,
    headers,
    body: hasBody ? toBody(operation, fillTemplate(operation.request, sources)) : undefined,
  };
}

function toBody(operation: TokenOperation, fields: unknown): string {
  if (operation.contentType === "application/json") return JSON.stringify(fields);
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(fields ?? {})) form.append(name, String(value));
  return form.toString();
}
