/** The rows of a batch: counted where possible, read as they are needed, and divided into requests. */
import { ConfigurationError } from "../errors/configuration-error.ts";
import type { Row } from "./row-outcome.ts";

export type Rows<Row> = Iterable<Row> | AsyncIterable<Row>;

/** Rows per request where neither the caller nor the document names a number. */
const defaultSize = 100;

/** @throws ConfigurationError for a size that is not a positive whole number, or is more than the vendor accepts */
export function resolveBatchSize(vendor: string, size: number | undefined, maxRows: number | undefined): number {
  checkCounts(vendor, { size });
  if (size !== undefined && maxRows !== undefined && size > maxRows)
    throw new ConfigurationError(vendor, `size is ${size}, but the vendor accepts at most ${maxRows} rows`);
  return size ?? maxRows ?? defaultSize;
}

export function checkCounts(vendor: string, counts: Readonly<Record<string, number | undefined>>): void {
  for (const [name, count] of Object.entries(counts)) {
    if (count !== undefined && !(Number.isInteger(count) && count > 0))
      throw new ConfigurationError(vendor, `${name} must be a whole number above 0`);
  }
}

export function countRows(rows: Rows<unknown>): number | undefined {
  if (Array.isArray(rows)) return rows.length;
  return rows instanceof Set || rows instanceof Map ? rows.size : undefined;
}

export async function* chunkRows(rows: Rows<unknown>, size: number): AsyncGenerator<Row[], undefined, undefined> {
  let part: Row[] = [];
  let index = 0;
  for await (const row of rows) {
    part.push({ index, row });
    index += 1;
    if (part.length < size) continue;
    yield part;
    part = [];
  }
  if (part.length > 0) yield part;
  return undefined;
}
