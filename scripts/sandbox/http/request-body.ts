/** Checks the body of a resource request against the document's schema and bulk limits. */
import { SandboxError } from "../spec/error-replies.ts";
import type { Json } from "../../codegen/util/json.ts";
import { readPointer } from "../spec/json.ts";
import { readBody, type SandboxRequest } from "./request.ts";
import type { Problem } from "../spec/schema-check.ts";
import type { SandboxState } from "../state/sandbox-state.ts";

/** Reads the body and throws for a problem, except for problems of rows where the vendor reports a result for each row. */
export function readCheckedBody(
  sandbox: SandboxState,
  request: SandboxRequest,
): { body: Json; rowProblems: readonly Problem[] } {
  const read = readBody(sandbox, request);
  if (!read) {
    if (request.operation.body?.required)
      throw new SandboxError("invalid-body", { message: "A body is required", path: "", keyword: "required" });
    return { body: null, rowProblems: [] };
  }
  const schema = request.operation.body?.content[read.declared]?.schema;
  const problems = schema ? sandbox.check(schema, read.value, "request") : [];
  const rules = request.operation.bulk;
  const own = rules?.results ? problems.filter(({ path }) => path.startsWith(`${rules.rows}/`)) : [];
  const [problem] = problems.filter((one) => !own.includes(one));
  if (problem) throw new SandboxError(problem.keyword === "maxItems" ? "too-many-rows" : "invalid-body", problem);
  const rows = rules && readPointer(read.value, rules.rows);
  if (rules?.maxRows !== undefined && Array.isArray(rows) && rows.length > rules.maxRows) {
    throw new SandboxError("too-many-rows", {
      message: `At most ${rules.maxRows} rows`,
      path: rules.rows,
      keyword: "maxItems",
    });
  }
  return { body: read.value, rowProblems: own };
}
