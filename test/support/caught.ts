/** What a promise rejected with; an error of its own where it did not. */
export const caught = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => new Error("it did not fail"),
    (error: unknown) => error,
  );
