/** The matrix of faults as data: every row, whether it is held, and by whom else if not. `npm run faults` prints it. */
import type { Row } from "./row.ts";
import { rows as a } from "./rows/a.ts";
import { rows as b } from "./rows/b.ts";
import { rows as c } from "./rows/c.ts";
import { rows as d } from "./rows/d.ts";
import { rows as e } from "./rows/e.ts";
import { rows as f } from "./rows/f.ts";
import { rows as g } from "./rows/g.ts";
import { rows as h } from "./rows/h.ts";
import { rows as i } from "./rows/i.ts";
import { rows as j } from "./rows/j.ts";
import { rows as k } from "./rows/k.ts";
import { rows as l } from "./rows/l.ts";

export interface Section {
  readonly letter: string;
  readonly title: string;
  readonly rows: readonly Row[];
}

export const matrix: readonly Section[] = [
  { letter: "A", title: "One process: caching and single flight", rows: a },
  { letter: "B", title: "Windows, failure while the token is good, back-off", rows: b },
  { letter: "C", title: "Many processes", rows: c },
  { letter: "D", title: "The life of a refresh token", rows: d },
  { letter: "E", title: "Token endpoints that misbehave", rows: e },
  { letter: "F", title: "401s, replays and bodies", rows: f },
  { letter: "G", title: "Aborts and timeouts", rows: g },
  { letter: "H", title: "Clocks", rows: h },
  { letter: "I", title: "Security", rows: i },
  { letter: "J", title: "The browser and the edge", rows: j },
  { letter: "K", title: "Scale, life cycle, what can be observed", rows: k },
  { letter: "L", title: "Faults that users of other libraries reported", rows: l },
];
