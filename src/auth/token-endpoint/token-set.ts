/** What a token response grants, in our terms. Times are durations from the moment of the answer: no clock is compared with another's. */
export interface TokenSet {
  readonly accessToken: string;
  readonly tokenType: string;
  readonly refreshToken?: string;
  readonly scope?: string;
  readonly lifetimeInMs: number;
  /** The vendor named no usable lifetime: the documented one, or the default, stands in. */
  readonly estimated: boolean;
  /** Milliseconds after which the vendor wants a refresh. */
  readonly refreshAfterInMs?: number;
  readonly refreshLifetimeInMs?: number;
  /** What else the vendor says of the token, as its document names it; shown by `auth.status()`. */
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
}
