/** Injected faults, used in order. */
import type { Fault, SandboxPhase } from "../spec/switches.ts";

export interface FaultQueue {
  /** The fault for this request, if one fits; counts it. */
  take(phase: SandboxPhase, operation: string | undefined): Fault | undefined;
}

export function createFaultQueue(faults: readonly Fault[]): FaultQueue {
  const left = faults.map((fault) => ({ fault, before: fault.after ?? 0, times: fault.times ?? 1 }));
  return {
    take(phase, operation) {
      for (const entry of left) {
        const { fault } = entry;
        if (entry.times <= 0) continue;
        if (fault.phase !== undefined && fault.phase !== phase) continue;
        if (fault.operation !== undefined && fault.operation !== operation) continue;
        if (entry.before > 0) {
          entry.before -= 1;
          continue;
        }
        entry.times -= 1;
        return fault;
      }
      return undefined;
    },
  };
}

/** Whether the request is processed normally and the fault changes only the response. */
export const isProcessed = (fault: Fault | undefined): boolean =>
  fault === undefined ||
  (fault.as === undefined &&
    fault.status === undefined &&
    fault.body === undefined &&
    (fault.broken === undefined || fault.broken === "truncated"));

const html =
  "<!doctype html><html><head><title>Sign in to the network</title></head><body><h1>Sign in</h1></body></html>";

/** Replaces the normal body `text` with the fault's. */
export function breakBody(
  fault: Fault,
  text: string,
): { readonly text: string; readonly contentType: string | undefined } {
  switch (fault.broken) {
    case "empty":
      return { text: "", contentType: undefined };
    case "html":
      return { text: html, contentType: "text/html; charset=utf-8" };
    case "malformed":
      return { text: '{"access_token": "', contentType: "application/json" };
    case "truncated":
      return { text: text.slice(0, Math.floor(text.length / 2)), contentType: undefined };
    case "oversized":
      return {
        text: JSON.stringify({ filler: "x".repeat(fault.sizeInBytes ?? 8 * 1024 * 1024) }),
        contentType: "application/json",
      };
    default:
      return { text, contentType: undefined };
  }
}
