/**
 * The language services that editors run, driven as editors drive them: tsserver (TypeScript 5.9) and `tsc --lsp` (7.0). A keystroke is a
 * change of the file and a request for completions; its cost is the CPU of every thread of the server until it is idle again.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

export type Generation = "5.9" | "7.0";

export interface LanguageServer {
  open(file: string, text: string): Promise<void>;
  /** Names on offer at the end of `text`; the whole file becomes `text` and `rest`. */
  complete(file: string, text: string, rest: string): Promise<string[]>;
  cpuInMs(): number;
  close(): Promise<void>;
}

const require = createRequire(import.meta.url);

export const startLanguageServer = (generation: Generation, folder: string): LanguageServer =>
  generation === "5.9" ? startTsserver(folder) : startLsp(folder);

function startTsserver(folder: string): LanguageServer {
  const tsserver = require.resolve("typescript/lib/tsserver.js");
  const flags = ["--disableAutomaticTypingAcquisition", "--suppressDiagnosticEvents", "--useSingleInferredProject"];
  const child = spawn(process.execPath, ["--max-old-space-size=4096", tsserver, ...flags], {
    cwd: folder,
    stdio: ["pipe", "pipe", "ignore"],
  });
  const waiting = new Map<number, (body: unknown) => void>();
  readFrames(child, (message) => {
    if (message.type === "response") waiting.get(Number(message.request_seq))?.(message.body);
  });
  let sequence = 0;
  const lines = new Map<string, number>();
  const notify = (command: string, given: object) =>
    child.stdin?.write(`${JSON.stringify({ seq: ++sequence, type: "request", command, arguments: given })}\n`);
  const ask = (command: string, given: object): Promise<unknown> =>
    new Promise((resolve) => {
      waiting.set(sequence + 1, resolve);
      notify(command, given);
    });
  return {
    async open(file, text) {
      notify("open", { file: join(folder, file), fileContent: text });
      lines.set(file, text.split("\n").length);
      await ask("projectInfo", { file: join(folder, file), needFileNameList: false });
    },
    async complete(file, text, rest) {
      const whole = text + rest;
      const path = join(folder, file);
      notify("change", {
        file: path,
        line: 1,
        offset: 1,
        endLine: (lines.get(file) ?? 1) + 1,
        endOffset: 1,
        insertString: whole,
      });
      lines.set(file, whole.split("\n").length);
      const { line, column } = endOf(text);
      const options = { includeExternalModuleExports: false, includeInsertTextCompletions: true, triggerKind: 1 };
      const body = await ask("completionInfo", { file: path, line: line + 1, offset: column + 1, ...options });
      return namesIn(body, "entries", "name");
    },
    cpuInMs: () => cpuOf(child.pid ?? 0),
    close: () => end(child),
  };
}

function startLsp(folder: string): LanguageServer {
  const [entry = ""] = [join(require.resolve("@typescript/native/package.json"), "..", "bin", "tsc")];
  const platform = require.resolve(`@typescript/typescript-${process.platform}-${process.arch}/package.json`, {
    paths: [entry],
  });
  const child = spawn(join(platform, "..", "lib", "tsc"), ["--lsp", "--stdio"], {
    cwd: folder,
    stdio: ["pipe", "pipe", "ignore"],
  });
  const waiting = new Map<unknown, (result: unknown) => void>();
  const send = (message: object) => {
    const body = JSON.stringify({ jsonrpc: "2.0", ...message });
    child.stdin?.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  };
  readFrames(child, (message) => {
    if (message.method === undefined) waiting.get(message.id)?.(message.result);
    else if (message.id !== undefined)
      send({ id: message.id, result: message.method === "workspace/configuration" ? [{}] : null });
  });
  let sequence = 0;
  const ask = (method: string, params: object): Promise<unknown> =>
    new Promise((resolve) => {
      waiting.set(++sequence, resolve);
      send({ id: sequence, method, params });
    });
  const uri = (file: string) => pathToFileURL(join(folder, file)).href;
  // Diagnostics are pulled by editors that can, so that nothing is checked here but what a completion needs.
  const capabilities = { textDocument: { completion: { completionItem: { snippetSupport: true } }, diagnostic: {} } };
  const ready = ask("initialize", { processId: process.pid, rootUri: pathToFileURL(folder).href, capabilities });
  let version = 1;
  return {
    async open(file, text) {
      await ready;
      send({ method: "initialized", params: {} });
      send({
        method: "textDocument/didOpen",
        params: { textDocument: { uri: uri(file), languageId: "typescript", version, text } },
      });
      await ask("textDocument/hover", { textDocument: { uri: uri(file) }, position: { line: 0, character: 0 } });
    },
    async complete(file, text, rest) {
      const contentChanges = [{ text: text + rest }];
      send({
        method: "textDocument/didChange",
        params: { textDocument: { uri: uri(file), version: ++version }, contentChanges },
      });
      const { line, column } = endOf(text);
      const position = { line, character: column };
      const result = await ask("textDocument/completion", {
        textDocument: { uri: uri(file) },
        position,
        context: { triggerKind: 1 },
      });
      return namesIn(Array.isArray(result) ? { items: result } : result, "items", "label");
    },
    cpuInMs: () => cpuOf(child.pid ?? 0),
    close: () => end(child),
  };
}

function endOf(text: string): { line: number; column: number } {
  const lines = text.split("\n");
  return { line: lines.length - 1, column: lines.at(-1)?.length ?? 0 };
}

function namesIn(body: unknown, list: string, name: string): string[] {
  const entries: unknown = Object(body)[list];
  return Array.isArray(entries) ? entries.map((entry) => String(Object(entry)[name])) : [];
}

/** Both speak frames of `Content-Length` and JSON. */
function readFrames(child: ChildProcess, onMessage: (message: Record<string, unknown>) => void): void {
  let buffer = Buffer.alloc(0);
  child.stdout?.on("data", (chunk: Buffer) => {
    buffer = Buffer.concat([buffer, chunk]);
    for (;;) {
      const head = buffer.indexOf("\r\n\r\n");
      if (head < 0) return;
      const length = Number(/Content-Length: (\d+)/iu.exec(buffer.toString("latin1", 0, head))?.[1]);
      if (buffer.length < head + 4 + length) return;
      const body = buffer.toString("utf8", head + 4, head + 4 + length);
      buffer = buffer.subarray(head + 4 + length);
      onMessage(JSON.parse(body));
    }
  });
}

/** Nanoseconds on a CPU of each thread (Linux, proc(5)): finer than the process's own ticks of 10 ms. */
function cpuOf(pid: number): number {
  const tasks = `/proc/${pid}/task`;
  const nanoseconds = readdirSync(tasks).map((task) =>
    Number(readFileSync(join(tasks, task, "schedstat"), "utf8").split(" ")[0]),
  );
  return nanoseconds.reduce((sum, one) => sum + one, 0) / 1e6;
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once("close", () => resolve());
    child.kill("SIGKILL");
  });
}
