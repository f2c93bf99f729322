/** The success response of an operation: the sandbox data's, else the document's example with the item written into it. */
import { fillHeaders, type Reply } from "../spec/error-replies.ts";
import type { Json } from "../../codegen/util/json.ts";
import { writePointer } from "../spec/json.ts";
import { matchesOperation } from "../spec/operation-pattern.ts";
import { successExample } from "../spec/plan-operations.ts";
import { isJsonType, type SandboxRequest } from "./request.ts";
import { fillTemplate, type Scope } from "../spec/template.ts";
import { layersOf, type SandboxState } from "../state/sandbox-state.ts";

export function replyWithSuccess(
  sandbox: SandboxState,
  request: SandboxRequest,
  scope: Scope,
  item?: { readonly at: string; readonly value: Json },
): Reply {
  const { operation } = request;
  const rule = layersOf(sandbox, "replies").find((one) => matchesOperation(operation, one.operations));
  const declared = Object.keys(operation.responses).filter((status) => status.startsWith("2"));
  const status = rule?.status ?? Number(declared.find((one) => /^\d+$/u.test(one)) ?? 200);
  const content = (operation.responses[status] ?? operation.responses[declared[0] ?? ""])?.content ?? {};
  const contentType = Object.keys(content).find(isJsonType) ?? Object.keys(content)[0] ?? "application/json";
  const headers = rule ? fillHeaders(rule.headers, scope) : {};
  if (rule?.body !== undefined) return { status, headers, contentType, body: fillTemplate(rule.body, scope) };
  if (Object.keys(content).length === 0) return { status, headers, contentType, body: undefined };
  const example = successExample(operation, sandbox.examples);
  return { status, headers, contentType, body: item ? writePointer(example ?? {}, item.at, item.value) : example };
}
