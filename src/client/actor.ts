/** Which second party a caller acts as, by the credentials it gives. Loaded ahead of need. */
import { ConfigurationError } from "../errors/configuration-error.ts";
import { requiredCredentials, hasRequiredCredentials } from "../auth/credentials/credentials.ts";
import type { SecurityScheme, Vendor } from "../vendor.ts";

export function selectActorScheme(vendor: Vendor, credentials: object): readonly [string, SecurityScheme] {
  const actors = Object.entries(vendor.schemes).filter(([, scheme]) => scheme.actor !== undefined);
  const fitting = actors.find(
    ([, scheme]) =>
      Object.keys(credentials).every((name) => Object.hasOwn(scheme.credentials, name)) &&
      hasRequiredCredentials(scheme, credentials),
  );
  if (fitting) return fitting;
  if (actors.length === 0)
    throw new ConfigurationError(vendor.name, "its document describes no second party to act as()");
  const ways = actors
    .map(([, scheme]) => `{ ${requiredCredentials(scheme).join(", ")} } for a ${scheme.actor}`)
    .join(", or ");
  throw new ConfigurationError(
    vendor.name,
    `as() got ${Object.keys(credentials).join(", ") || "nothing"}; it takes ${ways}`,
  );
}
