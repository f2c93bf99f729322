/** The options of `generate --types-only`. Their names and defaults are openapi-typescript's. */
export interface TypesOptions {
  /** Types in place of interfaces. @default false */
  readonly exportType?: boolean;
  /** Members in the order of their names. @default false, in the document's order */
  readonly alphabetize?: boolean;
  /** Tuples for arrays with minItems or maxItems. @default false */
  readonly arrayLength?: boolean;
  /** An exported type for each component. @default false */
  readonly rootTypes?: boolean;
  /** With `rootTypes`: schemas without `Schema` before their names. @default false */
  readonly rootTypesNoSchemaPrefix?: boolean;
  /** With `rootTypes`: schemas keep the case of their names. @default false */
  readonly rootTypesKeepCasing?: boolean;
  /** `readonly` members and arrays. @default false */
  readonly immutable?: boolean;
  /** Objects take members that the document does not name, unless it says otherwise. @default false */
  readonly additionalProperties?: boolean;
  /** Members with a default are required, but for those of requests. @default true */
  readonly defaultNonNullable?: boolean;
  /** Members of an object without `required` are required. @default false */
  readonly propertiesRequiredByDefault?: boolean;
  /** Paths with parameters as template literal types. @default false */
  readonly pathParamsAsTypes?: boolean;
  /** Objects without members take any value. @default false */
  readonly emptyObjectsUnknown?: boolean;
  /** Without what is deprecated. @default false */
  readonly excludeDeprecated?: boolean;
}

/** Every option with its default. */
export const typesDefaults = {
  exportType: false,
  alphabetize: false,
  arrayLength: false,
  rootTypes: false,
  rootTypesNoSchemaPrefix: false,
  rootTypesKeepCasing: false,
  immutable: false,
  additionalProperties: false,
  defaultNonNullable: true,
  propertiesRequiredByDefault: false,
  pathParamsAsTypes: false,
  emptyObjectsUnknown: false,
  excludeDeprecated: false,
} as const satisfies Required<TypesOptions>;
