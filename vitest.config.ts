import { defineConfig } from "vitest/config";

const shared = {
  setupFiles: ["tests/support/examples.ts"],
  // Guards against tests that hang; no promise is about time.
  testTimeout: 120_000,
  hookTimeout: 60_000,
  server: { deps: { inline: ["convex-test"] } },
};

export default defineConfig({
  test: {
    silent: "passed-only",
    projects: [
      {
        // Unit tests of the functions: `convex-test` in the runtime that Convex's own resembles.
        test: {
          ...shared,
          name: "functions",
          environment: "edge-runtime",
          include: ["convex/**/*.test.ts"],
        },
      },
      {
        // The local Convex runtime: its parts, and its agreement with `convex-test`.
        test: { ...shared, name: "runtime", include: ["tests/runtime/**/*.test.ts"] },
      },
      {
        // Pure parts of the components; the whole ones are tested in Chromium.
        test: { ...shared, name: "components", include: ["tests/ui/**/*.test.ts"] },
      },
    ],
    coverage: {
      provider: "v8",
      include: ["convex/**/*.ts", "local/runtime/**/*.ts", "lib/ui/**/src/**/*.ts"],
      exclude: ["convex/_generated/**", "**/*.test.ts"],
      reporter: ["text", "json-summary"],
      reportsDirectory: ".cover/typescript",
    },
  },
});
