/**
 * Decides what touches the database when. One thing runs at a time: a query alone, or a group of
 * mutations that are committed, and so made durable, together (group commit). A caller hears of
 * its mutation only after that commit, and no query ever sees what is not yet durable.
 *
 * The mutations of a group run one after the other, so each sees what those before it wrote. One
 * that fails before it has written leaves nothing behind. If one fails later, the group is undone
 * and run again with a savepoint around each, so that only what failed is undone. Savepoints
 * everywhere would be simpler, but each makes SQLite write out its search indexes' memory.
 */

import type { Store } from "./store.ts";
import { Transaction, type Touch } from "./transaction.ts";

/** Mutations per commit; bounds how long a query can wait behind them. */
const MAX_GROUP = 32;

/** Somebody who follows what commits change. */
export interface Watcher {
  /** Whether changes in an index matter now; those in others are not kept until the commit. */
  watches: (indexId: number) => boolean;
  /** Told once per commit what changed in the watched indexes; null when everything did. */
  committed: (touched: Touch[] | null) => void;
}

/** What a transaction does; a mutation's may be run again after it was undone. */
type Work<T> = (tx: Transaction) => Promise<T>;

interface Pending {
  run: () => Promise<void>;
}

interface PendingWrite {
  attempt: (tx: Transaction) => Promise<unknown>;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

/** How one mutation of a group ended, told to its caller once the group is durable. */
interface Outcome {
  settle: () => void;
  touched: readonly Touch[];
}

export class Executor {
  readonly #store: Store;
  readonly #reads: Pending[] = [];
  readonly #writes: PendingWrite[] = [];
  readonly #watchers: Watcher[] = [];
  #running: Promise<void> | null = null;

  constructor(store: Store) {
    this.#store = store;
  }

  watch(watcher: Watcher): void {
    this.#watchers.push(watcher);
  }

  /** Runs a read-only transaction on the latest committed state. */
  read<T>(work: Work<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#reads.push({
        run: async () => {
          const tx = new Transaction(this.#store, { tracksReads: false, watches: null });
          await work(tx).then(resolve, reject);
        },
      });
      this.#wake();
    });
  }

  /** Runs a mutation; settles after it is durable, or after it was rolled back. */
  write<T>(work: Work<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#writes.push({ attempt: work, resolve: resolve as (value: unknown) => void, reject });
      this.#wake();
    });
  }

  /** Runs something that changes everything, alone; it begins and commits by itself. */
  async exclusive<T>(work: () => Promise<T>): Promise<T> {
    const result = await this.read(work);
    for (const watcher of this.#watchers) watcher.committed(null);
    return result;
  }

  /** Settles when nothing is queued or running. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  #wake(): void {
    this.#running ??= this.#loop();
  }

  async #loop(): Promise<void> {
    // One turn of the event loop collects the requests that have arrived already.
    await turn();
    while (this.#reads.length + this.#writes.length > 0) {
      for (const read of this.#reads.splice(0, MAX_GROUP)) await read.run();
      const group = this.#writes.splice(0, MAX_GROUP);
      if (group.length > 0) await this.#commitGroup(group);
      await turn();
    }
    this.#running = null;
  }

  async #commitGroup(group: PendingWrite[]): Promise<void> {
    const outcomes: Outcome[] = [];
    try {
      this.#store.begin();
      const together = group.length > 1 ? await this.#runTogether(group) : null;
      outcomes.push(...(together ?? (await this.#runApart(group))));
      this.#store.commit();
    } catch (error) {
      this.#store.rollback();
      for (const write of group) write.reject(error);
      return;
    }
    for (const { settle } of outcomes) settle();
    const touched = outcomes.flatMap((outcome) => outcome.touched);
    for (const watcher of this.#watchers) watcher.committed(touched);
  }

  /** Runs a group; undoes all of it and gives null if a mutation failed after it had written. */
  async #runTogether(group: PendingWrite[]): Promise<Outcome[] | null> {
    const outcomes: Outcome[] = [];
    for (const write of group) {
      const before = this.#store.changes;
      const tx = this.#transaction();
      try {
        const outcome = await succeed(write, tx);
        this.#store.inserts.flush();
        outcomes.push(outcome);
      } catch (error) {
        this.#store.inserts.discard();
        if (this.#store.changes !== before) {
          this.#store.rollback();
          this.#store.begin();
          return null;
        }
        outcomes.push(failed(write, error));
      }
    }
    return outcomes;
  }

  /** Runs each mutation of a group in a savepoint; its failure leaves the others alone. */
  async #runApart(group: PendingWrite[]): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    for (const write of group) {
      this.#store.savepoint("mutation");
      try {
        const outcome = await succeed(write, this.#transaction());
        this.#store.release("mutation");
        outcomes.push(outcome);
      } catch (error) {
        this.#store.undo("mutation");
        outcomes.push(failed(write, error));
      }
    }
    return outcomes;
  }

  #transaction(): Transaction {
    const watches = (indexId: number): boolean =>
      this.#watchers.some((watcher) => watcher.watches(indexId));
    return new Transaction(this.#store, { tracksReads: false, watches });
  }
}

async function succeed(write: PendingWrite, tx: Transaction): Promise<Outcome> {
  const value = await write.attempt(tx);
  return { settle: () => write.resolve(value), touched: tx.touched };
}

function failed(write: PendingWrite, error: unknown): Outcome {
  return { settle: () => write.reject(error), touched: [] };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
