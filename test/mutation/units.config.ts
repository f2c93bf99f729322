import { defineConfig } from "vitest/config";
import all from "./vitest.config.ts";

export default defineConfig({
  ...all,
  test: { ...all.test, include: ["auth", "errors", "store", "util"].map((part) => `test/${part}/**/*.test.ts`) },
});
