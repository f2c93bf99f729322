/** Issued tokens and their states: valid, expired, spent or revoked. */
import { createHmac, randomBytes } from "node:crypto";
import type { TokenFormat } from "../spec/sandbox-data.ts";

export interface IssuedToken {
  readonly value: string;
  readonly kind: "access" | "refresh";
  readonly scheme: string;
  /** Name of the account it belongs to. */
  readonly account: string;
  readonly grant: string;
  /** The account's attributes: they narrow lists and name the owner of a shared rate limit. */
  readonly attributes: Readonly<Record<string, string>>;
  /** The token family: all tokens that came from one sign-in. */
  readonly family: number;
  readonly expiresAt: number;
  revoked: boolean;
  /** Whether a refresh token was exchanged. */
  spent: boolean;
}

export type TokenState = "good" | "unknown" | "expired" | "revoked" | "spent";

export interface TokenStore {
  newFamily(): number;
  issue(token: Omit<IssuedToken, "revoked" | "spent">): IssuedToken;
  find(
    value: string,
    kind: IssuedToken["kind"],
    scheme?: string,
  ): { readonly state: TokenState; readonly token: IssuedToken | undefined };
  revoke(which: (token: IssuedToken) => boolean): void;
  clear(): void;
}

export function createTokenStore(now: () => number): TokenStore {
  const tokens = new Map<string, IssuedToken>();
  let families = 0;
  return {
    newFamily: () => ++families,
    issue(token) {
      const issued = { ...token, revoked: false, spent: false };
      tokens.set(token.value, issued);
      return issued;
    },
    find(value, kind, scheme) {
      const token = tokens.get(value);
      if (!token || token.kind !== kind || (scheme !== undefined && token.scheme !== scheme))
        return { state: "unknown", token: undefined };
      if (token.revoked) return { state: "revoked", token };
      if (token.spent) return { state: "spent", token };
      return { state: now() >= token.expiresAt ? "expired" : "good", token };
    },
    revoke(which) {
      for (const token of tokens.values()) if (which(token)) token.revoked = true;
    },
    clear() {
      tokens.clear();
    },
  };
}

export type TokenShape = Pick<TokenFormat, "format" | "length" | "algorithm">;

/** Makes a token in the vendor's format. A JWT's RS256 signature is random bytes of the right length: nothing verifies it. */
export function mintToken(shape: TokenShape, claims: Readonly<Record<string, unknown>>): string {
  const length = shape.length ?? 40;
  if (shape.format === "hex")
    return randomBytes(Math.ceil(length / 2))
      .toString("hex")
      .slice(0, length);
  if (shape.format === "base64") return randomBytes(Math.ceil((length * 3) / 4)).toString("base64");
  if (shape.format !== "jwt") return randomBytes(length).toString("base64url").slice(0, length);
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const algorithm = shape.algorithm ?? "HS256";
  const signed = `${part({ alg: algorithm, typ: "JWT" })}.${part({ ...claims, jti: randomBytes(12).toString("hex") })}`;
  const signature = algorithm === "RS256" ? randomBytes(256) : createHmac("sha256", "sandbox").update(signed).digest();
  return `${signed}.${signature.toString("base64url")}`;
}
