/** The run's last line, for programs: `N passed, N failed`, and `, N skipped` where some were. */
import type { Reporter, TestModule } from "vitest/node";

type Modules = readonly TestModule[];
type Errors = readonly unknown[];

export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: Modules, unhandledErrors: Errors): void {
    const line = toClosingLine(modules, unhandledErrors);
    // At the exit: other reporters print their summaries meanwhile.
    process.once("exit", () => process.stdout.write(`${line}\n`));
  }
}

/** What fails outside a test (a file that cannot be loaded, a hook, a stray rejection) makes the run fail, so it counts as failed. */
function toClosingLine(modules: Modules, unhandledErrors: Errors): string {
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const suites = modules.flatMap((module) => [module, ...module.children.allSuites()]);
  const count = (state: "passed" | "failed" | "skipped" | "pending") =>
    tests.filter((test) => test.result().state === state).length;
  const broken = suites.filter((suite) => suite.errors().length > 0).length;
  const failed = count("failed") + count("pending") + broken + unhandledErrors.length;
  const skipped = count("skipped");
  return `${count("passed")} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
