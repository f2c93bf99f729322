import * as z from "zod";

/** The allowed keys of the strict object at a path inside a schema, to suggest one for a wrong key. */
export function allowedKeys(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  let current: z.core.$ZodType = schema;
  for (const part of [...path, undefined]) {
    while (isWrapped(current)) current = current.unwrap();
    if (part === undefined) break;
    if (current instanceof z.ZodObject) current = current.shape[String(part)] ?? z.never();
    else if (current instanceof z.ZodArray) current = current.element;
    else if (current instanceof z.ZodRecord) current = current.valueType;
  }
  return current instanceof z.ZodObject ? Object.keys(current.shape) : [];
}

const isWrapped = (schema: z.core.$ZodType) =>
  schema instanceof z.ZodOptional || schema instanceof z.ZodExactOptional || schema instanceof z.ZodDefault;
