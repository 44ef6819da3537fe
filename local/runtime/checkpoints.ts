/**
 * Moves what the write-ahead log holds into the database, in a thread of its own: on the thread that
 * runs mutations this would be a fifth of the time of a busy deployment. Durability does not depend
 * on it: what is committed is in the log, and on disk.
 *
 * The log can begin anew only when all of it was moved and nobody writes meanwhile. While mutations
 * never stop, the writing connection does the rest itself now and then (`FINISH_PAGES`).
 */

import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Watcher } from "./executor.ts";

/** Pages in the log that are worth moving. */
export const MOVE_PAGES = 4_000;
/** Pages in the log from which the writing connection moves what is left, and begins it anew. */
export const FINISH_PAGES = 4 * MOVE_PAGES;

export const ENDED = -1;

/** What the thread is given. */
export interface Shared {
  path: string;
  /** One number: commits so far, or `ENDED`. */
  commits: Int32Array;
}

export class Checkpoints implements Watcher {
  readonly #commits = new Int32Array(new SharedArrayBuffer(4));
  readonly #thread: Worker;
  readonly #ended: Promise<unknown>;

  /** @param path of the database, which must exist. */
  constructor(path: string) {
    const shared: Shared = { path, commits: this.#commits };
    this.#thread = new Worker(new URL("./checkpoint_thread.ts", import.meta.url), {
      workerData: shared,
      resourceLimits: { maxOldGenerationSizeMb: 16 },
    });
    this.#ended = once(this.#thread, "exit").catch(() => undefined);
    // Nothing is lost without it: the writing connection then moves all pages itself.
    this.#thread.on("error", () => undefined);
    this.#thread.unref();
  }

  committed(): void {
    Atomics.add(this.#commits, 0, 1);
    Atomics.notify(this.#commits, 0);
  }

  /** Ends the thread, after what it is at. */
  async stop(): Promise<void> {
    this.#thread.ref();
    Atomics.store(this.#commits, 0, ENDED);
    Atomics.notify(this.#commits, 0);
    await this.#ended;
  }
}
