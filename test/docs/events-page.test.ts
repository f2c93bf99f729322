import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { LatchkeyEvent } from "../../src/index.ts";

const page = readFileSync(new URL("../../docs/events.md", import.meta.url), "utf8");

/** Compiles only while it names every event. */
const types = {
  refresh: true,
  refresh_token_expiring: true,
  adoption: true,
  invalidation: true,
  replay: true,
  throttle: true,
  retry: true,
  rate_limit: true,
  revocation: true,
  store: true,
  progress: true,
  mismatch: true,
} satisfies Record<LatchkeyEvent["type"], true>;

test("every event is on the page of events", () => {
  const rows = page.split("\n").flatMap((line) => /^\| `(\w+)` \| (?!when)/u.exec(line)?.[1] ?? []);
  expect(rows).toEqual(Object.keys(types));
});
