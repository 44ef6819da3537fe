import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { Checkpoints, FINISH_PAGES, MOVE_PAGES } from "../../local/runtime/checkpoints.ts";
import { Store } from "../../local/runtime/store.ts";

const PAGE_BYTES = 4_096;
const MOST_WRITES = 400;

function deployment() {
  const folder = mkdtempSync(join(tmpdir(), "convex-checkpoints-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const store = new Store(folder);
  store.db.exec("CREATE TABLE filler (bytes BLOB)");
  const checkpoints = new Checkpoints(store.path);
  const log = store.db.prepare("PRAGMA wal_checkpoint(NOOP)");
  const insert = store.db.prepare("INSERT INTO filler VALUES (zeroblob(?))");
  return {
    store,
    checkpoints,
    pages: () => log.get() as { log: number; checkpointed: number },
    write: (pages: number) => {
      store.begin();
      insert.run(pages * PAGE_BYTES);
      store.commit();
      checkpoints.committed();
    },
  };
}

test("a full log is moved into the database while nobody who writes does it", async () => {
  const { store, checkpoints, pages, write } = deployment();
  for (let i = 0; i < 11; i += 1) write(MOVE_PAGES / 10);
  expect(pages().log).toBeLessThan(FINISH_PAGES);
  await vi.waitFor(() => expect(pages().checkpointed).toBeGreaterThanOrEqual(MOVE_PAGES), 20_000);
  await checkpoints.stop();
  store.close();
});

test("the log begins anew although writes never stop", async () => {
  const { store, checkpoints, pages, write } = deployment();
  // At the latest from FINISH_PAGES on; while the thread is at it, the next commit tries again.
  const hasBegunAnew = (): boolean => {
    const before = pages().log;
    write(MOVE_PAGES / 10);
    return pages().log < before;
  };
  let writes = 0;
  while (!hasBegunAnew() && writes < MOST_WRITES) writes += 1;
  expect(writes).toBeLessThan(MOST_WRITES);
  await checkpoints.stop();
  store.close();
});

test("a deployment that ends leaves no log behind", async () => {
  const { store, checkpoints, write } = deployment();
  write(MOVE_PAGES / 10);
  await checkpoints.stop();
  store.close();
  expect(existsSync(`${store.path}-wal`)).toBe(false);
});
