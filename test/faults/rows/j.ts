/** The browser and the edge. */
import { browser, type Row } from "../row.ts";

const leave = (id: string, rule: string): Row => ({ id, rule, status: "left-to", part: browser });

export const rows: readonly Row[] = [
  leave("W01", "Two tabs spend one one-time refresh token between them."),
  leave("W02", "A Web Lock whose tab froze is waited for within bounds and replaced by a fence."),
  leave("W03", "A tab that froze in a refresh has its late commit refused."),
  leave("W04", "Storage that is full, blocked or private leaves the token in memory, and says so."),
  leave("W05", "A client secret in a browser is refused with a clear error."),
  leave("W06", "Headers that CORS hides are done without."),
  leave("W07", "An opaque redirect is told as such, not as a network failure."),
  leave("W08", "Importing needs no Node module and starts no timer."),
];
