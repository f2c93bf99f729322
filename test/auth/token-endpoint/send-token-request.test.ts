import { describe, expect, it } from "vitest";
import { AuthError } from "../../../src/index.ts";
import { sendTokenRequest, type EndpointOptions } from "../../../src/auth/token-endpoint/send-token-request.ts";
import { createManualClock, type ManualClock } from "../../support/manual-clock.ts";

const request = { url: "https://a.example/token", method: "POST", headers: new Headers(), body: "a=1" };
const call = (send: EndpointOptions["send"], clock: ManualClock = createManualClock()) =>
  sendTokenRequest(request, { send, clock, deadlineInMs: 1_000 });
const failing = (code: string) =>
  call(async () => {
    throw new TypeError("fetch failed", { cause: Object.assign(new Error(), { code }) });
  });

describe("a token endpoint", () => {
  it("responds with a status, a body and the round trip time", async () => {
    const clock = createManualClock();
    const answer = await call(async () => {
      clock.advance(300);
      return Response.json({ a: 1 }, { status: 201, headers: { "x-a": "1" } });
    }, clock);
    expect(answer).toMatchObject({
      answered: true,
      status: 201,
      body: { a: 1 },
      isJson: true,
      receivedAt: clock.now(),
      roundTripInMs: 300,
    });
    expect(clock.timers).toBe(0);
  });

  it("may respond with text, nothing, or JSON that is not an object", async () => {
    expect(await call(async () => new Response("no"))).toMatchObject({ body: "no", isJson: false });
    expect(await call(async () => new Response(""))).toMatchObject({ body: undefined, isJson: false });
    expect(await call(async () => new Response("null"))).toMatchObject({ body: null, isJson: true });
  });

  it.each([300, 302, 307, 399])("that redirects with %i is not followed, and its body is cancelled", async (status) => {
    let isCancelled = false;
    const body = new ReadableStream({
      cancel() {
        isCancelled = true;
      },
    });
    const answer = await call(async () => new Response(body, { status, headers: { location: "https://b.example" } }));
    expect(answer).toEqual({ answered: false, reason: "redirect", notSent: false, code: undefined });
    expect(isCancelled).toBe(true);
  });

  it("in a browser redirects with an opaque response", async () => {
    const opaque = Object.defineProperty(new Response(null), "type", { value: "opaqueredirect" });
    expect(await call(async () => opaque)).toMatchObject({ answered: false, reason: "redirect" });
  });

  it("responds with 256 KiB at most", async () => {
    const most = "x".repeat(256 * 1024);
    expect(await call(async () => new Response(most))).toMatchObject({ answered: true, body: most });
    expect(await call(async () => new Response(`${most}x`))).toEqual({
      answered: false,
      reason: "too_large",
      notSent: false,
      code: undefined,
    });
  });

  it("that does not respond is given up at the deadline, even with a fetch that ignores its signal", async () => {
    const clock = createManualClock();
    let signal: AbortSignal | undefined;
    const answer = call((_, given) => {
      signal = given;
      return new Promise(() => {});
    }, clock);
    clock.advance(999);
    expect(signal?.aborted).toBe(false);
    clock.advance(1);
    expect(await answer).toMatchObject({ answered: false, reason: "timed_out", notSent: false });
    expect(signal?.aborted).toBe(true);
  });

  it("whose body does not arrive is given up at the deadline", async () => {
    const clock = createManualClock();
    const answer = call(async () => new Response(new ReadableStream()), clock);
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(1_000);
    expect(await answer).toMatchObject({ answered: false, reason: "timed_out" });
  });

  it.each([
    "ECONNREFUSED",
    "ENOTFOUND",
    "EAI_AGAIN",
    "EHOSTUNREACH",
    "ENETUNREACH",
    "UND_ERR_CONNECT_TIMEOUT",
    "CERT_HAS_EXPIRED",
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "SELF_SIGNED_CERT_IN_CHAIN",
  ])("that was not reached (%s) was certainly sent nothing", async (code) => {
    expect(await failing(code)).toEqual({ answered: false, reason: "network", notSent: true, code });
  });

  it.each(["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"])(
    "whose connection was lost (%s) may have processed the request",
    async (code) => {
      expect(await failing(code)).toEqual({ answered: false, reason: "network", notSent: false, code });
    },
  );

  it("whose connection was lost may have processed the request, whatever the code says of other calls", async () => {
    const failed = (syscall: string) => Object.assign(new Error("no"), { code: "EHOSTUNREACH", syscall });
    expect(await call(async () => Promise.reject(failed("connect")))).toMatchObject({ notSent: true });
    expect(await call(async () => Promise.reject(failed("read")))).toMatchObject({ notSent: false });
  });

  it("that failed for an unknown reason may have processed the request", async () => {
    expect(await call(async () => Promise.reject(new Error("no")))).toMatchObject({ notSent: false, code: undefined });
  });

  it("is not blamed where the request's own token could not be obtained", async () => {
    const error = new AuthError("acme", "no", { outcome: "configuration", kind: "invalid_credentials" });
    await expect(call(() => Promise.reject(error))).rejects.toBe(error);
  });
});
