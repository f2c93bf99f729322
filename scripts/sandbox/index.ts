/** Emulates a vendor's API on loopback from its OpenAPI document. */
export { type Sandbox, type SandboxOptions, startSandbox, type VendorSandbox } from "./start-sandbox.ts";
export type { RecordedRequest } from "./server.ts";
export {
  defaultSwitches,
  type Fault,
  type RateLimitFigure,
  type SandboxPhase,
  type Situation,
  type Switches,
} from "./spec/switches.ts";
export { sandboxVendors, startVendorSandbox } from "./vendor-sandbox.ts";
