/** `latchkey sandbox`: serves the vendors under `specs/`, or any OpenAPI document, on loopback, with working credentials. */
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { DocumentError } from "../codegen/load/diagnostics.ts";
import type { Output } from "../shared/output.ts";
import { type Sandbox, sandboxVendors, startSandbox, startVendorSandbox } from "./index.ts";

const help = `Usage: latchkey sandbox [vendor or document…] [options]
       npm run sandbox -- [vendor or document…] [options]

Serves each vendor, or any OpenAPI 3 document, on 127.0.0.1, and prints its URL and working credentials.
Without a name: every vendor of this package. A sandbox.yaml beside a document adds what the document cannot say.

Options:
  --port <number>     of the first; the others take the next ones; default: any free ports
  --variant <name>    a named variant of the vendor's answers; may be repeated
  --no-rate-limits    do not enforce the documented rate limits
  -h, --help          this text

Ends on Ctrl-C. Exit codes: 0 ended, 1 could not start, 2 wrong usage.
`;

/** Runs until SIGINT or SIGTERM, and resolves with the exit code. */
export async function sandbox(args: readonly string[], { out, error }: Output): Promise<0 | 1 | 2> {
  let plan: ReturnType<typeof parsePlan>;
  try {
    plan = parsePlan(args);
  } catch (cause) {
    error(`sandbox: ${cause instanceof Error ? cause.message : String(cause)}\nTry --help.\n`);
    return 2;
  }
  if (plan.help) {
    out(help);
    return 0;
  }
  const running: Sandbox[] = [];
  const stopped = untilStopped();
  try {
    let { port } = plan;
    for (const name of plan.names) {
      const options = { port, switches: { rateLimits: plan.rateLimits, variant: plan.variants } };
      const isDocument = !sandboxVendors().includes(name);
      const one = await (isDocument ? startSandbox({ ...options, document: name }) : startVendorSandbox(name, options));
      running.push(one);
      if (port !== 0) port += 1 + Object.keys(one.server.hosts ?? {}).length;
    }
    for (const one of running) out(describe(one));
    out(`${running.length} ${running.length === 1 ? "sandbox is" : "sandboxes are"} running; Ctrl-C ends them.\n`);
    await stopped.signal;
    return 0;
  } catch (cause) {
    error(`${toMessage(cause)}\n`);
    return 1;
  } finally {
    stopped.forget();
    await Promise.all(running.map((one) => one.close()));
  }
}

function parsePlan(args: readonly string[]) {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      port: { type: "string", default: "0" },
      variant: { type: "string", multiple: true, default: [] },
      "no-rate-limits": { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error("--port takes a number from 0 to 65535");
  const known = sandboxVendors();
  for (const name of positionals) {
    if (known.includes(name) || existsSync(name)) continue;
    throw new Error(`"${name}" is neither a vendor (${known.join(", ")}) nor the path of a document`);
  }
  const names = positionals.length > 0 ? positionals : known;
  if (names.length === 0 && !values.help) throw new Error("there is no vendor here; name the path of a document");
  return { help: values.help, port, names, variants: values.variant, rateLimits: !values["no-rate-limits"] };
}

function describe(sandbox: Sandbox): string {
  const { vendor, server, accounts, variants } = sandbox;
  const rows: [string, string][] = [["url", server.url]];
  for (const [host, url] of Object.entries(server.hosts ?? {})) rows.push([`${host} host`, url]);
  for (const [name, credentials] of Object.entries(accounts)) {
    const fields = Object.entries(credentials).map(([field, value]) => `${field} ${value}`);
    rows.push([name, fields.join(", ") || "no credentials"]);
  }
  if (Object.keys(variants).length > 0) rows.push(["variants", Object.keys(variants).join(", ")]);
  const width = Math.max(...rows.map(([name]) => name.length));
  return `${vendor}\n${rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}\n`).join("")}\n`;
}

function untilStopped() {
  let stop = () => {};
  const signal = new Promise<void>((resolve) => {
    stop = resolve;
  });
  process.on("SIGINT", stop).on("SIGTERM", stop);
  return { signal, forget: () => process.off("SIGINT", stop).off("SIGTERM", stop) };
}

function toMessage(cause: unknown): string {
  if (cause instanceof Error && "code" in cause && cause.code === "EADDRINUSE") {
    return `sandbox: ${cause.message}; choose another --port`;
  }
  return cause instanceof DocumentError || !(cause instanceof Error) ? String(cause) : `sandbox: ${cause.message}`;
}
