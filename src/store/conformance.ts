/**
 * Checks that a custom store keeps the `TokenStore` protocol, with any test runner:
 *
 * ```ts
 * for (const { name, run } of storeChecks(() => createMyStore(database))) test(name, run);
 * ```
 *
 * A check rejects with the rule that the store breaks. Checks use keys of their own and take some seconds in all.
 */
import type { Lease, TokenStore } from "./token-store.ts";

export interface StoreCheck {
  readonly name: string;
  run(): Promise<void>;
}

/**
 * @param open opens a store on the same data, as another process would. A store for a single process may be the same object each time.
 */
export function storeChecks(open: () => TokenStore | Promise<TokenStore>): readonly StoreCheck[] {
  return Object.entries(checks).map(([name, check]) => ({
    name,
    async run() {
      const [first, second] = [await open(), await open()];
      await check(first, second, `check-${crypto.randomUUID()}`);
    },
  }));
}

type Check = (first: TokenStore, second: TokenStore, key: string) => Promise<void>;

const short = 500;
const long = 60_000;
/** Far below a wait's own timeout, and long enough for a busy machine. */
const soonInMs = 15_000;
const keep = { keepForInMs: 60_000 };
const last = { ...keep, release: true };

const checks: Readonly<Record<string, Check>> = {
  "a key never written gives an empty snapshot": async (store, _, key) => {
    const { record, version, now } = await store.read(key);
    must(record === undefined, "record is undefined");
    must(Number.isFinite(version), "version is a number");
    must(Number.isFinite(now) && now > 0, "now is a time in milliseconds");
  },

  "a committed record is read as it was written, by every worker": async (first, second, key) => {
    const record = JSON.stringify({ text: 'ünïcödé "quoted" \\ \u0000 \u2028 🗝', long: "x".repeat(16_384) });
    const lease = await take(first, key);
    must(lease.record === undefined, "the first lease finds no record");
    must(await first.commit(key, lease.fence, record, last), "the holder's commit is taken");
    must((await first.read(key)).record === record, "the writer reads its record");
    must((await second.read(key)).record === record, "another worker reads the same");
    must((await take(second, key)).record === record, "the next lease finds it");
  },

  "keys do not disturb one another": async (first, second, key) => {
    const [a, b] = [`${key}.a`, `${key}.b`];
    const [one, two] = [await take(first, a), await take(second, b)];
    must(await first.commit(a, one.fence, "a", last), "the first key's commit is taken");
    must(await second.commit(b, two.fence, "b", last), "the second key's commit is taken");
    must((await second.read(a)).record === "a" && (await first.read(b)).record === "b", "each key has its own record");
  },

  "one of many gets the lease": async (first, second, key) => {
    const tries = Array.from({ length: 40 }, (_, index) => (index % 2 ? first : second).acquire(key, held(long)));
    const leases = (await Promise.all(tries)).filter((lease) => lease !== undefined);
    must(leases.length === 1, `one lease is given, not ${leases.length}`);
  },

  "versions and fences only grow": async (first, second, key) => {
    let newest = (await first.read(key)).version;
    for (let round = 0; round < 5; round += 1) {
      const [store, other] = round % 2 ? [first, second] : [second, first];
      const { fence, version } = await take(store, key);
      must(version >= newest, "a lease's version is no older than the last commit");
      must(fence > newest, "a fence is greater than every version and fence before");
      newest = fence;
      must(await store.commit(key, fence, `intent ${round}`, keep), "a commit that keeps the lease is taken");
      const between = (await other.read(key)).version;
      must(between > version, "a version grows with a commit");
      must(await store.commit(key, fence, `record ${round}`, last), "the commit that ends the lease is taken");
      newest = (await other.read(key)).version;
      must(newest > between, "a version grows with each commit");
    }
  },

  "a commit that keeps the lease keeps others out, and restarts its time": async (first, second, key) => {
    const ttlInMs = 4 * short;
    const lease = await take(first, key, ttlInMs);
    await pause(ttlInMs * 0.6);
    const { now } = await first.read(key);
    must(await first.commit(key, lease.fence, "intent", keep), "the commit is taken");
    await pause(ttlInMs * 0.5);
    await mustBeHeld(second, key, now + ttlInMs);
  },

  "a commit that ends the lease lets the next one in, and is the last": async (first, second, key) => {
    const lease = await take(first, key);
    must(await first.commit(key, lease.fence, "record", last), "the commit is taken");
    must(!(await first.commit(key, lease.fence, "late", last)), "the fence is no longer valid");
    must((await take(second, key)).record === "record", "the next holder finds the record");
  },

  "a lease ends by itself, and what its holder does late changes nothing": async (first, second, key) => {
    const old = await take(first, key, short);
    const early = await mustBeHeld(second, key, old.now + short);
    const next = early ?? (await until(() => second.acquire(key, held(long)), "the lease ends by itself"));
    must(next.fence > old.fence, "the next fence is greater");
    must(!(await first.commit(key, old.fence, "late", keep)), "a late commit is refused");
    must(!(await first.commit(key, old.fence, "late", last)), "a late last commit is refused");
    await first.release(key, old.fence);
    must((await first.acquire(key, held(long))) === undefined, "a late release leaves the next holder's lease alone");
    must(await second.commit(key, next.fence, "next", last), "the next holder's commit is taken");
    must((await first.read(key)).record === "next", "its record stands");
  },

  "an expired lease may still commit while no other was granted": async (first, _, key) => {
    const lease = await take(first, key, short);
    await pause(short * 1.5);
    must(await first.commit(key, lease.fence, "slow", last), "the commit is taken");
  },

  "a released lease is free at once, and its record as before": async (first, second, key) => {
    const lease = await take(first, key);
    await first.release(key, lease.fence);
    await first.release(key, lease.fence);
    const next = await take(second, key);
    must(next.record === undefined && next.fence > lease.fence, "the next lease finds nothing written");
    must(!(await first.commit(key, lease.fence, "late", last)), "a released fence is no longer valid");
    must(await second.commit(key, next.fence, "record", last), "the next holder's commit is taken");
    must(!(await first.commit(key, 0, "nobody", last)), "a commit without a lease is refused");
  },

  "waiting ends soon after another worker's commit": async (first, second, key) => {
    const lease = await take(first, key);
    const waited = second.wait(key, lease.version, long).then(() => performance.now());
    await pause(short);
    await first.commit(key, lease.fence, "record", last);
    const changed = performance.now();
    must((await waited) - changed < soonInMs, "soon");
  },

  "waiting ends when the lease is released, and when it ends by itself": async (first, second, key) => {
    const lease = await take(first, key);
    const released = second.wait(key, lease.version, long);
    await pause(short);
    await first.release(key, lease.fence);
    await soon(released, soonInMs, "after a release");
    const next = await take(first, key, short);
    await soon(second.wait(key, next.version, long), short + soonInMs, "after the lease's time");
  },

  "waiting is over at once where there is nothing to wait for": async (first, second, key) => {
    const lease = await take(first, key);
    await soon(second.wait(key, lease.version - 1, long), soonInMs, "for a version that is past");
    await first.release(key, lease.fence);
    await soon(second.wait(key, lease.version, long), soonInMs, "for a lease that no worker holds");
  },

  "waiting ends after its time, and soon after its signal": async (first, second, key) => {
    const lease = await take(first, key);
    await soon(second.wait(key, lease.version, short), short + soonInMs, "after its time");
    const given = new AbortController();
    const waited = second.wait(key, lease.version, long, given.signal);
    await pause(short);
    given.abort();
    await soon(waited, soonInMs, "after its signal");
    must((await first.acquire(key, held(long))) === undefined, "the lease was left alone");
  },

  "no update is lost between many workers": async (first, second, key) => {
    const workers = 16;
    const rounds = 4;
    const work = async (store: TokenStore) => {
      for (let done = 0; done < rounds; ) {
        const { version } = await store.read(key);
        const lease = await store.acquire(key, held(long));
        if (!lease) {
          await store.wait(key, version, 20_000);
          continue;
        }
        const next = String(Number(lease.record ?? "0") + 1);
        must(await store.commit(key, lease.fence, next, last), "a holder's commit is taken");
        done += 1;
      }
    };
    await Promise.all(Array.from({ length: workers }, (_, index) => work(index % 2 ? first : second)));
    const { record } = await first.read(key);
    must(record === String(workers * rounds), `${workers * rounds} updates are kept, not ${record}`);
  },

  "workers agree on the time, and it goes on": async (first, second, key) => {
    const began = performance.now();
    const [a, b, c] = [await first.read(key), await second.read(key), await first.read(key)];
    const driftInMs = 1_000;
    must(a.now <= b.now + driftInMs && b.now <= c.now + driftInMs, "their times are those of one clock");
    await pause(short);
    const passed = (await first.read(key)).now - a.now;
    must(passed > short / 2 && passed < performance.now() - began + driftInMs, "it counts milliseconds");
  },
};

