// @vitest-environment node
/** What the Convex CLI would generate is what is committed. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { generatedFiles, modulePaths } from "../tests/convex/codegen.ts";

test("convex/_generated is current", async () => {
  for (const [name, text] of Object.entries(await generatedFiles())) {
    // A failure is repaired by: node tests/convex/codegen.ts
    expect(readFileSync(`convex/_generated/${name}`, "utf8"), name).toBe(text);
  }
});

test("the CLI deploys no test and accepts every file name", () => {
  for (const path of modulePaths()) expect(path).toMatch(/^[A-Za-z0-9_/]+\.ts$/);
});
