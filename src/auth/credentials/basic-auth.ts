import { toBase64 } from "../../util/base64.ts";
import { formEncode } from "../../util/form-encode.ts";
import { type ExpressionSources, evaluate } from "../../util/runtime-expression.ts";
import type { TokenOperation } from "../../vendor.ts";

/** Encodes the user-pass of HTTP Basic (RFC 7617 §2): base64 of UTF-8. */
export const toUserPass = (username: string, password: string): string =>
  toBase64(new TextEncoder().encode(`${username}:${password}`));

/** Encodes the user-pass of a client (RFC 6749 §2.3.1); form-encodes its parts first where the vendor's document says so. */
export function clientUserPass(basic: NonNullable<TokenOperation["basic"]>, sources: ExpressionSources): string {
  const encode = basic.encoding === "form" ? formEncode : (text: string) => text;
  const part = (expression: string) => encode(String(evaluate(expression, sources) ?? ""));
  return toUserPass(part(basic.username), part(basic.password));
}
