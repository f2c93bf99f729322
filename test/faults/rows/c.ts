/** Many processes. */
import type { Row } from "../row.ts";

const hold = (id: string, rule: string): Row => ({ id, rule, status: "held" });

export const rows: readonly Row[] = [
  hold("C01", "Sixty-four cold processes with two hundred callers each make one sign-in."),
  hold("C02", "Processes that rotate one-time refresh tokens never use one twice; for ten minutes: npm run chaos."),
  hold("C03", "A token request ends before the lease it was made under, or its late write is refused."),
  hold("C04", "A holder that was stopped and woke up late has its commit refused and takes the newer token."),
  hold("C05", "A late holder's release leaves the next holder's lease alone."),
  hold("C06", "The lease of a holder killed before it sent anything ends by itself, and the next one refreshes."),
  hold("C07", "After a holder was killed between rotation and commit the next sees the intent and tries once, marked."),
  hold("C08", "A refresh whose answer was lost is in doubt and not simply sent again."),
  hold("C09", "A commit that fails keeps the token in memory, tells of it, tries again and rotates no further."),
  hold("C10", "A loser whose refresh token was refused since another rotated it takes the other's token."),
  hold("C11", "A loser cleans up only the record it has read."),
  hold("C12", "Of two workers that save, the one with the older fence is refused."),
  hold("C13", "A rotated refresh token is never dropped over an unrelated write."),
  hold(
    "C14",
    "Without its store a one-time refresh token is not spent; client credentials go on for the process alone.",
  ),
  hold("C15", "A failover that loses a lease gives two holders and one commit."),
  hold("C16", "A store that was emptied brings no older refresh token back."),
  hold("C17", "A worker whose clock is wrong decides by the store's time, and does not refresh in turns with others."),
  hold("C18", "Those who wait for another's refresh ask the store seldom."),
  hold("C19", "A busy SQLite file never blocks the event loop."),
  hold("C20", "A store file that is gone, damaged or of another schema gives a typed error."),
  hold("C21", "A host that slept through its lease survives and counts it as lost."),
  hold("C22", "Two who find one dead lease cannot both take it."),
  hold("C23", "Old and new versions share a store, and an older one does not overwrite what it cannot read."),
  hold("C24", "A server that lets refreshes overlap still sees one, and only a committed refresh token is used."),
];
