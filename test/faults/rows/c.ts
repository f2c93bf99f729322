/** Many processes. */
import { fleet, type Row } from "../row.ts";

const leave = (id: string, rule: string): Row => ({ id, rule, status: "left-to", part: fleet });

export const rows: readonly Row[] = [
  leave("C01", "Sixty-four cold processes with two hundred callers each make one sign-in."),
  leave("C02", "Eight processes that rotate one-time refresh tokens for ten minutes never use one twice."),
  leave("C03", "A token request ends before the lease it was made under, or its late write is refused."),
  leave("C04", "A holder that was stopped and woke up late has its commit refused and takes the newer token."),
  leave("C05", "A late holder's release leaves the next holder's lease alone."),
  leave("C06", "The lease of a holder killed before it sent anything ends by itself, and the next one refreshes."),
  leave(
    "C07",
    "After a holder was killed between rotation and commit the next sees the intent and tries once, marked.",
  ),
  leave("C08", "A refresh whose answer was lost is in doubt and not simply sent again."),
  leave("C09", "A commit that fails keeps the token in memory, tells of it, tries again and rotates no further."),
  leave("C10", "A loser whose refresh token was refused since another rotated it takes the other's token."),
  leave("C11", "A loser cleans up only the record it has read."),
  leave("C12", "Of two workers that save, the one with the older fence is refused."),
  leave("C13", "A rotated refresh token is never dropped over an unrelated write."),
  leave(
    "C14",
    "Without its store a one-time refresh token is not spent; client credentials go on for the process alone.",
  ),
  leave("C15", "A failover that loses a lease gives two holders and one commit."),
  leave("C16", "A store that was emptied brings no older refresh token back."),
  leave("C17", "A worker whose clock is wrong decides by the store's time, and does not refresh in turns with others."),
  leave("C18", "Those who wait for another's refresh ask the store seldom."),
  leave("C19", "A busy SQLite file never blocks the event loop."),
  leave("C20", "A store file that is gone, damaged or of another schema gives a typed error."),
  leave("C21", "A host that slept through its lease survives and counts it as lost."),
  leave("C22", "Two who find one dead lease cannot both take it."),
  leave("C23", "Old and new versions share a store, and an older one does not overwrite what it cannot read."),
  leave("C24", "A server that lets refreshes overlap still sees one, and only a committed refresh token is used."),
];
