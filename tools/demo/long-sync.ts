/** Walks a long list with two clients of one credential at once, just under the vendor's documented limit, without a 429. */
import type { Client } from "../../src/client/client.ts";
import { connect } from "../../src/connect.ts";
import type { ConnectOptions } from "../../src/options.ts";
import type { Vendor, VendorTypes } from "../../src/vendor.ts";
import { startVendorSandbox } from "../../scripts/sandbox/index.ts";
import type { Report } from "./report.ts";

type Walk<T extends VendorTypes> = (api: Client<T>) => AsyncIterable<unknown>;

export async function runLongSync<T extends VendorTypes>(
  vendor: Vendor<T>,
  walk: Walk<T>,
  report: Report,
): Promise<void> {
  const sandbox = await startVendorSandbox(vendor.name);
  const limit = Math.min(...(vendor.rateLimits ?? []).map(({ requests, perSeconds }) => requests / perSeconds));
  report.heading(`A long sync: ${vendor.title}, ${limit} requests a second and no more`);
  const bar = report.bar("items, two clients");
  const shares = new Map<number, { readonly done: number; readonly total: number | undefined }>();
  const sync = async (share: number): Promise<number> => {
    const api = connect(vendor, {
      server: sandbox.server as ConnectOptions<T>["server"],
      credentials: sandbox.credentials,
      onEvent(event) {
        if (event.type !== "progress") return;
        shares.set(share, event);
        const all = [...shares.values()];
        const sum = (one: (state: { done: number; total?: number | undefined }) => number) =>
          all.reduce((count, state) => count + one(state), 0);
        bar.show(
          sum(({ done }) => done),
          sum(({ total = 0 }) => total),
        );
      },
    });
    let count = 0;
    for await (const _item of walk(api)) count += 1;
    await api.close();
    return count;
  };
  try {
    const startedAt = performance.now();
    const counts = await Promise.all([sync(1), sync(2)]);
    const seconds = (performance.now() - startedAt) / 1000;
    bar.end();
    const refused = sandbox.requests.filter(({ status }) => status === 429).length;
    const rate = (sandbox.requests.length / seconds).toFixed(1);
    report.check(
      "all of it arrived, no request was refused (429)",
      refused === 0 && new Set(counts).size === 1,
      `${sandbox.requests.length} requests in ${seconds.toFixed(1)} s, ${rate} a second`,
    );
  } finally {
    await sandbox.close();
  }
}
