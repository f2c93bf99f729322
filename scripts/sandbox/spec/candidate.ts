/** Who asks for a token, before it is known whether they get one. */
import type { SandboxScheme, TokenOperation } from "./security-scheme.ts";

export interface TokenCandidate {
  readonly scheme: SandboxScheme;
  readonly token: TokenOperation;
}
