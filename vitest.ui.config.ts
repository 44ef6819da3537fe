import { defineConfig } from "vitest/config";

// Pure parts of the transcript player; the player as a whole is tested in Chromium.
export default defineConfig({
  test: {
    include: ["tests/ui/**/*.test.ts"],
    setupFiles: ["tests/support/examples.ts"],
    environment: "node",
  },
});
