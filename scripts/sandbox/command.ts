/** `latchkey sandbox`: serves vendors, or any OpenAPI document, on loopback, with working credentials. */
import { once } from "node:events";
import { DocumentError } from "../codegen/load/diagnostics.ts";
import { toCamelCase } from "../codegen/util/identifiers.ts";
import { propertyKey, stringLiteral } from "../codegen/util/ts-literal.ts";
import type { Output } from "../shared/output.ts";
import { untilStopped } from "../shared/until-stopped.ts";
import { UsageError } from "../shared/usage-error.ts";
import { type Sandbox, startSandbox } from "./index.ts";
import { planSandboxes, type SandboxPlan } from "./plan.ts";

const help = `Usage: latchkey sandbox [vendor or document…] [options]

Serves each vendor, or any OpenAPI 3 or Swagger 2.0 document (a path or a URL), on 127.0.0.1, and prints its URL, working credentials,
and the call of connect() that uses them. Pages on localhost may call it, too (CORS).
Without a name: the vendors of latchkey.config.*, with their overlays and filters; without that file, the vendors of this package.
A sandbox.yaml beside a document adds what the document cannot say.

Options:
  --port <number>     of the first; the others take the next ones; default: any free ports
  --variant <name>    a named variant of the vendor's answers; may be repeated
  --no-rate-limits    do not enforce the documented rate limits
  --config <file>     the configuration, where it is not latchkey.config.* in this folder
  -h, --help          this text

With a document:
  --name <name>       the vendor's name; default: the document's file name, or its host (one document only)
  --overlay <file>    an OpenAPI Overlay to apply; default: overlay.yaml beside a document called openapi.* (one document only)
  --remote            follow references to other servers
  --header 'Name: value'
                      sent to the server that the document is on, and to no other; may be repeated (one document only)

Ends on Ctrl-C. Exit codes: 0 ended, 1 could not start, 2 wrong usage or configuration.
`;

/** Runs until it is stopped, and resolves with the exit code. */
export async function sandbox(args: readonly string[], { out, error }: Output): Promise<0 | 1 | 2> {
  let plan: SandboxPlan;
  try {
    plan = await planSandboxes(args);
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
    for (const { options } of plan.served) {
      const one = await startSandbox({ ...options, port, switches: plan.switches });
      running.push(one);
      if (port !== 0) port += 1 + Object.keys(one.server.hosts ?? {}).length;
    }
    for (const [index, one] of running.entries()) out(describe(one, plan.served[index]?.name ?? one.vendor));
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

function describe(sandbox: Sandbox, name: string): string {
  const { vendor, server, accounts, variants, credentials } = sandbox;
  const rows: [string, string][] = [["url", server.url]];
  for (const [host, url] of Object.entries(server.hosts ?? {})) rows.push([`${host} host`, url]);
  for (const [account, values] of Object.entries(accounts)) {
    const fields = Object.entries(values).map(([field, value]) => `${field} ${value}`);
    rows.push([account, fields.join(", ") || "no credentials"]);
  }
  if (Object.keys(variants).length > 0) rows.push(["variants", Object.keys(variants).join(", ")]);
  const width = Math.max(...rows.map(([name]) => name.length));
  const hasCredentials = Object.keys(credentials).length > 0;
  const call = `connect(${toCamelCase(name)}, ${inline({ server, ...(hasCredentials ? { credentials } : {}) })})`;
  return `${vendor}\n${rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}\n`).join("")}\n  ${call}\n\n`;
}

/** Strings by name as a literal on one line. */
const inline = (value: object): string =>
  `{ ${Object.entries(value)
    .map(([name, one]) => `${propertyKey(name)}: ${typeof one === "string" ? stringLiteral(one) : inline(one)}`)
    .join(", ")} }`;

/** A document's mistakes have their place in front; whatever else fails is the command's to say. */
function toMessage(cause: unknown): string {
  if (cause instanceof DocumentError) return `${cause.message}\nsandbox: no sandbox was started\n`;
  if (!(cause instanceof Error)) throw cause;
  const fix = "code" in cause && cause.code === "EADDRINUSE" ? "; choose another --port" : "";
  return `sandbox: ${cause.message.replace(/^sandbox: /u, "")}${fix}\n`;
}
