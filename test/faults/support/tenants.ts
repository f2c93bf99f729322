/** Vendors with tenants: named by credentials (tenant, audience, scope), or by the path of an address. */
import { type Client, connect } from "../../../src/index.ts";
import type { TokenStore } from "../../../src/store/token-store.ts";
import type { Vendor } from "../../../src/vendor.ts";
import type { FakeVendor } from "../../support/fake-vendor.ts";
import type { ManualClock } from "../../support/manual-clock.ts";
import { createTestVendor, type TestTypes, testCredentials, testLifecycle } from "../../support/test-vendor.ts";

export interface TenantTypes extends Omit<TestTypes, "credentials"> {
  credentials: TestTypes["credentials"] & { tenant?: string; audience?: string; scope?: string };
}

/** @param constants what the document itself asks for. */
export function createTenantVendor(constants: Readonly<Record<string, string>> = {}): Vendor<TenantTypes> {
  const { "~types": _types, ...base } = createTestVendor();
  const { bearer } = base.schemes;
  const [obtain] = testLifecycle.obtain;
  if (!bearer || !obtain) throw new Error("the test vendor has one scheme and one way to sign in");
  const optional = { secret: false, optional: true };
  const asked = { tenant: "$credentials.tenant", audience: "$credentials.audience", scope: "$credentials.scope" };
  return {
    ...base,
    schemes: {
      bearer: {
        ...bearer,
        credentials: { ...bearer.credentials, tenant: optional, audience: optional, scope: optional },
        lifecycle: {
          ...testLifecycle,
          obtain: [{ ...obtain, request: { ...Object(obtain.request), ...asked, ...constants } }],
        },
      },
    },
  };
}

export type Tenant = Partial<Omit<TenantTypes["credentials"], "clientSecret">>;

export function connectTenant(
  fake: FakeVendor,
  shared: { readonly clock: ManualClock; readonly store: TokenStore },
  tenant: Tenant,
  constants?: Readonly<Record<string, string>>,
): Client<TenantTypes> {
  return connect(createTenantVendor(constants), {
    ...shared,
    credentials: { ...testCredentials, ...tenant },
    server: { url: fake.url },
  });
}

/** A tenant is a path here, as with many issuers: `https://login.example/{login}`. */
export interface PathTenant {
  readonly login: string;
  readonly api: string;
  readonly files: string;
}

/** Tokens are had below `/token`, where the fake vendor gives them. */
export function connectPathTenant(
  fake: FakeVendor,
  shared: { readonly clock: ManualClock; readonly store: TokenStore },
  { login, api, files }: PathTenant,
): Client<TestTypes> {
  const vendor = createTestVendor({ obtain: testLifecycle.obtain.map((one) => ({ ...one, host: "login" })) });
  const variable = { default: "common" };
  const production = {
    url: `${fake.url}/{api}`,
    hosts: { login: `${fake.url}/token/{login}`, files: `${fake.url}/{files}` },
    variables: { login: variable, api: variable, files: variable },
  };
  return connect(
    { ...vendor, servers: { production } },
    { ...shared, credentials: testCredentials, server: { variables: { login, api, files } } },
  );
}
