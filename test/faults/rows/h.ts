/** Clocks. */
import type { Row } from "../row.ts";

export const rows: readonly Row[] = [
  { id: "H01", rule: "A wall clock set back does not prolong a token's life.", status: "held" },
  { id: "H02", rule: "A wall clock set forward and back costs one refresh at most.", status: "held" },
  { id: "H03", rule: "A machine that slept finds its token over.", status: "held" },
  { id: "H04", rule: "An absolute expiry is read by the server's Date, however wrong this clock is.", status: "held" },
  { id: "H05", rule: "A Date that is absent, cached or impossible is not believed.", status: "held" },
  {
    id: "H06",
    rule: "Where a document says that tokens are JWTs, their exp counts if it is earlier; elsewhere tokens are opaque.",
    status: "held",
  },
  { id: "H07", rule: "A token in a store ends at the same moment for workers whose clocks differ.", status: "held" },
  { id: "H08", rule: "Time zones and daylight saving change nothing.", status: "held" },
];
