/** Who asks for a token, before it is known whether they get one. */
import type { SandboxScheme, TokenOperation } from "./security-scheme.ts";

export interface Candidate {
  readonly scheme: SandboxScheme;
  readonly token: TokenOperation;
}
