/**
 * The order of the parts below a folder: a part imports itself and the parts of the lines before its own. A part is a file without its ending
 * or a folder; the deepest that is listed counts, and `*` stands for what is not listed. Parts of one line do not import each other.
 */
export const orders = {
  src: [
    ["vendor"],
    ["util"],
    ["errors", "zod"],
    ["store"],
    ["events"],
    ["http"],
    ["http/body", "http/rate-limit"],
    ["auth/credentials"],
    ["auth/token-endpoint"],
    ["auth/token"],
    ["auth"],
    ["pagination", "bulk"],
    ["options"],
    ["client"],
    ["connect"],
    ["index"],
  ],
  scripts: [["package.json"], ["shared"], ["codegen"], ["generate"], ["diff", "sandbox"], ["cli"]],
  "scripts/codegen": [
    ["util"],
    ["openapi"],
    ["load"],
    ["resolve"],
    ["extensions"],
    ["types", "types-only"],
    ["schemas"],
    ["vendor"],
    ["contract"],
    ["generate-vendor"],
    ["generate-types"],
  ],
  "scripts/diff": [["util"], ["rules"], ["schemas"], ["operations", "vendor"], ["contract"], ["report"], ["*"]],
  "scripts/sandbox": [["spec"], ["state"], ["http"], ["auth"], ["resources"], ["*"]],
} satisfies Readonly<Record<string, readonly (readonly string[])[]>>;
