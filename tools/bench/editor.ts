/**
 * `npm run bench:editor`: what a keystroke costs in an editor, on GitHub's document (1,223 operations), for our two call forms, openapi-fetch
 * and hey-api: interleaved in one run, by TypeScript 5.9 and 7.0. Exits 1 where a goal is missed.
 */
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { githubDocument } from "../lib/github-document.ts";
import { type Call, instantiationsOf } from "./editor/instantiations.ts";
import { type Generation, type LanguageServer, startLanguageServer } from "./editor/language-server.ts";
import { type ClientName, type Position, positions } from "./editor/positions.ts";
import { type Project, prepareProjects, removeProjects } from "./editor/projects.ts";

const help = `Usage: npm run bench:editor -- [options]

CPU of an editor's language service for a keystroke and for its start, on GitHub's document.

Options:
  --rounds <n>   keystrokes at each position; default 30
  --cold <n>     starts of each client; default 7
  --only <v>     5.9 or 7.0
  --keep         leave the projects where they are
  -h, --help     this text
`;

const { values } = parseArgs({
  options: {
    help: { type: "boolean", short: "h", default: false },
    rounds: { type: "string", default: "30" },
    cold: { type: "string", default: "7" },
    only: { type: "string" },
    keep: { type: "boolean", default: false },
  },
});
if (values.help) {
  process.stdout.write(help);
  process.exit();
}
const clients: readonly ClientName[] = ["latchkey, path first", "latchkey, client.GET", "openapi-fetch", "hey-api"];
const [pathFirst, byMethod, plain, peer] = [
  "latchkey, path first",
  "latchkey, client.GET",
  "openapi-fetch",
  "hey-api",
] as const;

interface Samples {
  readonly milliseconds: number[];
  offered: number;
  /** Rounds in which the wanted name was on offer. */
  found: number;
}
interface Goal {
  readonly goal: string;
  readonly ratio: number;
  readonly most: number;
}
const goals: Goal[] = [];

async function benchKeystrokes(generation: Generation, projects: Record<ClientName, Project>): Promise<void> {
  const servers = new Map<string, LanguageServer>();
  for (const client of clients) {
    const project = projects[client];
    if (servers.has(project.folder)) continue;
    const server = startLanguageServer(generation, project.folder);
    servers.set(project.folder, server);
    await server.open("main.ts", `${project.head}export {};\n`);
  }
  const serverOf = (client: ClientName): LanguageServer => {
    const server = servers.get(projects[client].folder);
    if (!server) throw new Error(`no server for ${client}`);
    return server;
  };
  console.log(`\nTypeScript ${generation}: a keystroke`);
  for (const position of positions) {
    // A server that has just started is compiled while it serves: that is the cold start's to measure.
    const warmUp = position === positions[0] ? 12 : 2;
    const samples = new Map<ClientName, Samples>(
      clients.map((client) => [client, { milliseconds: [], offered: 0, found: 0 }]),
    );
    for (let round = -warmUp; round < Number(values.rounds); round++) {
      for (const client of rotate(clients, round)) {
        const server = serverOf(client);
        const before = server.cpuInMs();
        const names = await server.complete("main.ts", ...textsOf(projects[client], position, client, Math.abs(round)));
        await pause(25);
        const spent = server.cpuInMs() - before;
        const taken = samples.get(client);
        if (round < 0 || !taken) continue;
        taken.milliseconds.push(spent);
        taken.offered = Math.max(taken.offered, names.length);
        if (names.some((name) => wantedBy(client, position) === unquote(name))) taken.found++;
      }
    }
    report(position.name, samples);
    const ofPeer = middle(samples.get(peer));
    const ofPlain = middle(samples.get(plain));
    goals.push(
      {
        goal: `${generation}, ${position.name}: path first / hey-api`,
        ratio: middle(samples.get(pathFirst)) / ofPeer,
        most: 1,
      },
      {
        goal: `${generation}, ${position.name}: client.GET / openapi-fetch`,
        ratio: middle(samples.get(byMethod)) / ofPlain,
        most: position === positions[0] ? 0.1 : 0.3,
      },
    );
    for (const ours of [pathFirst, byMethod])
      goals.push({
        goal: `${generation}, ${position.name}: ${ours}, keystrokes without the wanted name`,
        ratio: 1 - (samples.get(ours)?.found ?? 0) / Number(values.rounds),
        most: 0,
      });
  }
  for (const server of servers.values()) await server.close();
}

