/** The types of a vendor's calls in openapi-fetch's words: worked out from the calls path first, and only where somebody asks for them. */

/** openapi-fetch's `paths`. Every status that may come is one of its own, and every body stands as JSON: what a client reads it into. */
export type FetchPaths<Paths> = {
  [Path in keyof Paths]: { [M in keyof Paths[Path] as Lowercase<M & string>]: FetchOperation<Paths[Path][M]> };
};

type FetchOperation<Call> = Call extends (init: infer Init) => Promise<infer Result>
  ? Sent<NonNullable<Init>> & {
      responses: { [Answer in Result as StatusOf<Answer>]: ContentOf<BodyOf<Answer>> };
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

type StatusOf<Answer> = Answer extends { readonly status: infer Status extends number } ? Status : never;

type BodyOf<Answer> = Answer extends { readonly error?: undefined; readonly data: infer Data }
  ? Data
  : Answer extends { readonly error: infer Refusal }
    ? Refusal
    : never;

type ContentOf<Body> = [Body] extends [undefined] ? { content?: never } : Content<Body>;

interface Content<Body> {
  content: { "application/json": Body };
}
