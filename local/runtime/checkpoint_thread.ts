/** The thread of `checkpoints.ts`: waits for commits, and moves pages once there are enough. */

import { DatabaseSync } from "node:sqlite";
import { workerData } from "node:worker_threads";
import { ENDED, MOVE_PAGES, type Shared } from "./checkpoints.ts";

const { path, commits } = workerData as Shared;
const db = new DatabaseSync(path);
const look = db.prepare("PRAGMA wal_checkpoint(NOOP)");
const move = db.prepare("PRAGMA wal_checkpoint(PASSIVE)");
let seen = 0;
while (seen !== ENDED) {
  Atomics.wait(commits, 0, seen);
  seen = Atomics.load(commits, 0);
  const { log, checkpointed } = look.get() as { log: number; checkpointed: number };
  if (log - checkpointed >= MOVE_PAGES) move.get();
}
db.close();
