/** Who asks for a token, before it is known whether they get one. */
import type { SandboxScheme, TokenOperation } from "./scheme.ts";

export interface Candidate {
  readonly scheme: SandboxScheme;
  readonly token: TokenOperation;
}
