/** Quotes an argument for a POSIX shell, so that a printed command can be copied. */
export const shellQuote = (text: string): string =>
  /^[\w@%+=:,./-]+$/u.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
