/** Unit tests of the functions: `convex-test` in the runtime that Convex's own resembles. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    environment: "edge-runtime",
    include: ["convex/**/*.test.ts"],
    setupFiles: ["tests/support/examples.ts"],
    // Guards against tests that hang; no promise is about time.
    testTimeout: 60_000,
    silent: "passed-only",
    server: { deps: { inline: ["convex-test"] } },
  },
});
