/** Only this user may read or replace the SQLite store: its file, the two files that SQLite keeps beside it, and the way to them. */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSqliteStore } from "../../src/store/sqlite.ts";
import { caught } from "../support/caught.ts";

let root: string;
let umask: number;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "latchkey-"));
  umask = process.umask(0);
});
afterEach(() => {
  process.umask(umask);
  rmSync(root, { recursive: true, force: true });
});

const modes = (folder: string) =>
  Object.fromEntries(
    readdirSync(folder).map((name) => [name, (statSync(join(folder, name)).mode & 0o777).toString(8)]),
  );

const allPrivate = { "tokens.db": "600", "tokens.db-shm": "600", "tokens.db-wal": "600" };

describe.skipIf(process.platform === "win32")("the files", () => {
  it("are this user's alone from the start, whatever the umask", async () => {
    const folder = join(root, "a", "b");
    await using store = createSqliteStore({ path: join(folder, "tokens.db") });
    await store.acquire("key", { owner: "one", ttlInMs: 1_000 });
    expect(modes(folder)).toEqual(allPrivate);
    expect(modes(root)).toEqual({ a: "700" });
  });

  it("that were readable for others are made private, while another process has them open", async () => {
    const path = join(root, "tokens.db");
    await using first = createSqliteStore({ path });
    await first.open();
    for (const name of readdirSync(root)) chmodSync(join(root, name), 0o644);
    await using second = createSqliteStore({ path });
    await second.open();
    expect(modes(root)).toEqual(allPrivate);
  });

  it.each(["-wal", "-shm", "-journal"])(
    "a symbolic link in place of %s is refused, and its target is left",
    async (suffix) => {
      const path = join(root, "tokens.db");
      const target = join(root, "theirs");
      writeFileSync(target, "theirs", { mode: 0o644 });
      symlinkSync(target, `${path}${suffix}`);
      await using store = createSqliteStore({ path });
      expect(await caught(store.open())).toMatchObject({ name: "StoreError", code: "insecure" });
      expect([statSync(target).mode & 0o777, statSync(target).size]).toEqual([0o644, 6]);
    },
  );
});

describe.skipIf(process.platform === "win32")("the folders", () => {
  it.each([
    [0o777, "refused"],
    [0o1777, "taken"],
    [0o755, "taken"],
  ])("above a private folder: mode %o is %s", async (mode, outcome) => {
    mkdirSync(join(root, "shared", "mine"), { recursive: true, mode: 0o700 });
    chmodSync(join(root, "shared"), mode);
    await using store = createSqliteStore({ path: join(root, "shared", "mine", "tokens.db") });
    const opened = store.open().then(
      () => "taken",
      ({ code }: { readonly code: string }) => code,
    );
    expect(await opened).toBe(outcome === "taken" ? "taken" : "insecure");
  });

  it("are those that a symbolic link leads to", async () => {
    mkdirSync(join(root, "shared", "mine"), { recursive: true, mode: 0o700 });
    chmodSync(join(root, "shared"), 0o777);
    symlinkSync(join(root, "shared", "mine"), join(root, "link"));
    await using store = createSqliteStore({ path: join(root, "link", "tokens.db") });
    expect(await caught(store.open())).toMatchObject({ code: "insecure" });
  });

  it("a file of another program beside the store does not matter", async () => {
    new DatabaseSync(join(root, "other.db")).close();
    await using store = createSqliteStore({ path: join(root, "tokens.db") });
    await expect(store.open()).resolves.toBeUndefined();
  });
});
