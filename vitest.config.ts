/** Unit tests of the functions: `convex-test` in the runtime that Convex's own resembles. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    environment: "edge-runtime",
    include: ["convex/**/*.test.ts"],
    silent: "passed-only",
    server: { deps: { inline: ["convex-test"] } },
  },
});
