import { createHash } from "node:crypto";

export const sha256 = (text: string, encoding: "base64url" | "hex" = "base64url"): string =>
  createHash("sha256").update(text).digest(encoding);
