/** How a list goes on behind an item: ordered by a key that no two items share, from the last one's on. */
import { SchemaError } from "../errors/schema-error.ts";
import { resolvePointer } from "../util/runtime-expression.ts";
import type { Keyset } from "../vendor.ts";
import { isCursorValue } from "./cursor.ts";
import type { LinkContext } from "./next-link.ts";
import type { Parameters } from "./page-parameters.ts";

export interface KeysetPager {
  /** The caller's own order and filter leave room for it. */
  readonly isPossible: boolean;
  /** @param after the last item's key; `null` before the first. */
  parameters(after: string | number | null): Readonly<Record<string, unknown>>;
  /** @throws SchemaError where the item has none */
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
      const problem = { path: key, message: "the item has no key to go on by" };
      throw new SchemaError(vendor, operation, "response", [problem], status);
    },
  };
}

const toText = (value: unknown): string | undefined => (value === undefined ? undefined : String(value));
