/** Judges the requests of one document's operations: what a generated client sends against what swagger-client builds for the same values. */
import { prepareVendor } from "../../scripts/codegen/generate-vendor.ts";
import type { Vendor } from "../../src/vendor.ts";
import { createRandom, seedOf } from "../lib/random.ts";
import { type BodyVerdict, judgeBodies } from "./judge-bodies.ts";
import { type Call, type Captured, captureRequest } from "./capture-request.ts";
import { type ComparedRequest, compareRequests, type Difference } from "./compare-requests.ts";
import { exceptions, pathException, withoutFragment } from "./exceptions.ts";
import {
  isMapping,
  type OriginalDocument,
  type OriginalOperation,
  readOriginal,
  toSingleOperation,
  type Value,
} from "./original-document.ts";
import { type Amount, amounts, type Given, sampleParameters } from "./sample-parameters.ts";
import type { BuildRequest, OtherRequest } from "./swagger-client.ts";

export interface Verdict {
  readonly operation: string;
  readonly amount: Amount;
  /** Parameters that were compared, by place. */
  readonly compared: readonly string[];
  /** Ids of the exceptions that left parameters out. */
  readonly excepted: readonly string[];
  readonly differences: readonly Difference[];
}

export interface JudgeOptions {
  readonly seed: number;
  readonly buildRequest: BuildRequest;
  /** At most so many operations, chosen by the seed. */
  readonly operations?: number;
  /** Changes a request of ours on purpose. */
  readonly tamper?: (request: Captured) => Captured;
}

/** The address of every server, so that no document chooses a host that is not there. */
const base = "https://judge.example/base";

export interface DocumentVerdict {
  readonly requests: readonly Verdict[];
  readonly bodies: readonly BodyVerdict[];
}

export async function judgeDocument(path: string, options: JudgeOptions): Promise<DocumentVerdict> {
  const original = await readOriginal(path);
  const { model, document } = await prepareVendor({ document: path }, "judged");
  const vendor = withoutAuth(Object(model.value));
  const random = createRandom(seedOf(options.seed, JSON.stringify(original.root.info)));
  const chosen = random.shuffle(original.operations).slice(0, options.operations ?? Number.POSITIVE_INFINITY);
  const verdicts: Verdict[] = [];
  for (const operation of chosen) {
    for (const amount of amounts) {
      const given = sampleParameters(original, operation, amount, random);
      verdicts.push(await judge(original, vendor, operation, amount, given, options));
    }
  }
  const { operations = Number.POSITIVE_INFINITY, tamper = (request) => request } = options;
  const bodies = await judgeBodies(document, vendor, { random, operations, tamper });
  return { requests: verdicts, bodies };
}

async function judge(
  original: OriginalDocument,
  vendor: Vendor,
  operation: OriginalOperation,
  amount: Amount,
  all: readonly Given[],
  { buildRequest, tamper = (request) => request }: JudgeOptions,
): Promise<Verdict> {
  const name = `${operation.method} ${operation.path}`;
  const { given, excepted } = withoutExceptions(original, all);
  const isOdd = pathException.applies(operation.path);
  const call = toCall(operation, given);
  const compared = given.map(({ parameter }) => parameter.in);
  try {
    const ours = tamper(await captureRequest(vendor, call, clientOptions));
    if (isOdd)
      return { operation: name, amount, compared: [], excepted: [...excepted, pathException.id], differences: [] };
    const theirs = buildRequest(toTheirOptions(original, operation, given));
    const names = given.filter(({ parameter }) => parameter.in === "header").map((one) => one.parameter.name);
    const pair = [
      { method: ours.method, url: ours.url, headers: headersOf(Object.fromEntries(ours.headers), names) },
      { method: theirs.method, url: theirs.url, headers: headersOf(theirs.headers, names) },
    ] as const satisfies readonly ComparedRequest[];
    const differences = [...compareRequests(...pair), ...(original.isSwagger2 ? [] : compareAccept(ours, theirs))];
    return { operation: name, amount, compared, excepted, differences };
  } catch (error) {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { operation: name, amount, compared, excepted, differences: [{ part: "path", ours: text, theirs: "" }] };
  }
}

/** The documented types of successes are asked for; ours adds those of errors. Swagger 2.0 has one list for all responses. */
function compareAccept(ours: Captured, theirs: OtherRequest): Difference[] {
  const given = theirs.headers.accept;
  if (typeof given !== "string") return [];
  const asked = typesIn(ours.headers.get("accept") ?? "");
  const missing = typesIn(given).filter((type) => !asked.includes(type));
  return missing.length === 0 ? [] : [{ part: "accept", ours: asked.join(", "), theirs: given }];
}

const typesIn = (accept: string): string[] =>
  accept.split(",").map((type) =>
    type
      .replace(/;\s*(?:q|charset)=[^;]*/giu, "")
      .trim()
      .toLowerCase(),
  );

/** Leaves out values that an exception names. */
function withoutExceptions(original: OriginalDocument, all: readonly Given[]) {
  const excepted: string[] = [];
  const given = all.flatMap((one): Given[] => {
    const found = exceptions.find(({ applies }) => applies(one, { isSwagger2: original.isSwagger2, all }));
    if (found === undefined) return [one];
    excepted.push(found.id);
    return one.parameter.in === "path" ? [toPlain(one)] : [];
  });
  return { given, excepted };
}

/** A path needs a value: a plain text serves. */
function toPlain({ parameter }: Given): Given {
  const { content: _content, schema: _schema, type: _type, ...rest } = parameter.value;
  const schema = { type: "string" };
  return { parameter: { ...parameter, schema, value: { ...rest, schema } }, value: "plain" };
}

const places = ["path", "query", "header"] as const;

function toCall({ method, path }: OriginalOperation, given: readonly Given[]): Call {
  const params = places.map((place) => [
    place,
    Object.fromEntries(
      given.filter(({ parameter }) => parameter.in === place).map(({ parameter, value }) => [parameter.name, value]),
    ),
  ]);
  return { method, path, init: { params: Object.fromEntries(params) } };
}

function toTheirOptions(original: OriginalDocument, operation: OriginalOperation, given: readonly Given[]): object {
  const parameters: Record<string, unknown> = Object.create(null);
  for (const { parameter, value } of given) parameters[`${parameter.in}.${parameter.name}`] = withDigits(value);
  // Parameters that are left out must not be asked for again.
  const kept = {
    ...operation,
    path: withoutFragment(operation.path),
    parameters: given.map(({ parameter }) => parameter),
  };
  return { spec: toSingleOperation(original, kept), operationId: "judged", parameters, baseURL: base };
}

/** swagger-client knows no big integers. */
const withDigits = (value: Value): Value => {
  if (typeof value === "bigint") return String(value);
  if (Array.isArray(value)) return value.map(withDigits);
  return isMapping(value)
    ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withDigits(one)]))
    : value;
};

const headersOf = (headers: object, names: readonly string[]): Map<string, string> => {
  const all = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
  return new Map(
    names
      .map((name) => name.toLowerCase())
      .flatMap((name) => {
        const value = all.get(name);
        return value === undefined ? [] : [[name, value.trim()] as const];
      }),
  );
};

/** Signing in and servers are judged elsewhere. */
function withoutAuth(vendor: Vendor): Vendor {
  const operations = Object.entries(vendor.operations).map(([key, { security: _security, host: _host, ...rest }]) => [
    key,
    rest,
  ]);
  const servers = { judge: { url: base } };
  return { ...vendor, servers, schemes: {}, security: [], operations: Object.fromEntries(operations) };
}

const clientOptions = { credentials: {}, rateLimit: false } as const;
