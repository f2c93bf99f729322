import { expect, it } from "vitest";
import { reportRoundedIntegers } from "../../src/client/report-rounded-integers.ts";
import { createRedactor } from "../../src/errors/redactor.ts";
import { createTestVendor } from "../support/test-vendor.ts";

it("reports a thousand places at most, whatever names a vendor invents", () => {
  const events: object[] = [];
  const context = {
    vendor: createTestVendor(),
    redactor: createRedactor(),
    emit: (event: object) => events.push(event),
  };
  const reported = new Set<string>();
  for (let round = 0; round < 15; round += 1) {
    const members = Array.from({ length: 100 }, (_, index) => `"${round}-${index}":9007199254740993`);
    const report = { context, operation: "GET /things", response: new Response(), validate: "off", reported } as const;
    reportRoundedIntegers(`{${members.join()}}`, report);
  }
  expect(events).toHaveLength(1_000);
  expect(reported.size).toBe(1_000);
});
