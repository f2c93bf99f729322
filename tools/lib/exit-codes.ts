/** The exit code of a step of `npm run check` that could not be made on this machine, as of a skipped test of automake. */
export const skipped = 77;
