/** Why a store failed. Messages are safe to log. An engine's own error is not attached: it may quote an address or a password. */
export type StoreErrorCode =
  /** No connection, or no reply in time. */
  | "unreachable"
  /** Other processes locked the file for too long. */
  | "busy"
  /** The disk, the file's limit or the server's memory. */
  | "full"
  | "read_only"
  /** The server requires other permissions or another password. */
  | "denied"
  /** Damaged, or not in latchkey's form. Nothing is overwritten. */
  | "corrupted"
  /** Another program's file or key. */
  | "foreign"
  /** Written by a newer latchkey. */
  | "newer"
  /** Another user's file, a symbolic link, a folder that others may write to. */
  | "insecure"
  /** Encrypted with a key that was not given. */
  | "key_missing"
  /** Not encrypted, or not for this key: another's record, or a changed one. */
  | "rejected"
  /** Did not keep what it had acknowledged, or refused commits of a lease that no other worker took over. */
  | "lost"
  | "closed"
  | "failed";

export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string) {
    super(`token store: ${message}`);
    this.code = code;
  }
}
