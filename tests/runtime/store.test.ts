import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { Store } from "../../local/runtime/store.ts";

/** Value of `PRAGMA synchronous` with which every commit waits for the disk. */
const FULL = 2;

test("the store waits for the disk at every commit, so that power loss takes none", () => {
  const folder = mkdtempSync(join(tmpdir(), "convex-store-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const store = new Store(folder);
  onTestFinished(() => store.close());
  expect(store.db.prepare("PRAGMA synchronous").get()).toEqual({ synchronous: FULL });
  expect(store.db.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
});
