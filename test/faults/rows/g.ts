/** Aborts and timeouts. */
import type { Row } from "../row.ts";

export const rows: readonly Row[] = [
  { id: "G01", rule: "One caller's abort changes nothing for those who share its refresh.", status: "held" },
  { id: "G02", rule: "Whoever aborts leaves at once, while the refresh goes on.", status: "held" },
  { id: "G03", rule: "When all callers abort before anything was sent, nothing breaks.", status: "held" },
  { id: "G04", rule: "When all callers abort after it was sent, a refresh is finished and kept.", status: "held" },
  { id: "G05", rule: "A signal that is aborted already sends nothing and starts no refresh.", status: "held" },
  { id: "G06", rule: "A caller whose time is up leaves, and the token lands for the next one.", status: "held" },
  { id: "G07", rule: "Ten thousand callers with one signal leave no listener on it, and no warning.", status: "held" },
  { id: "G08", rule: "The abort reason comes back as it is, wherever the call was.", status: "held" },
  { id: "G09", rule: "Whoever aborts while another worker refreshes leaves no lease behind.", status: "held" },
  {
    id: "G10",
    rule: "A worker frozen in the middle of its refresh adopts what was committed meanwhile.",
    status: "held",
  },
];
