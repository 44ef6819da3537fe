/**
 * Decides what touches the database when. One thing runs at a time: a query alone, or a group of
 * mutations that are committed, and so made durable, together (group commit). A caller hears of
 * its mutation only after that commit, and no query ever sees what is not yet durable.
 */

import type { Store } from "./store.ts";
import { Transaction, type Touch } from "./transaction.ts";

/** Mutations per commit; bounds how long a query can wait behind them. */
const MAX_GROUP = 32;

/** Told once per commit what changed; null when everything did. */
export type CommitListener = (touched: Touch[] | null) => void;

type Work<T> = (tx: Transaction) => Promise<T>;

interface Pending {
  run: () => Promise<void>;
}

interface PendingWrite {
  attempt: (tx: Transaction) => Promise<unknown>;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

export class Executor {
  readonly #store: Store;
  readonly #reads: Pending[] = [];
  readonly #writes: PendingWrite[] = [];
  readonly #listeners: CommitListener[] = [];
  #running: Promise<void> | null = null;

  constructor(store: Store) {
    this.#store = store;
  }

  onCommit(listener: CommitListener): void {
    this.#listeners.push(listener);
  }

  /** Runs a read-only transaction on the latest committed state. */
  read<T>(work: Work<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#reads.push({
        run: async () => {
          const tx = new Transaction(this.#store, { writable: false, tracksReads: false });
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
    for (const listener of this.#listeners) listener(null);
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
    const settled: (() => void)[] = [];
    const touched: Touch[] = [];
    try {
      this.#store.begin();
      for (const write of group) settled.push(await this.#attempt(write, touched));
      this.#store.commit();
    } catch (error) {
      this.#store.rollback();
      for (const write of group) write.reject(error);
      return;
    }
    for (const settle of settled) settle();
    for (const listener of this.#listeners) listener(touched);
  }

  /** Runs one mutation in a savepoint; its failure leaves the others of the group alone. */
  async #attempt(write: PendingWrite, touched: Touch[]): Promise<() => void> {
    const tx = new Transaction(this.#store, { writable: true, tracksReads: false });
    this.#store.db.exec("SAVEPOINT mutation");
    try {
      const value = await write.attempt(tx);
      this.#store.db.exec("RELEASE mutation");
      for (const touch of tx.touched) touched.push(touch);
      return () => write.resolve(value);
    } catch (error) {
      this.#store.db.exec("ROLLBACK TO mutation; RELEASE mutation");
      return () => write.reject(error);
    }
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
