/**
 * Optimistic concurrency: a mutation conflicts when something that it read was written after it
 * began. Mutations run on the latest state, one after the other; what one reads there is what it
 * would have read when it began, unless one of those reads meets a write since then, which is the
 * conflict. A commit that nobody under way began before is forgotten.
 */

import { setTimeout as startTimer } from "node:timers";
import { RequestError } from "./errors.ts";
import type { ReadInterval, Touch } from "./transaction.ts";

/** Tries after the first one, and the pauses before them, as in Convex's backend (its knobs
 * UDF_EXECUTOR_OCC_*): doubled each time, with full jitter. */
export const RETRIES = 4;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

/** What the runtime adds so that conflicts are as frequent as on a busy deployment. */
export interface Contention {
  /** Part of the tries (0 to 1) that fail as if they had met a conflict. */
  forced: number;
  /** Milliseconds that a mutation takes at least, from and to. */
  mutationMs: readonly [number, number];
}

export const NO_CONTENTION: Contention = { forced: 0, mutationMs: [0, 0] };

/** A mutation read what another one wrote meanwhile; `indexId` says where, null if it was forced. */
export class Conflict extends Error {
  readonly indexId: number | null;

  constructor(indexId: number | null) {
    super("a mutation read what another one has written since it began");
    this.indexId = indexId;
  }
}

/** How often tries met a conflict, and calls gave up: since the start. */
export interface ConflictCounts {
  mutations: number;
  retries: number;
  failures: number;
  /** Retries by the table whose documents had changed. */
  tables: Record<string, number>;
}

interface Commit {
  number: number;
  touched: readonly Touch[];
}

/** What the commits wrote that some mutation under way has not seen when it began. */
export class RecentCommits {
  #last = 0;
  #commits: Commit[] = [];
  /** Mutations under way by the number of the last commit before them, lowest first. */
  readonly #begun = new Map<number, number>();

  /** Marks the begin of a mutation; `end` must follow. */
  begin(): number {
    this.#begun.set(this.#last, (this.#begun.get(this.#last) ?? 0) + 1);
    return this.#last;
  }

  end(begun: number): void {
    const others = (this.#begun.get(begun) ?? 0) - 1;
    if (others > 0) this.#begun.set(begun, others);
    else this.#begun.delete(begun);
    const [oldest] = this.#begun.keys();
    if (oldest === undefined) this.#commits = [];
    else this.#commits = this.#commits.filter(({ number }) => number > oldest);
  }

  add(touched: readonly Touch[]): void {
    this.#last += 1;
    if (touched.length > 0) this.#commits.push({ number: this.#last, touched });
  }

  /** The index in which one of the reads meets a write since `begun`, or one of `later`. */
  conflict(
    reads: readonly ReadInterval[],
    begun: number,
    later: readonly (readonly Touch[])[],
  ): number | null {
    const since = this.#commits.filter(({ number }) => number > begun);
    const writes = [...since.map(({ touched }) => touched), ...later];
    if (writes.length === 0) return null;
    const byIndex = Map.groupBy(reads, ({ indexId }) => indexId);
    const met = writes.flat().find(({ indexId, key }) => isWithin(key, byIndex.get(indexId)));
    return met?.indexId ?? null;
  }
}

/** Whether a position of an index lies in one of the ranges of it that were read. */
export function isWithin(key: Buffer, reads: readonly ReadInterval[] | undefined): boolean {
  return (
    reads?.some(
      ({ lower, upper }) => Buffer.compare(key, lower) >= 0 && Buffer.compare(key, upper) < 0,
    ) ?? false
  );
}

/** Waits before try number `failures` + 1. */
export function pause(failures: number): Promise<void> {
  const longest = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS);
  return wait(Math.random() * longest);
}

/** Lets the time of a mutation pass. */
export async function takeTime([from, to]: readonly [number, number]): Promise<void> {
  if (to > 0) await wait(from + Math.random() * (to - from));
}

/** What the caller hears when the last try failed as well. */
export function gaveUp(table: string | null): RequestError {
  const where = table === null ? "some table" : `the table "${table}"`;
  return new RequestError(
    503,
    "OptimisticConcurrencyControlFailure",
    `Documents of ${where} changed at every try of this mutation. See https://docs.convex.dev/error#1`,
  );
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => startTimer(resolve, ms));
}
