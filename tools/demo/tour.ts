/** Shows one vendor: its example, and the handling of its tokens when something fails. The tour is the same for every vendor. */

import type { Client } from "../../src/client/client.ts";
import { connect } from "../../src/connect.ts";
import { isAuthError } from "../../src/errors/auth-error.ts";
import type { LatchkeyEvent } from "../../src/events/events.ts";
import type { ConnectOptions } from "../../src/options.ts";
import { createMemoryStore } from "../../src/store/memory.ts";
import type { Vendor, VendorTypes } from "../../src/vendor.ts";
import { type Sandbox, startVendorSandbox } from "../../scripts/sandbox/index.ts";
import type { Report } from "./report.ts";
import { createShiftedClock, type ShiftedClock } from "./shifted-clock.ts";

export interface Tour<T extends VendorTypes> {
  readonly vendor: Vendor<T>;
  /** The vendor's example program. */
  readonly run: (api: Client<T>, say: (line: string) => void, accounts: Sandbox["accounts"]) => Promise<void>;
  /** Any call that needs a token. */
  readonly call: (api: Client<T>) => Promise<{ readonly status: number }>;
}

export async function takeTour<T extends VendorTypes>(tour: Tour<T>, report: Report): Promise<void> {
  const clock = createShiftedClock();
  // Rate limits are shown once, separately; the many calls below run without them.
  const sandbox = await startVendorSandbox(tour.vendor.name, { now: clock.now, switches: { rateLimits: false } });
  report.heading(`${tour.vendor.title}  ${sandbox.server.url}`);
  const events: LatchkeyEvent[] = [];
  const api = connect(tour.vendor, optionsFor<T>(sandbox, clock, events));
  try {
    await tour.run(api, report.say, sandbox.accounts);
    report.check("its example ran to the end", true);
    const scene = { tour, api, sandbox, clock, events, report };
    await liveThroughExpiry(scene);
    await liveThroughRevocation(scene);
    if (rotates(tour.vendor)) await rotateManyTimes(scene);
    await liveThroughThrottling(scene);
    await beRefused(scene);
  } catch (error) {
    report.check(`the tour was to go on, and ended with ${String(error)}`, false);
  } finally {
    await api.close();
    await sandbox.close();
  }
}

interface Scene<T extends VendorTypes> {
  readonly tour: Tour<T>;
  readonly api: Client<T>;
  readonly sandbox: Sandbox;
  readonly clock: ShiftedClock;
  readonly events: LatchkeyEvent[];
  readonly report: Report;
}

const crowd = 50;

async function liveThroughExpiry<T extends VendorTypes>({
  tour,
  api,
  sandbox,
  clock,
  report,
}: Scene<T>): Promise<void> {
  const left = (api.auth.status()[0]?.expiresAt ?? clock.now()) - clock.now();
  clock.passInMs(left + 1_000);
  const before = tokenRequests(sandbox);
  const succeeded = await callAtOnce(tour, api, crowd);
  const asked = tokenRequests(sandbox) - before;
  report.check(
    `the token expired; ${crowd} calls at once, one token request`,
    succeeded === crowd && asked === 1,
    `${succeeded} succeeded, ${asked} asked for`,
  );
}

async function liveThroughRevocation<T extends VendorTypes>({
  tour,
  api,
  sandbox,
  events,
  report,
}: Scene<T>): Promise<void> {
  sandbox.revokeAccessTokens();
  const before = tokenRequests(sandbox);
  events.length = 0;
  const succeeded = await callAtOnce(tour, api, crowd);
  const asked = tokenRequests(sandbox) - before;
  const replays = events.filter(({ type }) => type === "replay").length;
  report.check(
    `the token was revoked; ${crowd} calls got a 401, one token request, each call sent again once`,
    succeeded === crowd && asked === 1,
    `${succeeded} succeeded, ${replays} sent again`,
  );
}

