/** One thing that goes wrong with tokens, and what must happen then. */
export type Row = {
  /** Section letter and number; the title of every test of the row begins with it and a blank. */
  readonly id: string;
  /** What must happen, one sentence. */
  readonly rule: string;
} & (
  | {
      readonly status: "held";
      /** What the row says beyond what is held here, and the part of the work that it is left to. */
      readonly rest?: string;
    }
  | {
      readonly status: "out-of-scope";
      /** Why, as a user would accept it. */
      readonly reason: string;
    }
  | {
      readonly status: "left-to";
      /** The part of the work that holds it. */
      readonly part: string;
    }
);

/** Parts of the work that rows are left to. */
export const fleet = "One credential, many processes";
export const browser = "The browser";
export const streams = "Streams that reconnect";
export const sharedLimits = "A limit that a fleet keeps together";
