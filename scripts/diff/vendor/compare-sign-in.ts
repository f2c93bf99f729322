/** What connect() needs to sign in: security schemes with their credentials, token requests and responses, lifetimes and scopes. */
import type { Contract } from "../../codegen/contract/contract.ts";
import { type Json, type JsonObject, toList, toObject, toText } from "../../codegen/util/json.ts";
import type { Finding, Report } from "../rules/change.ts";
import { compareLists, compareMaps, memberOf } from "../util/compare-maps.ts";
import type { RuleName } from "../rules/rules.ts";
import { isSame } from "../util/equality.ts";

type Say = (rule: RuleName, at: string, values?: Pick<Finding, "before" | "after">) => void;

export function compareSchemes(before: Contract, after: Contract, report: Report): void {
  const sayOf =
    (name: string): Say =>
    (rule, at, values) => {
      report({ area: "sign-in", subject: `scheme ${name}`, at, rule, ...values });
    };
  compareMaps(before.schemes, after.schemes, {
    added: (name) => sayOf(name)("scheme-added", ""),
    removed: (name) => sayOf(name)("scheme-removed", ""),
    both(name, older, newer) {
      const say = sayOf(name);
      compareMembers(older, newer, schemeMembers, "", say);
      compareCredentials(toMap(older.credentials), toMap(newer.credentials), say);
      const lives = [older.lifecycle, newer.lifecycle] as const;
      if (lives[0] !== undefined && lives[1] !== undefined)
        compareLifecycles(toObject(lives[0]), toObject(lives[1]), { before, after }, say);
      else if (lives[0] !== lives[1]) {
        // From a key to a token, or the other way round.
        if (lives[0] === undefined) for (const one of operations(lives[1])) say("grant-added", grantOf(one));
        else for (const one of operations(lives[0])) say("grant-removed", grantOf(one));
      }
      compareLists(memberOf(before.scopes, name) ?? [], memberOf(after.scopes, name) ?? [], {
        added: (scope) => say("scope-added", scope),
        removed: (scope) => say("scope-removed", scope),
      });
    },
  });
}

type Members = Readonly<Record<string, RuleName>>;

const schemeMembers: Members = {
  send: "sending-changed",
  value: "static-value-changed",
  actor: "second-party-changed",
};

function compareMembers(older: JsonObject, newer: JsonObject, members: Members, at: string, say: Say): void {
  for (const [name, rule] of Object.entries(members)) {
    if (isSame(older[name], newer[name])) continue;
    say(rule, at || name, { before: older[name], after: newer[name] });
  }
}

const credentialMembers: Members = {
  default: "credential-default-changed",
  pattern: "credential-pattern-changed",
  secret: "credential-secrecy-changed",
};

function compareCredentials(before: Record<string, JsonObject>, after: Record<string, JsonObject>, say: Say): void {
  const isNeeded = (field: JsonObject) => field.optional !== true && field.default === undefined;
  compareMaps(before, after, {
    added: (name, field) => say(isNeeded(field) ? "required-credential-added" : "credential-added", name),
    removed: (name) => say("credential-removed", name),
    both(name, older, newer) {
      if (!isNeeded(older) && isNeeded(newer)) say("credential-became-required", name);
      else if (isNeeded(older) && !isNeeded(newer)) say("credential-became-optional", name);
      compareMembers(older, newer, credentialMembers, name, say);
    },
  });
}

interface Contracts {
  readonly before: Contract;
  readonly after: Contract;
}

