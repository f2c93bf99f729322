/** Compares generated schemas with Ajv on sample values and on the document's examples. Every difference must be a known tolerance. */
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { OperationSchemas, Schema } from "../../src/vendor.ts";
import { dereference } from "../../scripts/codegen/openapi/dereference.ts";
import {
  canonicalJson,
  copyJson,
  type Json,
  type JsonObject,
  objectEntries,
  toObject,
} from "../../scripts/codegen/util/json.ts";
import { isForm, isJson } from "../../scripts/codegen/openapi/media-type.ts";
import { listOperations } from "../../scripts/codegen/openapi/operations.ts";
import type { Direction } from "../../scripts/codegen/openapi/schema-graph.ts";
import type { Random } from "../lib/random.ts";
import { compiles, convert, toReferenceSchema } from "./reference-schema.ts";
import { several, type Tolerance, tolerances } from "./tolerances.ts";
import { createValue, mutate } from "./sample-values.ts";

export interface Disagreement {
  /** `GET /path 200`. */
  readonly where: string;
  readonly kind: "refuses what is valid" | "takes what is not" | "changes the value";
  readonly value: Json;
  readonly because: readonly string[];
}

export interface Agreement {
  readonly compared: number;
  readonly valid: number;
  readonly examples: number;
  readonly explained: Readonly<Partial<Record<Tolerance | typeof several, number>>>;
  readonly disagreements: readonly Disagreement[];
  /** Schemas that Ajv cannot compile, or whose validation does not end. */
  readonly skipped: readonly string[];
}

export interface AgreementOptions {
  /** The maximum number of bodies of the document, and of values for each. */
  readonly bodies: number;
  readonly values: number;
  readonly deadlineInMs: number;
  /** Whether the schemas were generated with the strict option. */
  readonly strict?: boolean;
}

/** The body of a request or of a response with one status, and its generated schema. */
export interface Body {
  /** `POST /path request`, `GET /path 200`. */
  readonly where: string;
  readonly direction: Direction;
  readonly types: readonly string[];
  /** Whether the document has only this media type at the place. */
  readonly isAlone: boolean;
  /** Of each media type. */
  readonly schemas: readonly Json[];
  readonly examples: readonly Json[];
  readonly isOptional: boolean;
  readonly build: () => Schema;
}

/** @param document resolved, as the schemas were made from it */
export function compare(
  document: JsonObject,
  operations: Readonly<Record<string, OperationSchemas>>,
  random: Random,
  { bodies, values, deadlineInMs, strict = false }: AgreementOptions,
): Agreement {
  const components = toObject(toObject(document.components).schemas);
  const judges = createJudges(document, components, strict);
  const explained: Partial<Record<Tolerance | typeof several, number>> = {};
  const disagreements: Disagreement[] = [];
  const skipped: string[] = [];
  const totals = { compared: 0, valid: 0, examples: 0 };
  const until = performance.now() + deadlineInMs;
  for (const body of random.shuffle(bodiesOf(document, operations)).slice(0, bodies)) {
    if (performance.now() > until) break;
    try {
      const ours = body.build();
      const made = Array.from({ length: values }, () => createValue(random.pick(body.schemas), components, random));
      const changed = made.flatMap((value) => [mutate(value, random), mutate(mutate(value, random), random)]);
      totals.examples += body.examples.length;
      for (const value of [...body.examples, ...made, ...changed].map((value) => copyJson(value))) {
        const result = ours.safeParse(value);
        const expected = judges.isValid(body, new Set(), value);
        totals.compared++;
        if (expected) totals.valid++;
        if (result.success && !isSame(result.data, value))
          disagreements.push({ where: body.where, kind: "changes the value", value, because: [] });
        if (result.success === expected) continue;
        const reason = judges.explain(body, value, result.success);
        if (reason !== undefined) {
          explained[reason] = (explained[reason] ?? 0) + 1;
          continue;
        }
        disagreements.push({
          where: body.where,
          kind: expected ? "refuses what is valid" : "takes what is not",
          value,
          because: result.success
            ? judges.complaints(body, value)
            : result.error.issues
                .slice(0, 5)
                .map((issue) => `${issue.path.join("/")}: ${issue.code ?? ""} ${issue.message}`),
        });
      }
    } catch (error) {
      skipped.push(`${body.where}: ${error instanceof Error ? error.message.slice(0, 200) : String(error)}`);
    }
  }
  return { ...totals, explained, disagreements, skipped };
}

