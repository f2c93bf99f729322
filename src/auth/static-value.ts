/** What a scheme without a lifecycle sends: a credential as it is, or the user-pass of HTTP Basic. Loaded ahead of need. */
import type { Redactor } from "../errors/redactor.ts";
import { ConfigurationError } from "../errors/configuration-error.ts";
import { evaluate } from "../util/runtime-expression.ts";
import type { SecurityScheme } from "../vendor.ts";
import { toUserPass } from "./credentials/basic-auth.ts";
import type { Credentials } from "./credentials/credentials.ts";

/** RFC 7617 §2: any characters but controls, encoded as UTF-8; vendors that take a key as user-id want an empty password. */
const inBasic = /^\P{Cc}*$/u;

/** @throws ConfigurationError for a credential that is missing, or that no header may hold */
export function resolveStaticCredential(
  vendor: string,
  { value: rule, credentials: fields }: SecurityScheme,
  credentials: Credentials,
  scrubber: Redactor,
): string {
  const text = (expression: string, allowed = /^[\x20-\x7e]+$/u): string => {
    const value = evaluate(expression, { credentials });
    if (typeof value === "string" && allowed.test(value)) return value;
    const name = expression.replace("$", "");
    throw new ConfigurationError(vendor, `${name} is missing, or holds characters no header may hold`);
  };
  if (!rule)
    throw new ConfigurationError(
      vendor,
      "a security scheme has neither a lifecycle nor a value; generate the vendor again",
    );
  for (const [name, field] of Object.entries(fields)) {
    const value = credentials[name];
    if (field.secret && value !== undefined) scrubber.addSecret(value);
  }
  const value =
    rule.as === "raw" ? text(rule.value) : toUserPass(text(rule.username, inBasic), text(rule.password, inBasic));
  scrubber.addSecret(value);
  return value;
}
