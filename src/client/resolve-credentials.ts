/**
 * Resolves the credentials of a client: given as an option or read from the environment, and checked against what the vendor's security
 * schemes need. Also selects the scheme of a second party by the credentials that `as()` gets.
 */
import type { CredentialProvider } from "../auth/credentials/credential-source.ts";
import { hasRequiredCredentials, requiredCredentials, undefinedCredentials } from "../auth/credentials/credentials.ts";
import { ConfigurationError } from "../errors/configuration-error.ts";
import type { ConnectOptions } from "../options.ts";
import type { SecurityScheme, Vendor, VendorTypes } from "../vendor.ts";
import { isJsonObject } from "../util/json.ts";
import { nearestName } from "../util/nearest.ts";
import { readEnvironmentVariable, type ResolvedServer } from "./resolve-server.ts";

/** The credentials of the client: its option, else the environment's. @throws ConfigurationError if the vendor needs some and there are none */
export function resolveCredentials(
  vendor: Vendor,
  server: ResolvedServer,
  option: ConnectOptions<VendorTypes>["credentials"],
): NonNullable<ConnectOptions<VendorTypes>["credentials"]> {
  const credentials = option ?? credentialsFromEnvironment(vendor, server);
  if (credentials !== undefined) return credentials;
  if (needsCredentials(vendor)) throw noCredentials(vendor, server);
  return {};
}

/** Reads credentials from the environment: all that the first sign-in operation of each scheme needs, or none. */
function credentialsFromEnvironment(
  vendor: Vendor,
  server: ResolvedServer,
): Readonly<Record<string, string>> | undefined {
  const found = Object.fromEntries(
    Object.entries(server.environment).flatMap(([name, variable]) => {
      const value = readEnvironmentVariable(variable);
      return value ? [[name, value]] : [];
    }),
  );
  const needed = clientSchemes(vendor)
    .flatMap((scheme) => requiredCredentials(scheme))
    .filter((name) => Object.hasOwn(server.environment, name));
  const missing = needed.filter((name) => !Object.hasOwn(found, name));
  if (Object.keys(found).length === 0) return undefined;
  if (missing.length === 0) return found;
  const set = Object.keys(found).map((name) => server.environment[name]);
  const unset = missing.map((name) => server.environment[name]);
  throw new ConfigurationError(
    vendor.name,
    `${set.join(", ")} is set and ${unset.join(", ")} is not; set all of them, or give credentials`,
  );
}

/** Selects from the given credentials those that a scheme takes. */
export function credentialsOfScheme(given: object, scheme: SecurityScheme): object {
  return Object.fromEntries(Object.entries(given).filter(([name]) => Object.hasOwn(scheme.credentials, name)));
}

/** Selects the same from what a credentials function returns: it returns the credentials of all schemes, whichever signs in. */
export function credentialsFunctionOfScheme(
  vendor: Vendor,
  provider: CredentialProvider<object>,
  scheme: SecurityScheme,
): CredentialProvider<object> {
  return async (context) => {
    const given: unknown = await provider(context);
    if (!isJsonObject(given)) throw new ConfigurationError(vendor.name, "the credentials function returned no object");
    checkCredentialNames(vendor, given);
    return credentialsOfScheme(given, scheme);
  };
}

/** @throws ConfigurationError for a credential that no scheme of the vendor takes */
export function checkCredentialNames(vendor: Vendor, given: object): void {
  const known = clientSchemes(vendor).flatMap((scheme) => Object.keys(scheme.credentials));
  for (const name of Object.keys(given)) {
    if (!known.includes(name))
      throw new ConfigurationError(
        vendor.name,
        `credentials.${name} is not a credential of this vendor; ${didYouMean(name, known)}it takes ${[...new Set(known)].join(", ")}`,
      );
  }
}

function didYouMean(given: string, names: readonly string[]): string {
  const nearest = nearestName(given, names);
  return nearest === undefined ? "" : `did you mean ${nearest}? `;
}

/** Whether every call needs credentials by default. */
export const needsCredentials = (vendor: Vendor): boolean =>
  vendor.security.length > 0 && vendor.security.every((one) => Object.keys(one).length > 0);

function noCredentials(vendor: Vendor, server: ResolvedServer): ConfigurationError {
  const variables = Object.values(server.environment);
  const or = variables.length > 0 ? `, or set ${variables.join(", ")}` : "";
  const own = server.name === undefined ? " (with your own server URL, they are not read from the environment)" : "";
  return new ConfigurationError(
    vendor.name,
    `there are no credentials; give credentials: { ${credentialChoices(vendor)} }${or}${own}`,
  );
}

export function insufficientCredentials(vendor: Vendor, given: object): ConfigurationError {
  const names = Object.keys(given).join(", ") || "none";
  const missing = undefinedCredentials(given);
  if (missing !== undefined) {
    return new ConfigurationError(vendor.name, `${missing}; set them, or give { ${credentialChoices(vendor)} }`);
  }
  return new ConfigurationError(
    vendor.name,
    `the credentials (${names}) are incomplete; give { ${credentialChoices(vendor)} }`,
  );
}

function credentialChoices(vendor: Vendor): string {
  const choices = clientSchemes(vendor).map((scheme) => requiredCredentials(scheme).join(", "));
  return [...new Set(choices)].join(" } or { ");
}

/** The schemes of the client's own party, without those of second parties. */
const clientSchemes = (vendor: Vendor): SecurityScheme[] =>
  Object.values(vendor.schemes).filter((scheme) => !scheme.actor);

/** Selects the scheme of the second party that the credentials sign in, with its name. */
export function selectSecondPartyScheme(vendor: Vendor, credentials: object): readonly [string, SecurityScheme] {
  const parties = Object.entries(vendor.schemes).filter(([, scheme]) => scheme.actor !== undefined);
  const fitting = parties.find(
    ([, scheme]) =>
      Object.keys(credentials).every((name) => Object.hasOwn(scheme.credentials, name)) &&
      hasRequiredCredentials(scheme, credentials),
  );
  if (fitting) return fitting;
  if (parties.length === 0)
    throw new ConfigurationError(vendor.name, "its document describes no customer sign-in for as()");
  const choices = parties
    .map(([, scheme]) => `{ ${requiredCredentials(scheme).join(", ")} } for a ${scheme.actor}`)
    .join(", or ");
  throw new ConfigurationError(
    vendor.name,
    `as() got ${Object.keys(credentials).join(", ") || "nothing"}; it takes ${choices}`,
  );
}
