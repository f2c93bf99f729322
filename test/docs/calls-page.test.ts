import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { CallInit } from "../../src/index.ts";
import { defaultTimeoutInMs } from "../../src/client/call-options.ts";
import { failureRules } from "../../src/http/retry.ts";
import type { ConnectOptions } from "../../src/options.ts";

const page = readFileSync(new URL("../../docs/calls.md", import.meta.url), "utf8");

/** Options and their stars. */
const rows = (page.split("## Options\n")[1]?.split("\n## ")[0] ?? "")
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .map((line) => {
    const [first = ""] = line.slice(2).split(" | ");
    return { names: [...first.matchAll(/`(\w+)`/gu)].map(([, name = ""]) => name), isStarred: first.endsWith(" *") };
  });

/** Compiles only while it names every option of a call; `true` for those that are `connect`'s, too. */
const options = {
  headers: true,
  timeoutInMs: true,
  deadlineInMs: true,
  retries: true,
  maxBodyInBytes: true,
  idempotencyKey: false,
  allowCrossOriginRedirects: false,
  validate: true,
  signal: false,
  middleware: false,
  fetch: true,
  baseUrl: false,
  querySerializer: true,
  bodySerializer: false,
  pathSerializer: false,
  cache: false,
  credentials: false,
  duplex: false,
  integrity: false,
  keepalive: false,
  mode: false,
  priority: false,
  redirect: false,
  referrer: false,
  referrerPolicy: false,
} satisfies { [Name in Exclude<keyof Required<CallInit>, "parseAs">]: Shared<Name> };

/** A call's `credentials` are the platform's, and not those that a client signs in with. */
type Shared<Name> = Name extends Exclude<keyof ConnectOptions, "credentials"> ? true : false;

test("every option of a call is on the page, with a star where connect() takes it, too", () => {
  const listed = rows.flatMap(({ names, isStarred }) => names.map((name) => [name, isStarred]));
  expect(listed).toEqual([["params", false], ["body", false], ...Object.entries(options)]);
});

test("the worst case of a hung call is the one that the defaults add up to", () => {
  const { delaysInSeconds } = failureRules;
  const waitsInSeconds = delaysInSeconds.reduce((sum, delay) => sum + delay, 0);
  const worstInSeconds = (1 + delaysInSeconds.length) * (defaultTimeoutInMs / 1000) + waitsInSeconds;
  expect(page).toContain(`**The worst case of a hung call** is ${worstInSeconds} seconds`);
});
