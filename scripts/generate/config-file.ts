/** Finds, loads and checks the configuration. It is the user's code, which Node runs; TypeScript by type stripping. */
import { existsSync } from "node:fs";
import { dirname, extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import * as z from "zod";
import { toDisplayName } from "../codegen/load/document-address.ts";
import { allowedKeys } from "../codegen/extensions/allowed-keys.ts";
import { suggest } from "../shared/did-you-mean.ts";
import { variableName } from "../codegen/util/environment-variables.ts";
import { isWarningKind, type WarningKind, warningKinds } from "../codegen/load/warnings.ts";
import type { ReadText } from "../codegen/load/read-text.ts";
import type { TypesOptions } from "../codegen/types-only/options.ts";
import type { Config } from "./config.ts";
import { sha256 } from "../shared/sha256.ts";
import { noVariableName } from "./arguments.ts";
import { UsageError } from "../shared/usage-error.ts";

export const configFileNames = ["ts", "mts", "js", "mjs", "json"].map((ending) => `latchkey.config.${ending}`);

export interface ConfigFile {
  /** Absolute path. */
  readonly path: string;
  readonly folder: string;
  readonly config: Config;
}

/** @throws UsageError with the file, the key and the fix of every mistake */
export async function readConfigFile(given: string | undefined, read: ReadText): Promise<ConfigFile> {
  const path = findConfigFile(given);
  const name = toDisplayName(path);
  const parsed = schema.safeParse(await load(path, name, read));
  if (parsed.success) {
    const { out, vendors, types } = parsed.data;
    if (vendors === undefined && types === undefined)
      throw new UsageError([`${name}: vendors is missing, and types too; add what is to be generated`]);
    if (vendors !== undefined && out === undefined) throw new UsageError([`${name}: out: it is missing; add it`]);
    return { path, folder: dirname(path), config: parsed.data };
  }
  throw new UsageError(parsed.error.issues.flatMap((issue) => messagesOf(issue).map((text) => `${name}: ${text}`)));
}

/** Whether there is one in the current folder. */
export const hasConfigFile = (): boolean => configFileNames.some((name) => existsSync(name));

/** Finds the configuration; without a path, in the current folder. */
export function findConfigFile(given?: string): string {
  if (given !== undefined) {
    if (!existsSync(given)) throw new UsageError([`${given}: there is no such file; check --config`]);
    return resolve(given);
  }
  const found = configFileNames.filter((name) => existsSync(name));
  const [first] = found;
  if (first === undefined)
    throw new UsageError([
      "there is no latchkey.config.ts here; write one with latchkey init <document>, or give a document and --out",
    ]);
  if (found.length > 1) throw new UsageError([`${found.join(" and ")}: choose one with --config`]);
  return resolve(first);
}

async function load(path: string, name: string, read: ReadText): Promise<unknown> {
  try {
    const text = await read(path);
    if (extname(path) === ".json") return JSON.parse(text);
    // Node caches modules by URL: the text's hash in the URL makes a changed file a new module.
    const loaded: unknown = await import(`${pathToFileURL(path).href}?${sha256(text)}`);
    const config = loaded !== null && typeof loaded === "object" && "default" in loaded ? loaded.default : undefined;
    if (config === undefined)
      throw new Error(`the file has no default export; write export default defineConfig({ … })`);
    return config;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError([`${name}: the file cannot be loaded (${message.split("\n")[0]}); fix it`]);
  }
}

const patterns = z.array(z.string().min(1)).exactOptional();
const selection = z.strictObject({ tags: patterns, paths: patterns, operations: patterns });

const flag = z.boolean().exactOptional();

const source = {
  document: z.string().min(1),
  overlay: z.string().min(1).exactOptional(),
  include: selection.exactOptional(),
  exclude: selection.exactOptional(),
  remote: flag,
  quiet: z.array(z.custom<WarningKind>((given) => typeof given === "string" && isWarningKind(given))).exactOptional(),
  strictDocument: flag,
  headers: z.record(z.string(), z.strictObject({ environment: z.string().regex(variableName) })).exactOptional(),
};

const typesOptions = {
  exportType: flag,
  alphabetize: flag,
  arrayLength: flag,
  rootTypes: flag,
  rootTypesNoSchemaPrefix: flag,
  rootTypesKeepCasing: flag,
  immutable: flag,
  additionalProperties: flag,
  defaultNonNullable: flag,
  propertiesRequiredByDefault: flag,
  pathParamsAsTypes: flag,
  emptyObjectsUnknown: flag,
  excludeDeprecated: flag,
} satisfies Record<keyof TypesOptions, typeof flag>;

const allowEnvironment = z.array(z.string().regex(variableName)).exactOptional();

const schema = z.strictObject({
  out: z.string().min(1).exactOptional(),
  vendors: z.record(z.string(), z.strictObject({ ...source, strict: flag, allowEnvironment })).exactOptional(),
  types: z.record(z.string(), z.strictObject({ ...source, out: z.string().min(1), ...typesOptions })).exactOptional(),
  importExtension: z.enum([".ts", ".js"]).exactOptional(),
}) satisfies z.ZodType<Config>;

function messagesOf(issue: z.core.$ZodIssue): string[] {
  const at = toKey(issue.path);
  if (issue.code === "unrecognized_keys") {
    const allowed = allowedKeys(schema, issue.path);
    return issue.keys.map((key) => `${toKey([...issue.path, key])}: there is no such key; ${suggest(key, allowed)}`);
  }
  if (issue.code === "invalid_value")
    return [`${at}: the value must be one of ${issue.values.map((one) => JSON.stringify(one)).join(", ")}`];
  if (issue.code === "invalid_type") {
    const isMissing = /received undefined$/u.test(issue.message);
    return [isMissing ? `${at}: it is missing; add it` : `${at}: the value must be ${withArticle(issue.expected)}`];
  }
  if (issue.code === "custom")
    return [`${at}: there is no such kind of warning; use one of ${Object.keys(warningKinds).join(", ")}`];
  if (issue.code === "invalid_format") return [`${at}: ${noVariableName}`];
  return [`${at}: it is empty; fill it, or leave it out`];
}

const withArticle = (type: string): string => `${/^[aeiou]/u.test(type) ? "an" : "a"} ${type}`;

/** `vendors.acme.include.tags[0]`. */
const toKey = (path: readonly PropertyKey[]): string =>
  path
    .map((part) => {
      if (typeof part === "number") return `[${part}]`;
      return /^[A-Za-z_$][\w$]*$/u.test(String(part)) ? `.${String(part)}` : `[${JSON.stringify(String(part))}]`;
    })
    .join("")
    .replace(/^\./u, "") || "the default export";
