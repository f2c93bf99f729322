/** Reads the parts of a multipart body with their headers (RFC 2046 §5.1), which `Response.formData()` does not show. */
export interface ReadPart {
  readonly name: string | undefined;
  readonly fileName: string | undefined;
  readonly type: string | undefined;
  readonly content: Uint8Array;
}

export function readParts(body: Uint8Array, contentType: string): ReadPart[] {
  const boundary = /boundary="?([^";]+)/iu.exec(contentType)?.[1] ?? "";
  // Every byte is one character, so that positions in the text are positions in the body.
  const text = Buffer.from(body).toString("latin1");
  const sections = `\r\n${text}`.split(`\r\n--${boundary}`).slice(1, -1);
  return sections.map((section) => {
    const end = section.indexOf("\r\n\r\n");
    const headers = Buffer.from(section.slice(0, end), "latin1").toString("utf8");
    return {
      name: /; name="([^"]*)"/iu.exec(headers)?.[1],
      fileName: /; filename="([^"]*)"/iu.exec(headers)?.[1],
      type: /^content-type: *(.*)$/imu.exec(headers)?.[1]?.trim(),
      content: Buffer.from(section.slice(end + 4), "latin1"),
    };
  });
}
