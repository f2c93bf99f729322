// A token store on a table of your own. Here the table is a Map; with a database each method is one transaction.
import { setTimeout } from "node:timers/promises";
import { connect, type TokenStore, unwrap } from "latchkey";
import { storeChecks } from "latchkey/store/conformance";
import { propeller } from "latchkey/vendors/propeller";
import { startVendorSandbox } from "latchkey-cli/sandbox";

interface Row {
  readonly record: string | undefined;
  /** Grows with each commit. */
  readonly version: number;
  /** The number of the newest lease. */
  readonly fence: number;
  /** When the lease ends, or 0 for none, and how long it lasts from a commit on. */
  readonly leasedUntil: number;
  readonly ttlInMs: number;
}

const emptyRow: Row = { record: undefined, version: 0, fence: 0, leasedUntil: 0, ttlInMs: 0 };

function createTableStore(table: Map<string, Row>): TokenStore {
  const rowOf = (key: string): Row => table.get(key) ?? emptyRow;
  /** The row of a holder whose lease is the newest and was not released. */
  const heldRow = (key: string, fence: number): Row | undefined => {
    const row = rowOf(key);
    return row.fence === fence && row.leasedUntil > 0 ? row : undefined;
  };
  return {
    isShared: true,
    async read(key) {
      const { record, version } = rowOf(key);
      return { record, version, now: Date.now() };
    },
    async acquire(key, { ttlInMs }) {
      const row = rowOf(key);
      const now = Date.now();
      if (row.leasedUntil > now) return undefined;
      const fence = Math.max(row.version, row.fence) + 1;
      table.set(key, { ...row, fence, ttlInMs, leasedUntil: now + ttlInMs });
      return { record: row.record, version: row.version, now, fence };
    },
    async commit(key, fence, record, { release = false }) {
      const row = heldRow(key, fence);
      if (!row) return false;
      const version = Math.max(row.version, fence) + 1;
      table.set(key, { ...row, record, version, leasedUntil: release ? 0 : Date.now() + row.ttlInMs });
      return true;
    },
    async release(key, fence) {
      const row = heldRow(key, fence);
      if (row) table.set(key, { ...row, leasedUntil: 0 });
    },
    async wait(key, version, timeoutInMs, signal) {
      const end = Date.now() + timeoutInMs;
      const isOver = ({ version: current, leasedUntil }: Row) => current > version || leasedUntil <= Date.now();
      while (!signal?.aborted && Date.now() < end && !isOver(rowOf(key))) await setTimeout(20);
    },
  };
}

const table = new Map<string, Row>();
let kept = 0;
for (const { run } of storeChecks(() => createTableStore(table))) {
  await run();
  kept += 1;
}
console.log(kept > 0 ? "the store keeps every rule of the protocol" : "there are no rules");

const sandbox = await startVendorSandbox(propeller);
const { server, credentials } = sandbox;
await using api = connect(propeller, { server, credentials, store: createTableStore(table) });
await unwrap(api.GET("/v2/products", { params: { query: { page: 1, offset: 10 } } }));
const records = [...table.values()].filter(({ record }) => record?.includes("access"));
console.log(`signed in, and kept the token in the table: ${records.length > 0}`);
await sandbox.close();
