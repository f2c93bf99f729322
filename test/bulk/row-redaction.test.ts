import { expect, it } from "vitest";
import { readOutcomes } from "../../src/bulk/row-outcome.ts";
import { createRedactor } from "../../src/errors/redactor.ts";
import { createTestVendor } from "../support/test-vendor.ts";

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
        message: "no [redacted]",
        code: "E-[redacted]",
        fields: [{ path: "/[redacted]", message: "not [redacted]", code: "[redacted]" }],
      },
    },
  ]);
});