function compareLifecycles(older: JsonObject, newer: JsonObject, contracts: Contracts, say: Say): void {
  compareMaps(byGrant(older), byGrant(newer), {
    added: (grant) => say("grant-added", grant),
    removed: (grant) => say("grant-removed", grant),
    both: (grant, one, other) => compareTokenRequests(one, other, grant, contracts, say),
  });
  for (const [name, added, removed] of [
    ["refresh", "refresh-added", "refresh-removed"],
    ["revoke", "revocation-added", "revocation-removed"],
  ] as const) {
    const [one, other] = [older[name], newer[name]];
    if (one !== undefined && other !== undefined)
      compareTokenRequests(toObject(one), toObject(other), name, contracts, say);
    else if (other !== undefined) say(added, "");
    else if (one !== undefined) say(removed, "");
  }
  if (!isSame(older.response, newer.response))
    say("token-response-changed", "", { before: older.response, after: newer.response });
  compareLists(tokenTypes(older), tokenTypes(newer), {
    added: (type) => say("token-type-added", type),
    removed: (type) => say("token-type-removed", type),
  });
  for (const name of ["lifetimeInSeconds", "refreshLifetimeInSeconds"]) compareLifetimes(older, newer, name, say);
  compareMembers(older, newer, { bufferInSeconds: "buffer-changed" }, "", say);
  if (older.rotates !== newer.rotates) {
    if (newer.rotates === true) say("rotation-begun", "");
    else if (older.rotates === true) say("rotation-ended", "");
  }
}

function compareLifetimes(older: JsonObject, newer: JsonObject, name: string, say: Say): void {
  const [before, after] = [older[name], newer[name]];
  if (before === after) return;
  const isShorter = typeof before === "number" && typeof after === "number" && after < before;
  const rule =
    before === undefined
      ? "lifetime-stated"
      : after === undefined
        ? "lifetime-unstated"
        : isShorter
          ? "lifetime-shortened"
          : "lifetime-lengthened";
  say(rule, name, { before, after });
}

/** Members of a token request that one rule stands for. */
const requestMembers = ["contentType", "basic", "request", "headers", "discovery", "security", "revokes"];

function compareTokenRequests(older: JsonObject, newer: JsonObject, at: string, contracts: Contracts, say: Say): void {
  const urls = [tokenUrl(contracts.before, older), tokenUrl(contracts.after, newer)] as const;
  if (urls[0] !== urls[1]) say("token-url-changed", at, { before: urls[0], after: urls[1] });
  const [before, after] = [older.clientAuthentication, newer.clientAuthentication];
  if (before !== after) say("client-authentication-changed", at, { before, after });
  for (const name of requestMembers) {
    // How a client puts itself into HTTP Basic goes with how it authenticates.
    if (isSame(older[name], newer[name]) || (name === "basic" && before !== after)) continue;
    say("token-request-changed", `${at} ${name}`, { before: older[name], after: newer[name] });
  }
}

/** On the main host the path alone: the server's URL is compared by itself. */
function tokenUrl(contract: Contract, { method, path, host }: JsonObject): string {
  const name = toText(host);
  const [server] = Object.values(contract.servers);
  const origin = name === undefined ? "" : (toText(toObject(server?.hosts)[name]) ?? name);
  return `${method} ${origin}${path}`;
}

const operations = (lifecycle: Json | undefined): JsonObject[] => toList(toObject(lifecycle).obtain).map(toObject);
const grantOf = ({ grant }: JsonObject): string => toText(grant) ?? "";

/** Ways to sign in by grant; several of one grant are numbered in their order. */
function byGrant(lifecycle: JsonObject): Record<string, JsonObject> {
  const named = new Map<string, JsonObject>();
  for (const one of operations(lifecycle)) {
    const grant = grantOf(one);
    let name = grant;
    for (let count = 2; named.has(name); count++) name = `${grant} ${count}`;
    named.set(name, one);
  }
  return Object.fromEntries(named);
}

const tokenTypes = (lifecycle: JsonObject): string[] =>
  (lifecycle.tokenTypes === undefined ? ["Bearer"] : toList(lifecycle.tokenTypes)).map((type) =>
    String(type).toLowerCase(),
  );

const toMap = (value: Json | undefined): Record<string, JsonObject> =>
  Object.fromEntries(Object.entries(toObject(value)).map(([name, member]) => [name, toObject(member)]));
