import { describe, expect, it } from "vitest";
import { parseHttpDate, retryAfterInMs } from "../../src/util/retry-after.ts";

const now = Date.UTC(2030, 0, 1, 12, 0, 0);
const asked = (retryAfter: string, date?: string) =>
  retryAfterInMs(new Headers({ "retry-after": retryAfter, ...(date === undefined ? {} : { date }) }), now);

describe("Retry-After", () => {
  it.each([
    ["120", 120_000],
    ["0", 0],
    ["1.25", 1_250],
    ["  7 ", 7_000],
    ["7200", 7_200_000],
    ["999999999999999999999", 100 * 365 * 86_400_000],
  ])("of %j seconds is %i milliseconds, a hundred years at most", (value, expected) => {
    expect(asked(value)).toBe(expected);
  });

  it.each(["", " ", "-5", "5s", "NaN", "1e3", ".5", "5.", "soon", "2030-01-01T12:05:00Z", "Mon nonsense"])(
    "of %j says nothing",
    (value) => {
      expect(asked(value)).toBeUndefined();
    },
  );

  it("that is not there says nothing", () => {
    expect(retryAfterInMs(new Headers(), now)).toBeUndefined();
  });

  it("as a date is counted from the answer's own Date", () => {
    expect(asked("Tue, 01 Jan 2030 15:00:30 GMT", "Tue, 01 Jan 2030 15:00:00 GMT")).toBe(30_000);
  });

  it("as a date is counted from this clock where the answer has no Date, or none that can be read", () => {
    expect(asked("Tue, 01 Jan 2030 12:00:10 GMT")).toBe(10_000);
    expect(asked("Tue, 01 Jan 2030 12:00:10 GMT", "yesterday")).toBe(10_000);
  });

  it("as a date in the past is now, and one far ahead is what it says", () => {
    expect(asked("Tue, 01 Jan 2030 11:00:00 GMT")).toBe(0);
    expect(asked("Wed, 01 Jan 2031 12:00:00 GMT")).toBe(365 * 86_400_000);
  });
});

describe("an HTTP date", () => {
  it("is read in the current form and in RFC 850's", () => {
    expect(parseHttpDate("Tue, 01 Jan 2030 12:00:00 GMT")).toBe(now);
    expect(parseHttpDate("Tuesday, 01-Jan-30 12:00:00 GMT")).toBe(now);
    expect(parseHttpDate("Tue Jan 1 12:00:00 2030 GMT")).toBe(now);
  });

  it.each([null, undefined, "", "1893499200", "2030-01-01", "x Tue, 01 Jan 2030 12:00:00 GMT", "Tue, 99 Foo 2030"])(
    "is not %j",
    (value) => {
      expect(parseHttpDate(value)).toBeUndefined();
    },
  );
});
