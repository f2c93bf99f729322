/** Checks credentials against a security scheme, and finds the sign-in that they allow. */
import { ConfigurationError } from "../../errors/configuration-error.ts";
import { credentialNames } from "../../util/runtime-expression.ts";
import type { SecurityScheme, TokenOperation } from "../../vendor.ts";

export type Credentials = Readonly<Record<string, string | undefined>>;

/**
 * Checks that every name is known, every value is a non-empty string and matches its documented pattern, and fills in defaults.
 * The messages name the credential and never quote its value.
 *
 * @throws ConfigurationError
 */
export function checkCredentials(vendor: string, scheme: SecurityScheme, given: object): Credentials {
  const fields = scheme.credentials;
  const credentials: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(given)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (!field) {
      throw new ConfigurationError(
        vendor,
        `credentials.${name} is not a credential of this vendor; it takes ${Object.keys(fields).join(", ")}`,
      );
    }
    // Kept, so that an error can name it.
    if (value === undefined) {
      credentials[name] = undefined;
      continue;
    }
    if (typeof value !== "string" || value === "") {
      throw new ConfigurationError(vendor, `credentials.${name} must be a non-empty string`);
    }
    if (field.pattern !== undefined && !new RegExp(field.pattern, "u").test(value)) {
      throw new ConfigurationError(
        vendor,
        `credentials.${name} does not match ${field.pattern}${field.description ? ` (${field.description})` : ""}`,
      );
    }
    credentials[name] = value;
  }
  for (const [name, field] of Object.entries(fields)) {
    if (credentials[name] === undefined && field.default !== undefined) credentials[name] = field.default;
  }
  return credentials;
}

/** Lists the credentials that the first sign-in of a scheme needs, without optional ones and those with a default. */
export function requiredCredentials(scheme: SecurityScheme): string[] {
  const first = scheme.lifecycle?.obtain[0];
  const names = first ? credentialsUsedBy(first) : scheme.value ? credentialNames({ ...scheme.value }) : [];
  return names.filter((name) => !scheme.credentials[name]?.optional && scheme.credentials[name]?.default === undefined);
}

/** Tells whether the credentials are enough for one of the scheme's sign-ins. */
export function hasRequiredCredentials(scheme: SecurityScheme, credentials: object): boolean {
  const values = Object.fromEntries(Object.entries(credentials).filter(([, value]) => value !== undefined));
  if (scheme.lifecycle) return selectSignIn(scheme, values) !== undefined;
  return requiredCredentials(scheme).every((name) => Object.hasOwn(values, name));
}

/**
 * Returns what of the credentials tells accounts apart, for limits that an account has: the identifiers, so that a rotated secret is the
 * same account. Where no sign-in needs an identifier (an API key, with a region or a scope beside it), the secrets count too.
 */
export function accountOf(schemes: readonly SecurityScheme[], credentials: object): object {
  const isIdentifier = (name: string) => schemes.some((scheme) => scheme.credentials[name]?.secret === false);
  const needed = new Set(schemes.flatMap(requiredCredentials));
  const given = Object.entries(credentials).filter(([, value]) => value !== undefined);
  const isNamed = given.some(([name]) => isIdentifier(name) && needed.has(name));
  return Object.fromEntries(given.filter(([name]) => !isNamed || isIdentifier(name)));
}

/** Returns the first sign-in for which all credentials are present, none of them `undefined`. */
export function selectSignIn(scheme: SecurityScheme, credentials: Credentials): TokenOperation | undefined {
  return scheme.lifecycle?.obtain.find((operation) =>
    credentialsUsedBy(operation).every(
      (name) =>
        (Object.hasOwn(credentials, name) && credentials[name] !== undefined) ||
        scheme.credentials[name]?.optional ||
        scheme.credentials[name]?.default,
    ),
  );
}

/** Says which of the given credentials are `undefined`, as those of environment variables that are not set; `undefined` for none. */
export function undefinedCredentials(given: object): string | undefined {
  const names = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [`credentials.${name}`] : []));
  if (names.length === 0) return undefined;
  return `${names.join(", ")} ${names.length === 1 ? "is" : "are"} undefined, as an environment variable is that is not set`;
}

/** Lists the credentials that a token request sends. */
export function credentialsUsedBy(operation: TokenOperation): string[] {
  const { request, basic, headers } = operation;
  return [...new Set([request, { ...basic }, { ...headers }].flatMap(credentialNames))];
}
