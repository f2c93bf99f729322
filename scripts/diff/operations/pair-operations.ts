/**
 * Pairs operations of two documents by method and path, ignoring the names of path parameters. Token operations are paired by their
 * purpose: a changed token URL is reported with the sign-in.
 */
import type { Contract, ContractOperation } from "../../codegen/contract/contract.ts";
import { type Json, toList, toObject } from "../../codegen/util/json.ts";
import type { Finding } from "../rules/change.ts";
import type { RuleName } from "../rules/rules.ts";

export interface OperationPair {
  /** The key in the newer document. */
  readonly key: string;
  readonly before: ContractOperation;
  readonly after: ContractOperation;
  /** Names of the path's parameters, older to newer. */
  readonly renamed: ReadonlyMap<string, string>;
}

/** Reports a change of one operation. */
export type Say = (rule: RuleName, at: string, values?: Pick<Finding, "before" | "after">) => void;

/** Compares the schemas of one place of an operation. */
export type ComparePart = (at: string, before: Json, after: Json, direction: "sent" | "received") => void;

export interface PairedOperations {
  readonly pairs: readonly OperationPair[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

export function pairOperations(before: Contract, after: Contract): PairedOperations {
  const newer = new Map(Object.entries(after.operations));
  const isKept = (key: string) => Object.hasOwn(before.operations, key);
  const renamable = new Map([...newer.keys()].flatMap((key) => (isKept(key) ? [] : [[shapeOf(key), key] as const])));
  const tokens = pairTokenOperations(before, after);
  const pairs: OperationPair[] = [];
  const removed: string[] = [];
  for (const [key, operation] of Object.entries(before.operations)) {
    const target = newer.has(key) ? key : (renamable.get(shapeOf(key)) ?? tokens.get(key));
    const other = target === undefined ? undefined : newer.get(target);
    if (target === undefined || other === undefined) removed.push(key);
    else pairs.push({ key: target, before: operation, after: other, renamed: renamedParameters(key, target) });
    if (target !== undefined) newer.delete(target);
  }
  return { pairs, added: [...newer.keys()], removed };
}

/** Keys of token operations with the same purpose for the same scheme, older to newer. */
function pairTokenOperations(before: Contract, after: Contract): Map<string, string> {
  const newer = tokenOperations(after);
  return new Map(
    [...tokenOperations(before)].flatMap(([role, key]) => {
      const target = newer.get(role);
      return target === undefined || Object.hasOwn(before.operations, target) ? [] : [[key, target] as const];
    }),
  );
}

function tokenOperations({ schemes }: Contract): Map<string, string> {
  const entries = Object.entries(schemes).flatMap(([scheme, { lifecycle }]) => {
    const { obtain, refresh, revoke } = toObject(lifecycle);
    const all = [...toList(obtain).map((one) => [toObject(one).grant, one]), ["refresh", refresh], ["revoke", revoke]];
    return all.flatMap(([role, one]): [string, string][] => {
      const { method, path } = toObject(one);
      return path === undefined ? [] : [[`${scheme} ${role}`, `${method} ${path}`]];
    });
  });
  return new Map(entries);
}

const template = /\{([^{}]*)\}/gu;

const shapeOf = (key: string): string => key.replace(template, "{}");

function renamedParameters(before: string, after: string): Map<string, string> {
  const names = (key: string) => [...key.matchAll(template)].map(([, name = ""]) => name);
  const newer = names(after);
  const pairs = names(before).map((name, index) => [name, newer[index] ?? name] as const);
  return new Map(pairs.filter(([older, name]) => older !== name));
}
