/** Credentials, servers, second parties and errors, by the documents of real vendors. Checked, never run. */
import { apiera } from "../../generated/apiera/index.ts";
import { connectivity } from "../../generated/connectivity/index.ts";
import { elasticPath } from "../../generated/elastic-path/index.ts";
import { popupGiftCards } from "../../generated/popup-gift-cards/index.ts";
import { propeller } from "../../generated/propeller/index.ts";
import { authMiddleware, connect, type ErrorKind, isVendorError, type VendorError } from "../../src/index.ts";
import { type Equal, expectType } from "./expect-type.ts";

export function credentials() {
  connect(propeller, { credentials: { clientId: "a", clientSecret: "b" } });
  connect(propeller);
  connect(propeller, { credentials: () => ({ clientId: "a", clientSecret: "b" }) });
  connect(propeller, { credentials: async ({ signal }) => ({ clientId: String(signal.aborted), clientSecret: "b" }) });
  // @ts-expect-error a wrong key
  connect(propeller, { credentials: { clientId: "a", clientKey: "b" } });
  // @ts-expect-error one is missing
  connect(propeller, { credentials: { clientId: "a" } });
  // @ts-expect-error a function that answers with too little
  connect(propeller, { credentials: async () => ({ clientId: "a" }) });
  connect(popupGiftCards, { credentials: { username: "a", password: "b" } });
  // @ts-expect-error another vendor's
  connect(popupGiftCards, { credentials: { clientId: "a", clientSecret: "b" } });
  connect(connectivity, { credentials: { clientId: "a", clientSecret: "b" } });
  // Two ways to sign in: with the secret, and without.
  connect(elasticPath, { credentials: { clientId: "a", clientSecret: "b" } });
  connect(elasticPath, { credentials: { clientId: "a" } });
  // @ts-expect-error neither of them
  connect(elasticPath, { credentials: { clientSecret: "b" } });
  connect(apiera, { credentials: { clientId: "a", clientSecret: "b", organization: "org_1" } });
  connect(apiera, { credentials: { clientId: "a", clientSecret: "b", organization: "org_1", audience: "https://x" } });
  // @ts-expect-error the organization is missing
  connect(apiera, { credentials: { clientId: "a", clientSecret: "b" } });
  // @ts-expect-error a number
  authMiddleware(propeller, { credentials: { clientId: 1, clientSecret: "b" } });
}

export function servers() {
  connect(propeller, { server: "test" });
  // @ts-expect-error none of its servers
  connect(propeller, { server: "staging" });
  connect(elasticPath, { server: "euwest" });
  connect(popupGiftCards, { server: { name: "sandbox", variables: { host: "cards.example" } } });
  connect(propeller, { server: { url: "http://localhost:4010" } });
  connect(apiera, { server: { url: "http://localhost:4010", hosts: { auth: "http://localhost:4011" } } });
  // @ts-expect-error no such host
  connect(apiera, { server: { url: "http://localhost:4010", hosts: { login: "http://localhost:4011" } } });
}

export async function secondParties() {
  const store = connect(elasticPath);
  const shopper = await store.as({ email: "a@b.example", password: "c" });
  expectType<Equal<typeof shopper, typeof store>>(true);
  await store.as({ passwordProfileId: "1", username: "a", password: "b", accountId: "2" });
  // @ts-expect-error half of a customer
  await store.as({ email: "a@b.example" });
  // @ts-expect-error this vendor knows no second party
  await connect(propeller).as({ email: "a@b.example", password: "c" });
}

export async function auth() {
  const api = connect(propeller);
  expectType<number | undefined>(api.auth.status()[0]?.expiresAt);
  await api.auth.verify({ clientId: "a", clientSecret: "b" });
  // @ts-expect-error another vendor's
  await api.auth.verify({ username: "a", password: "b" });
  await api.close({ revoke: true });
}

export function errors(error: unknown) {
  if (isVendorError(error, propeller)) {
    expectType<ErrorKind>(error.kind);
    // Documented codes are known, and others are not shut out.
    expectType<Equal<Extract<typeof error.code, "10015">, "10015">>(true);
    const other: typeof error.code = "a code of tomorrow";
    expectType<string>(other);
    // @ts-expect-error kinds are a closed set
    if (error.kind === "teapot") return;
  }
  if (isVendorError(error)) expectType<number>(error.status);
  // @ts-expect-error not narrowed yet
  error.kind;
}

/** Without a default: every kind has a case, or this would return nothing. */
export function whatToDo(error: VendorError<"10015">): string {
  switch (error.kind) {
    case "invalid_credentials":
    case "invalid_grant":
    case "invalid_token":
    case "expired_token":
    case "revoked_token":
    case "wrong_environment":
    case "ip_not_allowed":
      return "stop";
    case "permission_denied":
      return error.permission ?? "ask";
    case "invalid_request":
    case "validation_failed":
      return error.fields.map(({ path, message }) => `${path ?? ""} ${message}`).join();
    case "rate_limited":
    case "server_error":
    case "unavailable":
      return new Date(error.retryAt ?? 0).toISOString();
    case "not_found":
    case "conflict":
    case "duplicate":
    case "unexpected":
      return error.code ?? "";
  }
}

// @ts-expect-error one kind is left out
export function forgotten(error: VendorError): string {
  switch (error.kind) {
    case "not_found":
      return "";
  }
}
