/** Continues a list after an item: ordered by a unique key, from the last item's key on. */
import { SchemaError } from "../errors/schema-error.ts";
import { resolvePointer } from "../util/runtime-expression.ts";
import type { Keyset } from "../vendor.ts";
import { isCursorValue } from "./cursor.ts";
import type { LinkContext } from "./next-link.ts";
import type { Parameters } from "./page-parameters.ts";

export interface KeysetPager {
  /** True where the caller's own order and filter do not conflict with the key's. */
  readonly isPossible: boolean;
  /** The parameters of the request for the next page. @param after the last item's key; `null` before the first item */
  parameters(after: string | number | null): Readonly<Record<string, unknown>>;
  /** @throws SchemaError for an item without a key */
  keyOf(item: unknown, status: number): string | number;
}

export function createKeysetPager(keyset: Keyset, given: Parameters, { vendor, operation }: LinkContext): KeysetPager {
  const { key, parameter, value = "{key}", separator, with: others = {} } = keyset;
  const own = toText(given.read(parameter));
  return {
    isPossible:
      Object.entries(others).every(([name, wanted]) => [undefined, wanted].includes(toText(given.read(name)))) &&
      (separator !== undefined || own === undefined),
    parameters(after) {
      if (after === null) return others;
      const condition = value.replace("{key}", () => String(after));
      const isJoined = separator !== undefined && own !== undefined;
      return { ...others, [parameter]: isJoined ? own + separator + condition : condition };
    },
    keyOf(item, status) {
      const found = resolvePointer(item, key);
      if (isCursorValue(found)) return found;
      const problem = { path: key, message: "the item has no key to continue from" };
      throw new SchemaError(vendor, operation, "response", [problem], status);
    },
  };
}

const toText = (value: unknown): string | undefined => (value === undefined ? undefined : String(value));
