/** Prints the demo: headings, results and checks, in colour if the terminal supports it. */
import { styleText } from "node:util";

export interface Report {
  heading(text: string): void;
  say(text: string): void;
  /** Prints and counts a check. */
  check(text: string, holds: boolean, seen?: string): void;
  /** Shows progress: on a terminal one line that is overwritten, elsewhere one line at the end. */
  bar(text: string): Bar;
  readonly failures: number;
}

export interface Bar {
  show(done: number, total: number | undefined): void;
  end(): void;
}

const barWidth = 30;

export function createReport(stream: NodeJS.WriteStream): Report {
  const paint = (style: Parameters<typeof styleText>[0], text: string) => styleText(style, text, { stream });
  const line = (text = "") => stream.write(`${text}\n`);
  let failures = 0;
  return {
    heading(text) {
      line();
      line(paint("bold", text));
    },
    say: (text) => void line(`    ${paint("dim", text)}`),
    check(text, holds, seen) {
      if (!holds) failures += 1;
      const mark = holds ? paint("green", "✓") : paint("red", "✗");
      line(`  ${mark} ${text}${seen === undefined ? "" : paint("dim", ` (${seen})`)}`);
    },
    bar(text) {
      let state = "";
      return {
        show(done, total) {
          const filled = total === undefined ? 0 : Math.round((Math.min(done, total) / total) * barWidth);
          state = `${"█".repeat(filled)}${"░".repeat(barWidth - filled)} ${done} of ${total ?? "?"} ${text}`;
          // Overwrites the line.
          if (stream.isTTY) stream.write(`\r\u001b[2K    ${paint("cyan", state)}`);
        },
        end: () => void line(stream.isTTY ? "" : `    ${state}`),
      };
    },
    get failures() {
      return failures;
    },
  };
}
