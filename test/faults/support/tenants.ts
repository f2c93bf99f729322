/** A vendor whose credentials name more than a client: tenant, audience and scope, asked for as the document says. */
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