const isSame = (a: unknown, b: unknown): boolean => canonicalJson(a) === canonicalJson(b);

function createJudges(document: JsonObject, components: JsonObject, strict: boolean) {
  const is30 = String(document.openapi).startsWith("3.0");
  const ajvs = new Map<string, Ajv2020>();
  const compiled = new Map<string, ValidateFunction>();
  const allowedAtAll = tolerances.filter(
    (tolerance) => !strict || !["open enums", "unknown members"].includes(tolerance),
  );
  const everything = new Set(allowedAtAll);

  function validatorOf(body: Body, allowed: ReadonlySet<Tolerance>): ValidateFunction {
    const options = { direction: body.direction, tolerances: allowed, is30, strict };
    const key = `${body.direction} ${[...allowed].join()}`;
    let ajv = ajvs.get(key);
    if (ajv === undefined) {
      ajv = createAjv();
      ajv.addSchema(toReferenceSchema(components, options));
      ajvs.set(key, ajv);
    }
    const known = compiled.get(`${key} ${body.where}`);
    if (known !== undefined) return known;
    const made = ajv.compile({ anyOf: body.schemas.map((schema) => convert(schema, "whole", components, options)) });
    compiled.set(`${key} ${body.where}`, made);
    return made;
  }

  const isValid = (body: Body, allowed: ReadonlySet<Tolerance>, value: Json): boolean =>
    validatorOf(body, allowed)(value) === true;

  return {
    isValid,
    explain(body: Body, value: Json, isAccepted: boolean): Tolerance | typeof several | undefined {
      const one = allowedAtAll.find((tolerance) => isValid(body, new Set([tolerance]), value) === isAccepted);
      return one ?? (isValid(body, everything, value) === isAccepted ? several : undefined);
    },
    complaints(body: Body, value: Json): string[] {
      const validate = validatorOf(body, everything);
      validate(value);
      return (validate.errors ?? [])
        .slice(0, 5)
        .map((error) => `${error.instancePath}: ${error.message} (${error.schemaPath})`);
    },
  };
}

function createAjv(): Ajv2020 {
  const regExp = Object.assign((source: string, flags: string) => new RegExp(source, compilesWith(source, flags)), {
    code: "",
  });
  const ajv = new Ajv2020({
    strict: false,
    logger: false,
    ownProperties: true,
    multipleOfPrecision: 9,
    inlineRefs: false,
    validateSchema: false,
    code: { regExp },
  });
  addFormats.default(ajv, { mode: "full" });
  return ajv;
}

const compilesWith = (source: string, flags: string): string => {
  try {
    new RegExp(source, flags);
    return flags;
  } catch {
    return compiles(source) ? "" : flags;
  }
};

export function bodiesOf(document: JsonObject, operations: Readonly<Record<string, OperationSchemas>>): Body[] {
  return listOperations(document).flatMap(({ key, operation }): Body[] => {
    const made = operations[key];
    const request = dereference(document, operation.requestBody);
    const sent = contentOf(document, request, (type) => isJson(type) || isForm(type));
    const build = made?.request;
    return [
      ...(build === undefined
        ? []
        : [
            {
              where: `${key} request`,
              direction: "write" as const,
              ...sent,
              isOptional: request.required !== true,
              build,
            },
          ]),
      ...objectEntries(operation.responses).flatMap(([status, response]): Body[] => {
        const built = made?.responses[status];
        const received = contentOf(document, dereference(document, response), isJson);
        return built === undefined
          ? []
          : [{ where: `${key} ${status}`, direction: "read", ...received, isOptional: false, build: built }];
      }),
    ];
  });
}

function contentOf(document: JsonObject, holder: JsonObject, accepts: (type: string) => boolean) {
  const all = Object.entries(toObject(holder.content));
  const content = all.filter(([type]) => accepts(type));
  const media = content.map(([, one]) => toObject(one));
  const examples = media.flatMap(({ example, examples: named }) => [
    ...(example === undefined ? [] : [example]),
    ...objectEntries(named).flatMap(([, one]) => {
      const { value } = dereference(document, one);
      return value === undefined ? [] : [value];
    }),
  ]);
  const isAlone = all.length === content.length;
  return {
    types: content.map(([type]) => type),
    isAlone,
    schemas: media.map(({ schema }) => schema ?? true),
    examples,
  };
}
