import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^latchkey$/, replacement: at("src/index.ts") },
      { find: /^latchkey\/calls$/, replacement: at("src/client/call-types.ts") },
      { find: /^latchkey\/(vendor|zod)$/, replacement: at("src/$1.ts") },
      { find: /^latchkey\/store\/(.+)$/, replacement: at("src/store/$1.ts") },
      { find: /^latchkey\/vendors\/(.+)$/, replacement: at("generated/$1/index.ts") },
    ],
  },
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    // Some start half a dozen servers.
    hookTimeout: 60_000,
    // Real processes, sockets and disks: where a whole machine stood still, CI runs a failed test once more, and its report says so.
    retry: process.env.CI ? 1 : 0,
    maxWorkers: 2,
    reporters: ["default", "./test/closing-line-reporter.ts"],
  },
});
