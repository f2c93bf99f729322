/** Where calls go: servers by name, their further hosts and variables, and the environment variables that credentials are read from. */
import type { Contract } from "../../codegen/contract/contract.ts";
import { type Json, type JsonObject, toList, toObject } from "../../codegen/util/json.ts";
import type { Report } from "../rules/change.ts";
import { compareLists, compareMaps } from "../util/compare-maps.ts";

export function compareServers(before: Contract, after: Contract, report: Report): void {
  const [oldDefault] = Object.keys(before.servers);
  const [newDefault] = Object.keys(after.servers);
  if (oldDefault !== newDefault && Object.hasOwn(after.servers, oldDefault ?? ""))
    report({
      area: "sign-in",
      subject: "servers",
      rule: "default-server-changed",
      before: oldDefault,
      after: newDefault,
    });
  const hosts = usedHosts(before);
  compareMaps(before.servers, after.servers, {
    added: (name) => report({ area: "sign-in", subject: `server ${name}`, rule: "server-added" }),
    removed: (name) => report({ area: "sign-in", subject: `server ${name}`, rule: "server-removed" }),
    both(name, older, newer) {
      const about = { area: "sign-in", subject: `server ${name}` } as const;
      if (older.url !== newer.url)
        report({ ...about, rule: "server-url-changed", before: older.url, after: newer.url });
      compareMaps(toObject(older.hosts), toObject(newer.hosts), {
        both(host, one, other) {
          if (one !== other && hosts.has(host))
            report({ ...about, at: `host ${host}`, rule: "host-changed", before: one, after: other });
        },
      });
      compareVariables(toObject(older.variables), toObject(newer.variables), about.subject, report);
      compareMaps(toObject(older.environment), toObject(newer.environment), {
        both(credential, one, other) {
          if (one !== other)
            report({ ...about, at: credential, rule: "environment-changed", before: one, after: other });
        },
      });
    },
  });
}

/** A host that only a token request uses is part of the token URL and reported with it. */
const usedHosts = ({ operations }: Contract): ReadonlySet<string> =>
  new Set(Object.values(operations).flatMap(({ host }) => (host === undefined ? [] : [host])));

function compareVariables(before: JsonObject, after: JsonObject, subject: string, report: Report): void {
  const about = (name: string) => ({ area: "sign-in", subject, at: `variable ${name}` }) as const;
  const isNeeded = (variable: Json | undefined) => toObject(variable).required === true;
  compareMaps(before, after, {
    added: (name, variable) =>
      report({ ...about(name), rule: isNeeded(variable) ? "required-variable-added" : "variable-added" }),
    removed: (name) => report({ ...about(name), rule: "variable-removed" }),
    both(name, one, other) {
      const [older, newer] = [toObject(one), toObject(other)];
      if (!isNeeded(older) && isNeeded(newer)) report({ ...about(name), rule: "variable-became-required" });
      else if (older.default !== newer.default && !isNeeded(newer))
        report({ ...about(name), rule: "variable-default-changed", before: older.default, after: newer.default });
      if (older.environment !== newer.environment && older.environment !== undefined)
        report({ ...about(name), rule: "environment-changed", before: older.environment, after: newer.environment });
      if (older.enum === undefined || newer.enum === undefined) return;
      compareLists(toList(older.enum).map(String), toList(newer.enum).map(String), {
        added: (value) => report({ ...about(name), rule: "variable-value-added", after: value }),
        removed: (value) => report({ ...about(name), rule: "variable-value-removed", before: value }),
      });
    },
  });
}
