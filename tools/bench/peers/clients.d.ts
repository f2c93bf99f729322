import type { Create } from "../calls/clients.ts";

export const peers: Readonly<Record<string, Create>>;
export const loopbackOnly: readonly string[];
