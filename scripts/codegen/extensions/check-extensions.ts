/** Checks the `x-latchkey-*` extensions: each must be known, be at an allowed place, fit its schema and refer to existing parts. */
import type * as z from "zod";
import { allowedKeys } from "./allowed-keys.ts";
import { dereference } from "../openapi/dereference.ts";
import { didYouMean, suggest } from "../../shared/did-you-mean.ts";
import { pageUrl } from "../../shared/pages.ts";
import { refuseVariable, type VariableRule } from "../util/environment-variables.ts";
import {
  type ExtensionName,
  errors,
  extensions,
  idempotency,
  lifecycle,
  rateLimits,
  server,
  serverVariable,
} from "./definitions.ts";
import { isObject, type Json, type JsonObject, type Path, toList, toObject } from "../util/json.ts";
import { valueAt } from "../util/json-pointer.ts";
import { type Visit, walkDocument } from "../openapi/walk-document.ts";
import { findOperation } from "../openapi/operations.ts";
import type { Report } from "../load/diagnostics.ts";
import { tokenContentType } from "../openapi/media-type.ts";

const names = Object.keys(extensions);
const isExtensionName = (name: string): name is ExtensionName => Object.hasOwn(extensions, name);

/** @param rule the environment variables that the document may name. @default any, for documents that no client is generated from */
export function checkExtensions(document: Json, report: Report, rule?: VariableRule): void {
  const targets = collectTargets(document);
  for (const visit of walkDocument(document)) {
    for (const [name, value] of Object.entries(visit.value)) {
      if (!name.startsWith("x-latchkey") || value === undefined) continue;
      const path = [...visit.path, name];
      if (!isExtensionName(name)) {
        report(path, `${name} is not an extension of Latchkey`, suggest(name, names));
        continue;
      }
      const { on, schema } = extensions[name];
      if (on !== visit.kind) {
        report(path, `${name} is at ${article(visit.kind)}`, `move it to ${article(on)}`);
        continue;
      }
      const parsed = schema.safeParse(value);
      if (parsed.success) {
        checkTargets(name, visit, targets, report);
        if (rule !== undefined) checkVariables(name, visit, rule, report);
      } else for (const issue of parsed.error.issues) reportIssue(schema, value, issue, path, report);
    }
  }
}

const article = (kind: string): string => {
  if (kind === "other") return "an object of another kind";
  return kind === "document" ? "the document itself" : `${/^[aeio]/u.test(kind) ? "an" : "a"} ${kind}`;
};

function reportIssue(schema: z.ZodType, value: Json, issue: z.core.$ZodIssue, path: Path, report: Report): void {
  const inside = issue.path.map((part) => (typeof part === "symbol" ? String(part) : part));
  const place = [...path, ...inside];
  if (issue.code === "unrecognized_keys") {
    const allowed = allowedKeys(schema, issue.path);
    for (const key of issue.keys) {
      report([...place, key], `${JSON.stringify(key)} is not a key of ${String(place.at(-1))}`, suggest(key, allowed));
    }
  } else if (issue.code === "invalid_value" && valueAt(value, inside) !== undefined) {
    const allowed = issue.values.map(String);
    report(
      place,
      `the value must be one of ${allowed.map((one) => JSON.stringify(one)).join(", ")}`,
      "use one of them",
    );
  } else if (valueAt(value, inside) === undefined) {
    report(place.slice(0, -1), `${JSON.stringify(place.at(-1))} is missing`, "add it");
  } else report(place, lower(issue.message), `its shape: ${pageUrl("docs/extensions.md")}`);
}

const lower = (message: string): string => message.charAt(0).toLowerCase() + message.slice(1);

interface Targets {
  readonly document: JsonObject;
  readonly operations: readonly string[];
  readonly schemes: readonly string[];
  readonly servers: readonly string[];
}

function collectTargets(document: Json): Targets {
  const root = toObject(document);
  const operations: string[] = [];
  for (const { kind, value } of walkDocument(document)) {
    if (kind === "operation" && typeof value.operationId === "string") operations.push(value.operationId);
  }
  return {
    document: root,
    operations,
    schemes: Object.keys(toObject(toObject(root.components).securitySchemes)),
    servers: toList(root.servers).flatMap((entry) => {
      const parsed = server.safeParse(toObject(entry)["x-latchkey-server"]);
      return parsed.success ? [parsed.data.name] : [];
    }),
  };
}

