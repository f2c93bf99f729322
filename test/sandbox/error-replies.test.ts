/** Whatever is refused, in whatever variant, is refused with a status and a body that the document declares for the operation. */
import { expect, it } from "vitest";
import { type Situation, sandboxVendors } from "../../scripts/sandbox/index.ts";
import { openVendor } from "./support/vendor-client.ts";

const everywhere: readonly Situation[] = ["rate-limited"];
const atSignIn: readonly Situation[] = [
  "credentials-refused",
  "parameter-missing",
  "unsupported-grant",
  "wrong-encoding",
];
const atResources: readonly Situation[] = ["token-missing", "token-refused", "token-expired", "permission-missing"];

it.each(sandboxVendors())(
  "refuses as documented: %s",
  async (vendor) => {
    await using client = await openVendor(vendor, { switches: { rateLimits: false } });
    const { document, sandbox } = client;
    const lifecycles = Object.values(document.schemes).flatMap(({ lifecycle }) => lifecycle ?? []);
    const signIns = lifecycles
      .flatMap(({ operations }) => operations.filter(({ phase }) => phase === "obtain"))
      .map(({ operation }) => operation.id);
    const others = lifecycles
      .flatMap(({ operations }) => operations.filter(({ phase }) => phase !== "obtain"))
      .map(({ operation }) => operation.id);
    const misfits: string[] = [];
    for (const variant of [[], ...Object.keys(sandbox.variants)]) {
      for (const operation of document.operations) {
        const own = signIns.includes(operation.id) ? atSignIn : others.includes(operation.id) ? [] : atResources;
        for (const as of [...everywhere, ...own]) {
          sandbox.set({ variant, faults: [{ as }] });
          const answer = await client.call(operation.id, { body: operation.body && "" });
          const declared =
            operation.responses[answer.status] !== undefined && answer.headers.get("x-sandbox-problem") === null;
          if (answer.status < 400 || !declared)
            misfits.push(`${variant} ${operation.id} ${as}: ${answer.status} ${answer.text}`);
        }
      }
    }
    expect(misfits).toEqual([]);
  },
  30_000,
);