const held = (ttlInMs: number) => ({ owner: "check", ttlInMs });

async function take(store: TokenStore, key: string, ttlInMs = long): Promise<Lease> {
  const lease = await store.acquire(key, held(ttlInMs));
  if (lease) return lease;
  throw new Error("store check failed: a free lease is given");
}

/** By the store's own clock: on a busy machine a lease may expire during the check. */
async function mustBeHeld(store: TokenStore, key: string, until: number): Promise<Lease | undefined> {
  const lease = await store.acquire(key, held(long));
  must(lease === undefined || lease.now >= until, "others get no lease while it lasts");
  return lease;
}

function must(isSo: boolean, rule: string): void {
  if (!isSo) throw new Error(`store check failed: ${rule}`);
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function soon(waited: Promise<void>, limitInMs: number, when: string): Promise<void> {
  const began = performance.now();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`store check failed: wait ends ${when}`)), limitInMs);
  });
  await Promise.race([waited, late]).finally(() => clearTimeout(timer));
  must(performance.now() - began <= limitInMs, `wait ends ${when}`);
}

async function until<T>(look: () => Promise<T | undefined>, rule: string): Promise<T> {
  for (const began = performance.now(); performance.now() - began < 10_000; await pause(20)) {
    const found = await look();
    if (found !== undefined) return found;
  }
  throw new Error(`store check failed: ${rule}`);
}