/** Checks that the operations, schemes, servers and credentials that an extension names exist. */
function checkTargets(name: ExtensionName, { value, path }: Visit, targets: Targets, report: Report): void {
  const here = [...path, name];
  const held = value[name];
  const expect = (kind: string, wanted: string | undefined, known: readonly string[], place: Path) => {
    if (wanted === undefined || known.includes(wanted)) return;
    const near = didYouMean(wanted, known);
    const fix =
      near === undefined ? `add the ${kind}, or name one that exists` : `did you mean ${JSON.stringify(near)}?`;
    report([...here, ...place], `no ${kind} is called ${JSON.stringify(wanted)}`, fix);
  };
  if (name === "x-latchkey-lifecycle") {
    const rules = lifecycle.parse(held);
    const credentials = Object.keys(rules.credentials);
    const operations = [
      ...rules.obtain.map((token, index) => ({ token, at: ["obtain", index] })),
      ...(rules.refresh === undefined ? [] : [{ token: rules.refresh, at: ["refresh"] }]),
      ...(rules.revoke === undefined ? [] : [{ token: rules.revoke, at: ["revoke"] }]),
    ];
    for (const { token, at } of operations) {
      expect("operation", token.operation, targets.operations, [...at, "operation"]);
      checkTokenOperation(token, credentials, targets.document, [...here, ...at], report);
    }
    for (const { credential, at } of credentialReferences(held, [])) expect("credential", credential, credentials, at);
  } else if (name === "x-latchkey-idempotency") {
    expect("operation", idempotency.parse(held).lookup?.operation, targets.operations, ["lookup", "operation"]);
  } else if (name === "x-latchkey-errors") {
    for (const [index, { scheme }] of errors.parse(held).table.entries()) {
      expect("security scheme", scheme, targets.schemes, ["table", index, "scheme"]);
    }
  } else if (name === "x-latchkey-rate-limits") {
    for (const [index, limit] of rateLimits.parse(held).entries()) {
      for (const [position, id] of (limit.operations ?? []).entries()) {
        expect("operation", id, targets.operations, [index, "operations", position]);
      }
      if (targets.servers.length > 0) expect("server", limit.server, targets.servers, [index, "server"]);
    }
  } else if (name === "x-latchkey-server") checkServer(server.parse(held), path, here, targets, report);
}

type TokenOperation = z.output<typeof lifecycle>["obtain"][number];

function checkTokenOperation(
  token: TokenOperation,
  credentials: readonly string[],
  document: JsonObject,
  at: Path,
  report: Report,
): void {
  const found = findOperation(document, token.operation);
  if (found === undefined) return;
  const body = dereference(document, found.operation.requestBody);
  if (Object.keys(token.request).length > 0 && tokenContentType(body) === undefined) {
    const message = `the operation ${JSON.stringify(token.operation)} takes neither a form nor JSON`;
    report([...at, "request"], message, "give its requestBody application/x-www-form-urlencoded or application/json");
  }
  const named = token.basic !== undefined || ["clientId", "clientSecret"].every((name) => credentials.includes(name));
  if (token.clientAuthentication === "client_secret_basic" && !named) {
    const fix = "add basic: username and password, or declare the credentials clientId and clientSecret";
    report([...at, "clientAuthentication"], "the credentials for HTTP Basic are not defined", fix);
  }
}

function checkServer(held: z.output<typeof server>, path: Path, here: Path, targets: Targets, report: Report): void {
  const nested = path[0] !== "servers";
  if (!nested && held.host !== undefined) {
    report(
      [...here, "host"],
      "a server of the document is the main host",
      "set host only on a server of a path or an operation",
    );
  }
  if (nested && held.host === undefined) {
    report(here, "a server of a path or an operation needs a host", 'add host: a name such as "auth"');
  }
  if (nested && !targets.servers.includes(held.name)) {
    report(
      [...here, "name"],
      `no server of the document is called ${JSON.stringify(held.name)}`,
      suggest(held.name, targets.servers),
    );
  }
  if (
    !nested &&
    targets.servers.filter((one) => one === held.name).length > 1 &&
    targets.servers.indexOf(held.name) !== Number(path[1])
  ) {
    report([...here, "name"], `two servers are called ${JSON.stringify(held.name)}`, "rename one of the two name");
  }
}

/** The environment variables that the document names. */
function checkVariables(name: ExtensionName, { value, path }: Visit, rule: VariableRule, report: Report): void {
  const check = (variable: string | undefined, ...at: Path) => {
    const refused = variable === undefined ? undefined : refuseVariable(variable, rule);
    if (refused !== undefined) report([...path, name, "environment", ...at], refused.message, refused.fix);
  };
  if (name === "x-latchkey-variable") check(serverVariable.parse(value[name]).environment);
  if (name !== "x-latchkey-server") return;
  const named = Object.entries(server.parse(value[name]).environment ?? {});
  for (const [credential, variable] of named) check(variable, credential);
}

/** Every `$credentials.name` in an extension's strings. */
function credentialReferences(value: Json | undefined, at: Path): { credential: string; at: Path }[] {
  if (typeof value === "string") {
    const credential = /^\$credentials\.(.+)$/u.exec(value)?.[1];
    return credential === undefined ? [] : [{ credential, at }];
  }
  if (Array.isArray(value)) return value.flatMap((item, index) => credentialReferences(item, [...at, index]));
  if (isObject(value)) return objectReferences(value, at);
  return [];
}

const objectReferences = (value: JsonObject, at: Path) =>
  Object.entries(value).flatMap(([name, member]) => credentialReferences(member, [...at, name]));
