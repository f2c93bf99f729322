/** A refresh token's name in logs: the hash that Latchkey's records give it. */
import { sha256 } from "../../scripts/shared/sha256.ts";

export const hashOf = (refreshToken: string): string => sha256(JSON.stringify([refreshToken]));
