/** The flags of `generate --types-only`: openapi-typescript's, which are the keys of the options in kebab case. */
import { typesDefaults, type TypesOptions } from "../codegen/types-only/options.ts";
import { UsageError } from "../shared/usage-error.ts";

export const typesHelp = `  --export-type, --alphabetize, --array-length, --root-types, --root-types-no-schema-prefix, --root-types-keep-casing, --immutable,
  --additional-properties, --no-default-non-nullable, --properties-required-by-default, --path-params-as-types,
  --empty-objects-unknown, --exclude-deprecated`;

const flag = { type: "boolean", default: false } as const;

const toFlag = (key: string): string => key.replace(/[A-Z]/gu, (capital) => `-${capital.toLowerCase()}`);

const defaults: readonly (readonly [key: string, isOn: boolean])[] = Object.entries(typesDefaults);

/** For `parseArgs`. What is on by default is turned off by `--no-…`. */
export const typesFlags: Readonly<Record<string, typeof flag>> = Object.fromEntries(
  defaults
    .flatMap(([key, isOn]) => (isOn ? [toFlag(key), `no-${toFlag(key)}`] : [toFlag(key)]))
    .map((name) => [name, flag]),
);

/** The options that differ from their defaults. */
export const toTypesOptions = (values: object): TypesOptions =>
  checkOptions(
    Object.fromEntries(
      defaults.flatMap(([key, isOn]): [string, boolean][] =>
        Reflect.get(values, isOn ? `no-${toFlag(key)}` : toFlag(key)) === true ? [[key, !isOn]] : [],
      ),
    ),
  );

/** @throws UsageError where one option means nothing without another */
export function checkOptions(options: TypesOptions): TypesOptions {
  const [stray] = (["rootTypesNoSchemaPrefix", "rootTypesKeepCasing"] as const).filter((key) => options[key] === true);
  if (stray !== undefined && options.rootTypes !== true)
    throw new UsageError([`--${toFlag(stray)} needs --root-types; add it`]);
  return options;
}
