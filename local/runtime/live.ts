/** Live queries: what each has read, and which of them a commit makes stale. */

import { isWithin } from "./conflicts.ts";
import type { AddQuery } from "./protocol.ts";
import type { ReadInterval, Touch } from "./transaction.ts";

export class LiveQuery {
  readonly queryId: number;
  readonly path: string;
  readonly args: unknown;
  isStale = true;
  /** The message that last told the client the result. */
  sent: string | null = null;
  #reads = new Map<number, ReadInterval[]>();

  constructor({ queryId, udfPath, args }: AddQuery) {
    this.queryId = queryId;
    this.path = udfPath;
    this.args = args;
  }

  /** Takes note of a run: what it read decides when to run again. */
  ran(reads: readonly ReadInterval[]): void {
    this.isStale = false;
    this.#reads = new Map();
    for (const interval of reads) {
      const known = this.#reads.get(interval.indexId);
      if (known) known.push(interval);
      else this.#reads.set(interval.indexId, [interval]);
    }
  }

  /** Whether a commit changed anything within what the query has read. */
  isTouchedBy(touched: readonly Touch[]): boolean {
    return touched.some(({ indexId, key }) => isWithin(key, this.#reads.get(indexId)));
  }
}
