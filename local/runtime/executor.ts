/**
 * Decides what touches the database when. One thing runs at a time: a query alone, or a group of
 * mutations that are committed, and so made durable, together (group commit). A caller hears of
 * its mutation only after that commit, and no query ever sees what is not yet durable.
 *
 * The mutations of a group run one after the other. One that read what was written since it came
 * in, by an earlier group or by one before it, conflicts, and is tried again (`conflicts.ts`). One
 * that fails before it has written leaves nothing behind. If one fails later, the group is undone
 * and run again with a savepoint around each, so that only what failed is undone. Savepoints
 * everywhere would be simpler, but each makes SQLite write out its search indexes' memory.
 */

import {
  Conflict,
  NO_CONTENTION,
  RETRIES,
  RecentCommits,
  gaveUp,
  pause,
  takeTime,
} from "./conflicts.ts";
import type { ConflictCounts, Contention } from "./conflicts.ts";
import type { Store } from "./store.ts";
import type { Table } from "./table.ts";
import { Transaction, type Touch } from "./transaction.ts";

/** Mutations per commit; bounds how long a query can wait behind them. */
const MAX_GROUP = 32;

/** Somebody who follows what commits change. */
export interface Watcher {
  /** Told once per commit which positions of indexes changed; null when everything did. */
  committed: (touched: Touch[] | null) => void;
}

/** What a transaction does; a mutation's may be run again after it was undone. */
type Work<T> = (tx: Transaction) => Promise<T>;

interface Pending {
  run: () => Promise<void>;
}

interface PendingWrite {
  /** When it began, as `RecentCommits` counts. */
  begun: number;
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
  readonly #commits = new RecentCommits();
  readonly #contention: Contention;
  readonly #counts: ConflictCounts = { mutations: 0, retries: 0, failures: 0, tables: {} };
  #running: Promise<void> | null = null;

  constructor(store: Store, contention: Contention = NO_CONTENTION) {
    this.#store = store;
    this.#contention = contention;
  }

  get conflicts(): ConflictCounts {
    return structuredClone(this.#counts);
  }

  watch(watcher: Watcher): void {
    this.#watchers.push(watcher);
  }

  /** Runs a read-only transaction on the latest committed state. */
  read<T>(work: Work<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#reads.push({
        run: async () => {
          const tx = new Transaction(this.#store, { tracksReads: false, isWritable: false });
          await work(tx).then(resolve, reject);
        },
      });
      this.#wake();
    });
  }

  /**
   * Runs a mutation; settles after it is durable, or after it was rolled back.
   *
   * @throws RequestError 503 when it met a conflict at the first try and at every retry.
   */
  async write<T>(work: Work<T>, retries = RETRIES): Promise<T> {
    this.#counts.mutations += 1;
    for (let failures = 0; ;) {
      try {
        return await this.#try(work, retries);
      } catch (error) {
        if (!(error instanceof Conflict)) throw error;
        const table = this.#tableOf(error.indexId);
        failures += 1;
        if (failures > retries) {
          this.#counts.failures += 1;
          throw gaveUp(table);
        }
        this.#counts.retries += 1;
        this.#counts.tables[table ?? "forced"] = (this.#counts.tables[table ?? "forced"] ?? 0) + 1;
        await pause(failures);
      }
    }
  }

  async #try<T>(work: Work<T>, retries: number): Promise<T> {
    const begun = this.#commits.begin();
    try {
      await takeTime(this.#contention.mutationMs);
      // What never gives up would go on for ever if all of it failed.
      const { forced } = this.#contention;
      if (retries < Infinity && Math.random() < forced) throw new Conflict(null);
      return await new Promise<T>((resolve, reject) => {
        const settle = resolve as (value: unknown) => void;
        this.#writes.push({ begun, attempt: work, resolve: settle, reject });
        this.#wake();
      });
    } finally {
      this.#commits.end(begun);
    }
  }

  #tableOf(indexId: number | null): string | null {
    const holds = ({ indexes, searches }: Table): boolean =>
      [...indexes.values(), ...searches.values()].some(({ id }) => id === indexId);
    return [...this.#store.tables.values()].find(holds)?.name ?? null;
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
    for (const { settle, touched } of outcomes) {
      settle();
      this.#commits.add(touched);
    }
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
        const outcome = await this.#succeed(write, tx, outcomes);
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
        const outcome = await this.#succeed(write, this.#transaction(), outcomes);
        this.#store.release("mutation");
        outcomes.push(outcome);
      } catch (error) {
        this.#store.undo("mutation");
        outcomes.push(failed(write, error));
      }
    }
    return outcomes;
  }

  async #succeed(write: PendingWrite, tx: Transaction, earlier: Outcome[]): Promise<Outcome> {
    const value = await write.attempt(tx);
    const written = earlier.map(({ touched }) => touched);
    const indexId = this.#commits.conflict(tx.reads, write.begun, written);
    if (indexId !== null) throw new Conflict(indexId);
    return { settle: () => write.resolve(value), touched: tx.touched };
  }

  #transaction(): Transaction {
    return new Transaction(this.#store, { tracksReads: true, isWritable: true });
  }
}

function failed(write: PendingWrite, error: unknown): Outcome {
  return { settle: () => write.reject(error), touched: [] };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
