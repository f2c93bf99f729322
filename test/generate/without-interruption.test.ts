import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const module = fileURLToPath(new URL("../../scripts/shared/without-interruption.ts", import.meta.url));

it.each(["SIGINT", "SIGTERM"] as const)(
  "a task ends before %s ends the process",
  async (signal) => {
    const program = `
    import { withoutInterruption } from ${JSON.stringify(module)};
    const end = new Promise((resolve) => setTimeout(resolve, 10_000));
    await withoutInterruption(async () => {
      const caught = new Promise((resolve) => process.once("${signal}", resolve));
      process.kill(process.pid, "${signal}");
      await caught;
      console.log("written");
    });
    await end;
    console.log("not reached");`;
    const ended = await new Promise((resolve) => {
      execFile(process.execPath, ["--input-type=module", "--eval", program], (failure, out) =>
        resolve({ signal: failure?.signal, out }),
      );
    });
    expect(ended).toEqual({ signal, out: "written\n" });
  },
  20_000,
);
