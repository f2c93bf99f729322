/** A refresh token's name in logs: the hash that latchkey's records give it. */
import { createHash } from "node:crypto";

export const hashOf = (refreshToken: string): string =>
  createHash("sha256")
    .update(JSON.stringify([refreshToken]))
    .digest("base64url");
