/** An incoming request, and its body parsed by the content types of the document and the sandbox data. */
import { SandboxError } from "../spec/error-replies.ts";
import type { DocumentOperation } from "../spec/document-operation.ts";
import { createMap, type Json, type JsonObject } from "../../codegen/util/json.ts";
import { toJson } from "../spec/json.ts";
import { matchesOperation } from "../spec/operation-pattern.ts";
import type { SandboxState } from "../state/sandbox-state.ts";

export interface SandboxRequest {
  readonly id: string;
  readonly method: string;
  /** Without the base path. */
  readonly path: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly remoteAddress: string;
  readonly text: string;
  readonly operation: DocumentOperation;
  readonly pathParameters: Readonly<Record<string, string>>;
  /** Percent-encoded, as they came. */
  readonly rawPathParameters: Readonly<Record<string, string>>;
}

export interface ReadBody {
  /** The content type, as the document declares it, whose schema the body must fit. */
  readonly declared: string;
  readonly value: Json;
}

export function readBody(sandbox: SandboxState, request: SandboxRequest): ReadBody | undefined {
  const { operation, text } = request;
  const declared = Object.keys(operation.body?.content ?? {});
  const first = declared[0];
  if (first === undefined || (text === "" && operation.body?.required !== true)) return undefined;
  const sent = mediaType(request.headers.get("content-type"));
  const extra = sandbox.data.bodies.find(
    (body) => body.contentType === sent && matchesOperation(operation, body.operations),
  );
  const match = declared.find((type) => mediaType(type) === sent);
  if (match === undefined && !extra) {
    throw new SandboxError("wrong-encoding", {
      message: `Content-Type must be ${declared.join(" or ")}`,
      field: "Content-Type",
    });
  }
  if (extra?.as === "form" || (!extra && sent === form)) return { declared: match ?? first, value: parseForm(text) };
  if (extra?.as === "json" || isJsonType(sent)) return { declared: match ?? first, value: parseJson(text) };
  return { declared: match ?? first, value: text };
}

export const form = "application/x-www-form-urlencoded";

export const isJsonType = (type: string): boolean => type === "application/json" || type.endsWith("+json");

export const mediaType = (header: string | null): string => (header ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";

function parseJson(text: string): Json {
  try {
    return toJson(JSON.parse(text));
  } catch {
    throw new SandboxError("malformed-body", { message: "The body is not valid JSON", path: "" });
  }
}

function parseForm(text: string): JsonObject {
  const fields: JsonObject = createMap<Json>();
  for (const [name, value] of new URLSearchParams(text)) fields[name] = value;
  return fields;
}