async function benchColdStart(generation: Generation, projects: Record<ClientName, Project>): Promise<void> {
  const position = positions.find(({ name }) => name === "data.");
  if (!position) return;
  const samples = new Map<ClientName, Samples>(
    clients.map((client) => [client, { milliseconds: [], offered: 0, found: 0 }]),
  );
  for (let round = 0; round < Number(values.cold); round++) {
    for (const client of rotate(clients, round)) {
      const project = projects[client];
      const server = startLanguageServer(generation, project.folder);
      await server.open("main.ts", `${project.head}export {};\n`);
      const names = await server.complete("main.ts", ...textsOf(project, position, client, 0));
      await pause(25);
      const taken = samples.get(client);
      taken?.milliseconds.push(server.cpuInMs());
      if (taken) taken.offered = names.length;
      await server.close();
    }
  }
  console.log(`\nTypeScript ${generation}: cold start, from the server's start to the first completion`);
  report("data.", samples);
  for (const ours of [pathFirst, byMethod])
    goals.push({
      goal: `${generation}, cold start: ${ours} / hey-api`,
      ratio: middle(samples.get(ours)) / middle(samples.get(peer)),
      most: 1,
    });
}

async function benchCompiler(projects: Record<ClientName, Project>): Promise<void> {
  const calls = await fiftyCalls();
  const counts = new Map(clients.map((client) => [client, instantiationsOf(client, projects[client], calls)]));
  console.log(`\nTypeScript 5.9: instantiations of ${calls.length} calls`);
  for (const [client, count] of counts) console.log(`  ${client.padEnd(22)} ${String(count).padStart(9)}`);
  for (const ours of [pathFirst, byMethod])
    goals.push({
      goal: `instantiations of ${calls.length} calls: ${ours} / openapi-fetch`,
      ratio: (counts.get(ours) ?? 0) / (counts.get(plain) ?? 0),
      most: 1 / 6,
    });
}

/** The document's first fifty GET operations that need no more than texts in their paths. */
async function fiftyCalls(): Promise<Call[]> {
  const document = JSON.parse(await readFile(await githubDocument(), "utf8"));
  const resolve = (one: { $ref?: string }) =>
    one.$ref ? document.components.parameters[one.$ref.split("/").at(-1) ?? ""] : one;
  const found: Call[] = [];
  for (const [path, item] of Object.entries<Record<string, { operationId: string; parameters?: { $ref?: string }[] }>>(
    document.paths,
  )) {
    const parameters = (item.get?.parameters ?? []).map(resolve).filter((one) => one.required || one.in === "path");
    const isPlain = parameters.every(
      (one) => one.in === "path" && one.schema.type === "string" && one.schema.enum === undefined,
    );
    if (item.get && isPlain)
      found.push({ path, operationId: item.get.operationId, parameters: parameters.map((one) => one.name) });
  }
  return found.slice(0, 50);
}

function textsOf(
  project: Project,
  position: Position,
  client: ClientName,
  round: number,
): [before: string, after: string] {
  const [before = "", after = ""] = position.code[client].split("▮");
  const keys = client === "hey-api" && position === positions[0] ? "reposGe" : position.keys;
  return [`${project.head}${before}${keys.slice(0, round % (keys.length + 1))}`, `${after}\nexport {};\n`];
}

const wantedBy = (client: ClientName, position: Position): string =>
  client === "hey-api" && position === positions[0] ? "reposGet" : position.wanted;

const unquote = (name: string): string => name.replace(/^["']|["'?]$/gu, "");

const rotate = <T>(list: readonly T[], by: number): T[] => {
  const at = Math.abs(by) % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
};

function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

const middle = (samples: Samples | undefined): number => quantile(samples?.milliseconds ?? [], 0.5);

function report(title: string, samples: ReadonlyMap<ClientName, Samples>): void {
  console.log(`  ${title}`);
  for (const [client, { milliseconds, offered }] of samples) {
    const [low, median, high] = [0.25, 0.5, 0.75].map((share) => quantile(milliseconds, share).toFixed(1));
    const ratio = (middle(samples.get(client)) / middle(samples.get(peer))).toFixed(2);
    console.log(
      `    ${client.padEnd(22)} ${String(median).padStart(8)} [${low}–${high}]  ${offered} offered, ${ratio} × hey-api`,
    );
  }
}

const folder = await mkdtemp(join(tmpdir(), "latchkey-editor-"));
try {
  const projects = await prepareProjects(folder);
  console.log(`GitHub's document; median CPU per keystroke in ms [quartiles], names offered. Projects in ${folder}`);
  for (const generation of ["5.9", "7.0"] as const) {
    if (values.only !== undefined && values.only !== generation) continue;
    await benchKeystrokes(generation, projects);
    await benchColdStart(generation, projects);
  }
  if (values.only !== "7.0") await benchCompiler(projects);
} finally {
  if (!values.keep) await removeProjects(folder);
}
console.log("\nGoals");
for (const { goal, ratio, most } of goals)
  console.log(`${ratio <= most ? "  met   " : "  missed"} ${goal}: ${ratio.toFixed(3)} (at most ${most.toFixed(3)})`);
process.exitCode = goals.every(({ ratio, most }) => ratio <= most) ? 0 : 1;
