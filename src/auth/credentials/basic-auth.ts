/** How credentials are written for HTTP Basic. */

/** The user-pass of RFC 7617, UTF-8. */
export function toBase64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

/** RFC 6749 §2.3.1 encodes id and secret as form fields before joining them. */
export const formEncode = (text: string): string => new URLSearchParams([["", text]]).toString().slice(1);
