/**
 * Checks the options of a client and of a call, for programs without types: unknown names and values of the wrong kind are errors at once.
 * Each option has a kind; a kind has a test and a text. Only values of options that take no secret are quoted, and only if they are short.
 */
import { ConfigurationError } from "../errors/configuration-error.ts";
import { toSingleLine } from "../errors/latchkey-error.ts";
import type { ConnectOptions } from "../options.ts";
import { copyOwn } from "../util/own-properties.ts";
import { nearestName } from "../util/nearest.ts";
import type { CallInit } from "./call-types.ts";

type Kind = readonly [accepts: (value: unknown) => boolean, text: string];
type Kinds = Readonly<Record<string, Kind>>;

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;
const hasMethods =
  (...names: readonly string[]) =>
  (value: unknown) =>
    isObject(value) && names.every((name) => typeof Reflect.get(value, name) === "function");
const isAbove0 = (value: unknown) => typeof value === "number" && value > 0;
const isFunction = (value: unknown) => typeof value === "function";

const anything: Kind = [() => true, ""];
const milliseconds: Kind = [isAbove0, "a number of milliseconds above 0"];
const bytes: Kind = [isAbove0, "a number of bytes above 0"];
const retries: Kind = [
  (value) =>
    value === false ||
    (typeof value === "number" && value >= 0 && (Number.isInteger(value) || value === Number.POSITIVE_INFINITY)),
  "a whole number from 0, or false",
];
const aFunction: Kind = [isFunction, "a function"];
const anObject: Kind = [isObject, "an object"];
const flag: Kind = [(value) => typeof value === "boolean", "true or false"];
const text: Kind = [(value) => typeof value === "string", "a string"];
const serializer: Kind = [(value) => isFunction(value) || isObject(value), "a function or an object"];
const validate: Kind = [
  (value) => value === "off" || value === "warn" || value === "strict" || isObject(value),
  '"off", "warn" or "strict"',
];

/** The kinds whose wrong values are quoted. A string or a number in any other place may be a secret. */
const quotedKinds: ReadonlySet<Kind> = new Set([milliseconds, bytes, retries, flag, validate]);

const limit = ({ requests, perSeconds }: { readonly requests?: unknown; readonly perSeconds?: unknown }) =>
  isAbove0(requests) && isAbove0(perSeconds);

const connectKinds = {
  credentials: orNull([(value) => isObject(value) || isFunction(value), "an object or a function"]),
  server: [
    (value) => typeof value === "string" || isObject(value),
    "a server's name, or an object with name, variables or url",
  ],
  allowInsecureHosts: [Array.isArray, "a list of hosts"],
  fetch: aFunction,
  headers: anObject,
  querySerializer: serializer,
  store: [
    hasMethods("read", "acquire", "commit", "release", "wait"),
    "a token store, with read, acquire, commit, release and wait",
  ],
  onEvent: aFunction,
  onHttp: aFunction,
  tokenTimeoutInMs: milliseconds,
  timeoutInMs: milliseconds,
  deadlineInMs: milliseconds,
  retries,
  maxBodyInBytes: bytes,
  rateLimit: [
    (value) =>
      typeof value === "boolean" ||
      (Array.isArray(value) && value.every((one: unknown) => isObject(one) && limit(one))),
    "true, false, or a list of limits, each with requests and perSeconds above 0",
  ],
  validate,
  clock: [hasMethods("now", "monotonic", "after"), "a clock, with now, monotonic and after"],
} satisfies Record<keyof ConnectOptions, Kind>;

