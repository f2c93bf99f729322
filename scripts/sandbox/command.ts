/** `latchkey sandbox`: serves the vendors under `specs/`, or any OpenAPI document, on loopback, with working credentials. */
import { once } from "node:events";
import { existsSync } from "node:fs";
import { DocumentError } from "../codegen/load/diagnostics.ts";
import type { Output } from "../shared/output.ts";
import { parseOptions } from "../shared/parse-options.ts";
import { untilStopped } from "../shared/until-stopped.ts";
import { UsageError } from "../shared/usage-error.ts";
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

/** Runs until it is stopped, and resolves with the exit code. */
export async function sandbox(args: readonly string[], { out, error }: Output): Promise<0 | 1 | 2> {
  let plan: ReturnType<typeof parsePlan>;
  try {
    plan = parsePlan(args);
  } catch (cause) {
    if (!(cause instanceof UsageError)) throw cause;
    error(cause.describe("sandbox"));
    return 2;
  }
  if (plan.help) {
    out(help);
    return 0;
  }
  const running: Sandbox[] = [];
  const stopping = untilStopped();
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
    if (!stopping.signal.aborted) await once(stopping.signal, "abort");
    return 0;
  } catch (cause) {
    error(toMessage(cause));
    return 1;
  } finally {
    stopping.forget();
    await Promise.all(running.map((one) => one.close()));
  }
}

function parsePlan(args: readonly string[]) {
  const { values, positionals } = parseOptions(args, {
    port: { type: "string", default: "0" },
    variant: { type: "string", multiple: true },
    "no-rate-limits": { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new UsageError(["--port takes a number from 0 to 65535"]);
  const known = sandboxVendors();
  for (const name of positionals) {
    if (known.includes(name) || existsSync(name)) continue;
    throw new UsageError([`"${name}" is neither a vendor (${known.join(", ")}) nor the path of a document`]);
  }
  const names = positionals.length > 0 ? positionals : known;
  if (names.length === 0 && !values.help)
    throw new UsageError(["there is no vendor here; name the path of a document"]);
  return { help: values.help, port, names, variants: values.variant ?? [], rateLimits: !values["no-rate-limits"] };
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

/** A document's mistakes have their place in front; whatever else fails is the command's to say. */
function toMessage(cause: unknown): string {
  if (cause instanceof DocumentError) return `${cause.message}\nsandbox: it was not started\n`;
  if (!(cause instanceof Error)) throw cause;
  const fix = "code" in cause && cause.code === "EADDRINUSE" ? "; choose another --port" : "";
  return `sandbox: ${cause.message.replace(/^sandbox: /u, "")}${fix}\n`;
}
