/** Translates a vendor's call types into the types of openapi-fetch. They are computed only where a program uses them. */

/** The `paths` type of openapi-fetch. Every possible status is listed by itself, and every body is declared as JSON, its type after decoding. */
export type FetchPaths<Paths> = {
  [Path in keyof Paths]: { [M in keyof Paths[Path] as Lowercase<M & string>]: FetchOperation<Paths[Path][M]> };
};

type FetchOperation<Call> = Call extends (init: infer Init) => Promise<infer Result>
  ? Sent<NonNullable<Init>> & {
      responses: { [One in Result as StatusOf<One>]: ContentOf<BodyOf<One>> };
    }
  : never;

type Sent<Init> = {
  parameters: Init extends { params?: infer Parameters } ? NonNullable<Parameters> : Record<never, never>;
} & ("body" extends keyof Init
  ? Init extends { body: infer Body }
    ? { requestBody: Content<Body> }
    : Init extends { body?: infer Body }
      ? { requestBody?: Content<NonNullable<Body>> }
      : never
  : unknown);

type StatusOf<Result> = Result extends { readonly status: infer Status extends number } ? Status : never;

type BodyOf<Result> = Result extends { readonly error?: undefined; readonly data: infer Data }
  ? Data
  : Result extends { readonly error: infer ErrorBody }
    ? ErrorBody
    : never;

type ContentOf<Body> = [Body] extends [undefined] ? { content?: never } : Content<Body>;

interface Content<Body> {
  content: { "application/json": Body };
}
