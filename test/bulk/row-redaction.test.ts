import { afterEach, beforeEach, expect, it } from "vitest";
import { readOutcomes } from "../../src/bulk/row-outcome.ts";
import { createRedactor } from "../../src/errors/redactor.ts";
import { connect } from "../../src/index.ts";
import type { Vendor } from "../../src/vendor.ts";
import { type FakeVendor, type Reply, startFakeVendor } from "../support/fake-vendor.ts";
import { createTestVendor, type TestTypes, testCredentials } from "../support/test-vendor.ts";

let fake: FakeVendor;
beforeEach(async () => {
  fake = await startFakeVendor();
});
afterEach(() => fake.close());

it("a row's error holds no secret in its message, code, or the paths, codes and messages of its fields", () => {
  const redactor = createRedactor();
  redactor.addCredential("hunter22");
  const result = {
    ok: false,
    error: "no hunter22",
    code: "E-hunter22",
    fields: [{ path: "/hunter22", text: "not hunter22", code: "hunter22" }],
  };
  const rule = {
    rows: "/rows",
    results: {
      rows: "$response.body#/rows",
      success: "/ok",
      error: "/error",
      code: "/code",
      fields: { in: "/fields", path: "/path", message: "/text", code: "/code" },
    },
  };
  const context = {
    vendor: createTestVendor(),
    operation: "POST /things",
    rule,
    quote: (text: string) => redactor.redact(text),
  };
  const response = { data: { rows: [result] }, response: new Response() };
  expect(readOutcomes(context, [{ index: 0, row: {} }], response)).toMatchObject([
    {
      ok: false,
      error: {
        message: expect.stringContaining("no [redacted]"),
        code: "E-[redacted]",
        fields: [{ path: "/[redacted]", message: "not [redacted]", code: "[redacted]" }],
      },
    },
  ]);
});

interface Voucher {
  readonly pin: string;
}
interface VoucherTypes extends Omit<TestTypes, "batches"> {
  batches: { "POST /things": { row: Voucher; rest: never; result: unknown } };
}

/** The errors of two hundred rows, each of which has a pin that the document marks as never logged. */
async function errorsOfRows(reply: (sent: Voucher[]) => Reply): Promise<unknown[]> {
  const { "~types": _, ...acme } = createTestVendor();
  const fields = { in: "/problems", path: "/at", message: "/what" };
  const results = { rows: "$response.body#/list", success: "/ok", error: "/text", code: "/code", fields };
  const vendor: Vendor<VoucherTypes> = {
    ...acme,
    operations: { "POST /things": { sensitive: ["pin"], bulk: { rows: "/rows", results } } },
    errors: { envelopes: [{ code: "/code", message: "/text", fields }], table: [] },
  };
  fake.onApi = ({ body }) => reply(JSON.parse(body).rows);
  const client = connect(vendor, { credentials: testCredentials, server: { url: fake.url }, validate: "off" });
  const rows = Array.from({ length: 200 }, (_, index) => ({ pin: `pin-${index}-4711` }));
  const errors: unknown[] = [];
  for await (const outcome of client.batch("POST", "/things", { rows, size: 200 })) {
    if (!outcome.ok) errors.push(outcome.error);
  }
  return errors;
}

it("a row's error holds no value that the document marks as sensitive, of its own row, of another or of the result", async () => {
  const errors = await errorsOfRows((sent) => ({
    body: {
      list: sent.map(({ pin }, index) => {
        const other = sent.at(-1 - index)?.pin;
        return {
          ok: false,
          pin: `new-${index}`,
          text: `${pin} is ${other} or new-${index}`,
          code: pin,
          problems: [{ at: `/${pin}`, what: pin }],
        };
      }),
    },
  }));
  expect(errors).toHaveLength(200);
  expect(JSON.stringify(errors)).not.toMatch(/pin-|new-/u);
  expect(errors[7]).toMatchObject({ message: "[redacted] is [redacted] or [redacted]", code: "[redacted]" });
});

it("neither does the error of a request that is rejected as a whole", async () => {
  const errors = await errorsOfRows((sent) => ({
    status: 422,
    body: {
      code: "WRONG",
      text: `no ${sent[150]?.pin}`,
      problems: [{ at: "/rows/199/pin", what: `${sent[199]?.pin} is used` }],
    },
  }));
  expect(errors).toHaveLength(200);
  expect(JSON.stringify(errors)).not.toMatch(/pin-\d/u);
  expect(errors[199]).toMatchObject({
    message: expect.stringContaining("no [redacted]"),
    fields: [{ path: "/pin", message: "[redacted] is used" }],
  });
});
