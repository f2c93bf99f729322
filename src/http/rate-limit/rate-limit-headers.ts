/**
 * Reads the rate limits that a response names. A vendor may have several buckets, and name one or more of them in a response.
 *
 * | headers | the bucket's name |
 * | --- | --- |
 * | `RateLimit: "search";r=9;t=30` (draft-ietf-httpapi-ratelimit-headers, from -08 on) | the policy's name, and its partition key |
 * | `RateLimit: limit=100, remaining=9, reset=30` (until -07) | the limit |
 * | `RateLimit-Remaining`, `RateLimit-Reset`, also with `X-` or as `X-Rate-Limit-…` | `X-RateLimit-Resource` or `-Bucket`, else the limit |
 * | `X-RateLimit-Remaining-Tokens`, `X-RateLimit-Reset-Tokens` | what follows `Remaining-` |
 */
import { maxRetryAfterInMs, parseHttpDate } from "../../util/retry-after.ts";

export interface Quota {
  /** The bucket; `undefined` where nothing in the response tells it from others. */
  readonly name: string | undefined;
  /** Requests left until the reset. */
  readonly remaining: number;
  readonly resetInMs: number;
}

/** More buckets than this are not read from one response. */
const maxQuotas = 16;
const maxHeaderLength = 1_024;
const remainingHeader = /^(?:x-)?rate-?limit-remaining(?:-(.+))?$/u;

/** True where the response has one of the headers. */
export function namesQuota(headers: Headers): boolean {
  if (headers.has("ratelimit")) return true;
  for (const name of headers.keys()) if (remainingHeader.test(name)) return true;
  return false;
}

/** A quota whose reset is further away than the longest wait is left out: nobody would wait for it. */
export function readQuotas(headers: Headers, now: number): readonly Quota[] {
  const structured = readStructured(headers);
  const quotas = structured.length > 0 ? structured : readFamilies(headers, now);
  return quotas.filter(({ resetInMs }) => resetInMs <= maxRetryAfterInMs).slice(0, maxQuotas);
}

function readStructured(headers: Headers): readonly Quota[] {
  const value = (headers.get("ratelimit") ?? "").slice(0, maxHeaderLength);
  const [, limit] = /\blimit=(\d+)/u.exec(value) ?? [];
  const [, left] = /\bremaining=(\d+)/u.exec(value) ?? [];
  const [, reset] = /\breset=(\d+)/u.exec(value) ?? [];
  if (left !== undefined) return toQuota(limit === undefined ? undefined : `limit ${limit}`, left, inMs(reset));
  const lengths = new Map(
    readItems(headers.get("ratelimit-policy") ?? "").map(({ name, parameters }) => [name, parameters.get("w")]),
  );
  return readItems(value).flatMap(({ name, parameters }) => {
    const partition = parameters.get("pk");
    const bucket = partition === undefined ? name : `${name};pk=${partition}`;
    return toQuota(bucket, parameters.get("r"), inMs(parameters.get("t") ?? lengths.get(name)));
  });
}

const inMs = (seconds: string | undefined): number | undefined =>
  seconds === undefined || !/^\d+$/u.test(seconds) ? undefined : Number(seconds) * 1000;

interface StructuredItem {
  readonly name: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** One item of a list of structured fields (RFC 9651 §3.1): a string or a token, and its parameters. */
const structuredItem =
  /(?:^|,)\s*(?:"((?:[^"\\]|\\.)*)"|([\w!#$%&'*+.^`|~:/-]+))((?:\s*;\s*[\w*.-]+(?:=(?:"(?:[^"\\]|\\.)*"|[^;,"]*))?)*)/gu;

function readItems(value: string): readonly StructuredItem[] {
  return [...value.slice(0, maxHeaderLength).matchAll(structuredItem)].map(([, quoted, bare = "", rest = ""]) => ({
    name: quoted ?? bare,
    parameters: new Map(
      [...rest.matchAll(/;\s*([\w*.-]+)=("(?:[^"\\]|\\.)*"|[^;,"]*)/gu)].map(([, key = "", text = ""]) => [
        key,
        text.trim(),
      ]),
    ),
  }));
}

function readFamilies(headers: Headers, now: number): readonly Quota[] {
  const found: Quota[] = [];
  for (const [header, value] of headers) {
    const match = remainingHeader.exec(header);
    if (!match || found.length >= maxQuotas) continue;
    const of = (part: string) => headers.get(header.replace("remaining", part));
    const reset = of("reset");
    const name = match[1] ?? nameOf(headers, of("limit"));
    found.push(...toQuota(name, value, reset === null ? undefined : resetInMs(reset, headers, now)));
  }
  return found;
}

/** Without a name of their own, buckets are told apart by their limit. */
function nameOf(headers: Headers, limit: string | null): string | undefined {
  const name = headers.get("x-ratelimit-resource") ?? headers.get("x-ratelimit-bucket");
  return name ?? (limit === null ? undefined : `limit ${limit}`);
}

function toQuota(
  name: string | undefined,
  remaining: string | undefined,
  resetInMs: number | undefined,
): readonly Quota[] {
  const count = Number(remaining);
  if (!remaining?.trim() || !Number.isFinite(count) || count < 0) return [];
  if (resetInMs === undefined || !(resetInMs > 0)) return [];
  return [{ name: name?.slice(0, 128), remaining: count, resetInMs }];
}

/** A number by its magnitude: seconds from now, epoch seconds, or epoch milliseconds. Or a duration such as `6m0s` or `120ms`. */
function resetInMs(value: string, headers: Headers, now: number): number | undefined {
  const number = Number(value);
  if (!Number.isFinite(number)) return durationInMs(value);
  if (number < 1e9) return number * 1000;
  return (number < 1e12 ? number * 1000 : number) - (parseHttpDate(headers.get("date")) ?? now);
}

const unitsInMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function durationInMs(value: string): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|[smhd])){1,5}$/u.test(value)) return undefined;
  const parts = value.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/gu);
  return [...parts].reduce((sum, [, count, unit = "s"]) => sum + Number(count) * (unitsInMs[unit] ?? 0), 0);
}
