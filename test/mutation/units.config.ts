import { defineConfig } from "vitest/config";
import all from "./vitest.config.ts";

export default defineConfig({
  ...all,
  test: { ...all.test, include: ["errors", "middleware", "token"].map((part) => `test/${part}/**/*.test.ts`) },
});
