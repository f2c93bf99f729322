/** Encodes a string as the value of a form field (application/x-www-form-urlencoded). */
export const formEncode = (text: string): string => new URLSearchParams([["", text]]).toString().slice(1);