async function rotateManyTimes<T extends VendorTypes>({ tour, api, sandbox, clock, report }: Scene<T>): Promise<void> {
  const rotations = 5;
  const before = sandbox.requests.filter(({ phase }) => phase === "refresh").length;
  let succeeded = 0;
  for (let rotation = 0; rotation < rotations; rotation += 1) {
    clock.passInMs((api.auth.status()[0]?.expiresAt ?? clock.now()) - clock.now() + 1_000);
    succeeded += await callAtOnce(tour, api, crowd);
  }
  const refreshed = sandbox.requests.filter(({ phase }) => phase === "refresh").length - before;
  const holds = succeeded === rotations * crowd && refreshed === rotations && sandbox.reuses === 0;
  report.check(
    `${rotations} expiries with a refresh token that may be used once; none used twice`,
    holds,
    `${refreshed} refreshes, ${sandbox.reuses} reuses`,
  );
  sandbox.revokeRefreshTokens();
  sandbox.revokeAccessTokens();
  const after = await callAtOnce(tour, api, 1);
  report.check("the refresh token was revoked; signed in again", after === 1);
}

async function liveThroughThrottling<T extends VendorTypes>({
  tour,
  api,
  sandbox,
  events,
  report,
}: Scene<T>): Promise<void> {
  events.length = 0;
  sandbox.set({ faults: [{ phase: "resource", as: "rate-limited", times: 2, headers: { "retry-after": "1" } }] });
  const succeeded = await callAtOnce(tour, api, 1);
  const waits = events.flatMap((event) =>
    event.type === "throttle" ? [`${Math.ceil(event.waitInMs / 100) / 10} s`] : [],
  );
  report.check(
    "two 429s in a row; waited as asked, then through",
    succeeded === 1 && waits.length === 2,
    waits.join(", "),
  );
}

async function beRefused<T extends VendorTypes>({ tour, sandbox, clock, report }: Scene<T>): Promise<void> {
  const wrong = Object.fromEntries(
    Object.entries(sandbox.credentials).map(([name, value]) => [
      name,
      isSecret(tour.vendor, name) ? "not-the-secret" : value,
    ]),
  );
  const api = connect(tour.vendor, { ...optionsFor<T>(sandbox, clock, []), credentials: wrong });
  const before = tokenRequests(sandbox);
  const errors: unknown[] = [];
  for (let count = 0; count < crowd; count += 1) await tour.call(api).catch((error: unknown) => errors.push(error));
  const [error] = errors;
  // Each call has its own error; the failure that they share is its cause.
  const causes = new Set(errors.map((one) => (isAuthError(one) ? one.cause : one)));
  const asked = tokenRequests(sandbox) - before;
  report.check(
    `wrong credentials; ${crowd} calls, one token request, one cause`,
    asked === 1 && causes.size === 1 && isAuthError(error),
  );
  if (error instanceof Error) report.say(error.message);
  await api.close();
}

async function callAtOnce<T extends VendorTypes>(tour: Tour<T>, api: Client<T>, count: number): Promise<number> {
  const results = await Promise.all(Array.from({ length: count }, () => tour.call(api)));
  return results.filter(({ status }) => status === 200).length;
}

const tokenRequests = ({ requests }: Sandbox): number =>
  requests.filter(({ phase }) => phase === "obtain" || phase === "refresh").length;

const rotates = (vendor: Vendor): boolean => Object.values(vendor.schemes).some(({ lifecycle }) => lifecycle?.rotates);

const isSecret = (vendor: Vendor, name: string): boolean =>
  Object.values(vendor.schemes).some(({ credentials }) => credentials[name]?.secret);

function optionsFor<T extends VendorTypes>(
  sandbox: Sandbox,
  clock: ShiftedClock,
  events: LatchkeyEvent[],
): ConnectOptions<T> {
  return {
    server: sandbox.server as ConnectOptions<T>["server"],
    credentials: sandbox.credentials,
    clock,
    store: createMemoryStore({ clock }),
    onEvent: (event) => events.push(event),
    rateLimit: false,
  };
}
