/** What the demo prints: headings, what happened, and whether it is what should have happened. Colour where the terminal takes it. */
import { styleText } from "node:util";

export interface Report {
  heading(text: string): void;
  say(text: string): void;
  /** One thing that must be so. */
  check(text: string, holds: boolean, seen?: string): void;
  readonly failures: number;
}

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
    get failures() {
      return failures;
    },
  };
}
