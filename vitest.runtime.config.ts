/** Tests of the local Convex runtime: its parts, and its agreement with `convex-test`. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    environment: "node",
    include: ["tests/runtime/**/*.test.ts"],
    setupFiles: ["tests/support/examples.ts"],
    silent: "passed-only",
    testTimeout: 120_000,
    hookTimeout: 60_000,
    server: { deps: { inline: ["convex-test"] } },
  },
});
