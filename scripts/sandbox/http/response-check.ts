/** Checks the sandbox's own responses against the document, so that a mistake in the sandbox data is found. */
import type { Reply } from "../spec/error-replies.ts";
import type { DocumentOperation } from "../spec/document-operation.ts";
import { coerce } from "./parameters.ts";
import { mediaType } from "./request.ts";
import type { SandboxState } from "../state/sandbox-state.ts";

/** The problem of a reply, undefined if it fits the document. An error status that the document does not declare is allowed. */
export function checkResponse(
  { check, reader }: SandboxState,
  operation: DocumentOperation,
  reply: Reply,
): string | undefined {
  const { responses } = operation;
  const name = [String(reply.status), `${Math.floor(reply.status / 100)}XX`, "default"].find(
    (one) => responses[one] !== undefined,
  );
  const declared = name === undefined ? undefined : responses[name];
  const place = `${operation.method} ${operation.path}, response ${reply.status}`;
  if (!declared) {
    const known = Object.keys(responses);
    return reply.status >= 400 || known.length === 0
      ? undefined
      : `${place}: the document declares ${known.join(", ")} only`;
  }
  for (const [header, schema] of Object.entries(declared.headers)) {
    const sent = Object.entries(reply.headers).find(([one]) => one.toLowerCase() === header.toLowerCase())?.[1];
    const problem = sent === undefined ? undefined : check(schema, coerce(sent, schema, reader), "response")[0];
    if (problem) return `${place}: header ${header}: ${problem.message}`;
  }
  const content = Object.entries(declared.content);
  if (content.length === 0)
    return reply.body === undefined || reply.status >= 400 ? undefined : `${place}: the document declares no body`;
  if (reply.body === undefined)
    return reply.status >= 400 ? undefined : `${place}: the document declares a body, there is none`;
  const media = content.find(([type]) => mediaType(type) === mediaType(reply.contentType))?.[1];
  if (!media)
    return `${place}: the document declares ${content.map(([type]) => type).join(", ")}, not ${reply.contentType}`;
  const problem = media.schema && check(media.schema, reply.body, "response")[0];
  return problem && `${place}: ${problem.path || "/"}: ${problem.message}`;
}
