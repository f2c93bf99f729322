import { isObject, type JsonObject } from "../util/json.ts";
import { exactly, type ZodContext } from "./zod-context.ts";
import type { Express } from "./zod-words.ts";

/** `not` and `if` ask whether a value fits to the letter: were the schema tolerant there, it would refuse what is valid. */
export function conditionParts(schema: JsonObject, context: ZodContext, express: Express): string[] {
  const { not: excluded, if: condition } = schema;
  const exact = exactly(context);
  const parts: string[] = [];
  if (excluded === true) parts.push("z.never()");
  else if (isObject(excluded)) parts.push(`z.unknown(z.not(${express(excluded, exact)}))`);
  if (isObject(condition) || typeof condition === "boolean") {
    const [positive, negative] = [schema.then, schema.else].map((branch) =>
      branch === undefined ? "undefined" : express(branch, context),
    );
    if (positive !== "undefined" || negative !== "undefined")
      parts.push(`z.unknown(z.conditional(${express(condition, exact)}, ${positive}, ${negative}))`);
  }
  return parts;
}
