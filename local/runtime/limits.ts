/** Convex's published limits, and the counting of one transaction against them. */

import { LimitError } from "./errors.ts";

const MIB = 1024 * 1024;

export const LIMITS = {
  /** Bytes of one HTTP body or WebSocket message. */
  requestBytes: 16 * MIB + 2000,
  argumentBytes: 16 * MIB,
  resultBytes: 16 * MIB,
  documentBytes: MIB,
  documentNesting: 16,
  valueNesting: 64,
  arrayLength: 8192,
  objectFields: 1024,
  fieldNameLength: 1024,
  /** Functions that call functions that call functions. */
  callDepth: 8,
  queryOperators: 256,
  searchTerms: 16,
  /** Different terms that one search looks up, values of filters included. */
  searchDistinctTerms: 64,
  searchFilters: 8,
  searchCandidates: 1024,
  /** Terms of this many bytes and more are neither indexed nor searched. */
  searchTermBytes: 32,
  tables: 10_000,
  indexesPerTable: 64,
  fieldsPerIndex: 16,
  scheduledArgumentBytes: 4 * MIB,
  /** Milliseconds that a query or mutation may wait for anything but the database. */
  stallMs: 5_000,
  /** Milliseconds of an action. */
  actionMs: 600_000,
  logLines: 256,
} as const;

const REFERENCE = "This is a Convex limit: https://docs.convex.dev/production/state/limits";

const TRANSACTION_LIMITS = {
  bytesRead: 16 * MIB,
  bytesWritten: 16 * MIB,
  databaseQueries: 4_096,
  documentsRead: 32_000,
  documentsWritten: 16_000,
  functionsScheduled: 1_000,
  scheduledFunctionArgsBytes: 16 * MIB,
};

export type Metric = keyof typeof TRANSACTION_LIMITS;

const COMPLAINTS: Record<Metric, (limit: number) => string> = {
  bytesRead: (n) => `Read too much data in a single function execution (limit: ${n} bytes).`,
  bytesWritten: (n) => `Wrote too much data in a single function execution (limit: ${n} bytes).`,
  databaseQueries: (n) =>
    `Too many index ranges read in a single function execution (limit: ${n}).`,
  documentsRead: (n) => `Scanned too many documents in a single function execution (limit: ${n}).`,
  documentsWritten: (n) => `Wrote too many documents in a single function execution (limit: ${n}).`,
  functionsScheduled: (n) => `Scheduled too many functions in a single execution (limit: ${n}).`,
  scheduledFunctionArgsBytes: (n) =>
    `Scheduled function arguments too large in a single execution (limit: ${n} bytes).`,
};

const METRICS = Object.keys(TRANSACTION_LIMITS) as Metric[];
const READ_METRICS = new Set<Metric>(["bytesRead", "documentsRead", "databaseQueries"]);

/** What one transaction, nested calls included, has used of its limits. */
export class Usage {
  readonly #used: Record<Metric, number>;
  readonly #limits: Record<Metric, number>;

  constructor(parent?: Usage, requested: Partial<Record<Metric, number>> = {}) {
    this.#used = parent ? { ...parent.#used } : zero();
    this.#limits = parent ? { ...parent.#limits } : { ...TRANSACTION_LIMITS };
    for (const metric of METRICS) {
      const own = requested[metric];
      if (own !== undefined) {
        this.#limits[metric] = Math.min(this.#limits[metric], this.#used[metric] + own);
      }
    }
  }

  /** @throws LimitError when the limit is passed. */
  add(metric: Metric, amount: number): void {
    const used = (this.#used[metric] += amount);
    const limit = this.#limits[metric];
    if (used > limit) throw new LimitError(`${COMPLAINTS[metric](limit)} ${REFERENCE}`);
  }

  /** Takes over what a nested call used; of a failed one only what it read. */
  absorb(child: Usage, succeeded: boolean): void {
    for (const metric of METRICS) {
      if (succeeded || READ_METRICS.has(metric)) this.#used[metric] = child.#used[metric];
    }
  }

  report(): Record<string, { used: number; remaining: number }> {
    return Object.fromEntries(
      METRICS.map((metric) => {
        const used = this.#used[metric];
        return [metric, { used, remaining: this.#limits[metric] - used }];
      }),
    );
  }
}

function zero(): Record<Metric, number> {
  return Object.fromEntries(METRICS.map((metric) => [metric, 0])) as Record<Metric, number>;
}
