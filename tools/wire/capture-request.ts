/** What a client of ours would send for a call; nothing leaves the process. */
import { type ConnectOptions, connect } from "../../src/index.ts";
import type { Vendor, VendorTypes } from "../../src/vendor.ts";

export interface Captured {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly init: object;
}

/** @throws what the call is refused with */
export async function captureRequest(
  vendor: Vendor,
  { method, path, init }: Call,
  options: Partial<ConnectOptions<VendorTypes>> = {},
): Promise<Captured> {
  let captured: Captured | undefined;
  const client = connect(vendor, {
    ...options,
    async fetch(request) {
      const body = new Uint8Array(await request.arrayBuffer());
      captured ??= { method: request.method, url: request.url, headers: new Headers(request.headers), body };
      return new Response(null, { status: 204 });
    },
  });
  await Reflect.apply(Reflect.get(client, method), client, [path, { retries: false, ...init }]);
  if (captured === undefined) throw new Error(`${method} ${path}: nothing was sent, and no error says why`);
  return captured;
}