/** Without a prototype, since it is looked up by whatever name a caller gives. */
const callKinds: Kinds = copyOwn({
  params: anObject,
  body: anything,
  headers: orNull(anObject),
  timeoutInMs: milliseconds,
  deadlineInMs: milliseconds,
  retries,
  idempotencyKey: text,
  maxBodyInBytes: bytes,
  allowCrossOriginRedirects: flag,
  validate,
  signal: orNull([(value) => isObject(value) && "aborted" in value, "an AbortSignal"]),
  middleware: [Array.isArray, "a list of middleware"],
  parseAs: text,
  baseUrl: text,
  fetch: aFunction,
  querySerializer: serializer,
  bodySerializer: aFunction,
  pathSerializer: aFunction,
  // The platform checks its own.
  cache: anything,
  credentials: anything,
  duplex: anything,
  integrity: anything,
  keepalive: anything,
  mode: anything,
  priority: anything,
  redirect: anything,
  referrer: anything,
  referrerPolicy: anything,
  // Of Node, Next.js and Cloudflare.
  dispatcher: anything,
  next: anything,
  cf: anything,
} satisfies Kinds & Record<keyof CallInit, Kind>);

const serverKinds: Kinds = { name: text, variables: anObject, url: text, hosts: anObject };

/** @throws ConfigurationError for the first option of a client that cannot work */
export function checkConnectOptions(vendor: string, options: unknown): void {
  if (!isObject(options)) throw new ConfigurationError(vendor, `the options are ${describe(options)}; give an object`);
  check(vendor, options, connectKinds, "");
  const { server }: { readonly server?: unknown } = copyOwn(options);
  if (isObject(server)) check(vendor, server, serverKinds, "server.");
}

/** @throws ConfigurationError for the first option of a call that cannot work. Costs a call one look-up an option. */
export function checkCallOptions(vendor: string, operation: string, init: object): void {
  for (const name in init) {
    const value: unknown = Reflect.get(init, name);
    if (value === undefined || callKinds[name]?.[0](value)) continue;
    check(vendor, { [name]: value }, callKinds, "", `${operation}: `);
  }
}

/** Names the path parameter that a call does not give; `undefined` where all are given. */
export function missingParameter(
  vendor: string,
  operation: string,
  expressions: readonly string[],
  values: Readonly<Record<string, unknown>> = {},
): ConfigurationError | undefined {
  const names = expressions.map((expression) => expression.replace(/^[.;]|\*$/gu, ""));
  const missing = names.find((name) => (values[name] ?? undefined) === undefined);
  if (missing === undefined) return undefined;
  const given = nearestName(
    missing,
    Object.keys(values).filter((name) => !names.includes(name)),
  );
  const fix = given === undefined ? "give it" : `you gave params.path.${given}`;
  return new ConfigurationError(vendor, `${operation}: params.path.${missing} is missing; ${fix}. Nothing was sent`);
}

function check(vendor: string, options: object, kinds: Kinds, prefix: string, subject = ""): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (!kind) {
      const names = Object.keys(kinds);
      const nearest = nearestName(name, names);
      const fix =
        nearest === undefined
          ? `it takes ${names.map((one) => prefix + one).join(", ")}`
          : `did you mean ${prefix}${nearest}?`;
      throw new ConfigurationError(vendor, `${subject}${prefix}${toSingleLine(name, 50)} is not an option; ${fix}`);
    }
    const [accepts, wanted] = kind;
    if (accepts(value)) continue;
    const what = quotedKinds.has(kind) ? quote(value) : describe(value);
    throw new ConfigurationError(vendor, `${subject}${prefix}${name} is ${what}; give ${wanted}`);
  }
}

const maxQuotedLength = 20;

function quote(value: unknown): string {
  if (typeof value === "string" && value.length <= maxQuotedLength) return toSingleLine(JSON.stringify(value));
  return typeof value === "number" ? String(value) : describe(value);
}

/** Describes a value without quoting it. */
function describe(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (isObject(value)) return "an object";
  return value === undefined || value === null || typeof value === "boolean" ? String(value) : `a ${typeof value}`;
}

/** `null` is the same as no value. */
function orNull([accepts, wanted]: Kind): Kind {
  return [(value) => value === null || accepts(value), wanted];
}
