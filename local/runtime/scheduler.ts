/**
 * Scheduled functions and crons. Jobs are documents of `_scheduled_functions`, written in the
 * transaction that schedules them; crons are none. A mutation runs exactly once: its result and the
 * job's new state are one commit. An action runs at most once: it is marked as begun before.
 */

import { randomBytes } from "node:crypto";
import { setTimeout as startTimer } from "node:timers";
import { CronTable, type DueCron } from "./crons.ts";
import type { Caller } from "./context.ts";
import { FunctionError, LimitError } from "./errors.ts";
import type { Executor } from "./executor.ts";
import type { Functions } from "./functions.ts";
import { encodeKey, successor } from "./keys.ts";
import { KEY_END, type IndexRow, type KeyRange } from "./keyindex.ts";
import { LIMITS } from "./limits.ts";
import { log, messageOf } from "./log.ts";
import type { Store } from "./store.ts";
import type { Table } from "./table.ts";
import type { Transaction } from "./transaction.ts";
import type { Json, JsonObject } from "./values.ts";
import { measure } from "./wire.ts";

const MAX_CONCURRENT = 16;
const MAX_SLEEP_MS = 60_000;
const KEEP_FINISHED_MS = 7 * 86_400_000;
const SWEEP = 100;
/** Of what must happen: as there, a conflict is no reason to give up. */
const FOREVER = Infinity;

const JOBS = "_scheduled_functions";
const FINISHED = ["success", "failed", "canceled"] as const;

interface NewJob {
  name: string;
  args: Json;
  /** Unix milliseconds. */
  at: number;
}

export class Scheduler {
  readonly #store: Store;
  readonly #executor: Executor;
  readonly #functions: Functions;
  readonly #running = new Set<string>();
  /** A cron runs once at a time. */
  readonly #runningCrons = new Set<string>();
  #crons: CronTable;
  #timer: NodeJS.Timeout | undefined;
  #stopped = true;

  constructor(store: Store, executor: Executor, functions: Functions) {
    this.#store = store;
    this.#executor = executor;
    this.#functions = functions;
    this.#crons = new CronTable(store, functions.modules.crons);
  }

  /** Fails actions that a crash interrupted, then begins to run what is due. */
  async start(): Promise<void> {
    this.#crons = new CronTable(this.#store, this.#functions.modules.crons);
    await this.#executor.write(async (tx) => {
      for (const row of this.#jobs().scan(this.#states("inProgress"), "asc", -1)) {
        this.#finish(tx, idOf(row), "failed", "Transient error while executing action");
      }
    }, FOREVER);
    this.#executor.watch({
      committed: (touched) => {
        if (touched?.some(({ indexId }) => indexId === this.#jobs().id)) this.#wake(0);
      },
    });
    this.#stopped = false;
    this.#wake(0);
  }

  /** Starts no more jobs. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** Adds a job to the transaction, or in a transaction of its own; gives its id. */
  async schedule(job: NewJob, tx: Transaction | null): Promise<string> {
    if (!tx) return this.#executor.write((own) => this.schedule(job, own));
    if (!Number.isFinite(job.at)) throw new FunctionError("Invalid scheduled time");
    const { size } = measure(job.args);
    if (size > LIMITS.scheduledArgumentBytes) {
      throw new LimitError(`Scheduled function arguments are too large (${size} bytes)`);
    }
    tx.usage.add("functionsScheduled", 1);
    tx.usage.add("scheduledFunctionArgsBytes", size);
    return tx.insert(this.#table(), {
      name: canonical(job.name),
      args: [job.args],
      scheduledTime: job.at,
      state: { kind: "pending" },
    });
  }

  /** Cancels a job that has not begun; a job that is over or running is left alone. */
  async cancel(id: string, tx: Transaction | null): Promise<void> {
    if (!tx) {
      await this.#executor.write((own) => this.cancel(id, own));
      return;
    }
    const text = tx.tableOf(id)?.name === JOBS ? tx.get(id) : null;
    if (text === null) throw new FunctionError("Scheduled function not found");
    const { state } = JSON.parse(text) as { state: { kind: string } };
    if (state.kind === "pending") this.#finish(tx, id, "canceled");
  }

  #wake(delayMs: number): void {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    this.#timer = startTimer(() => void this.#tick(), Math.min(delayMs, MAX_SLEEP_MS));
    this.#timer.unref();
  }

  async #tick(): Promise<void> {
    try {
      const now = Date.now();
      this.#startCrons(now);
      await this.#sweep(now);
      this.#startDue(now);
      this.#wake(this.#nextDelay(now));
    } catch (error) {
      log("error", "scheduler_failed", { reason: messageOf(error) });
      this.#wake(MAX_SLEEP_MS);
    }
  }

  #startCrons(now: number): void {
    for (const due of this.#crons.due(now, this.#runningCrons)) {
      this.#runningCrons.add(due.cron);
      void this.#runCron(due).finally(() => {
        this.#runningCrons.delete(due.cron);
        this.#wake(0);
      });
    }
  }

  /** Runs a cron: a mutation and the time of its next run are one commit. */
  async #runCron({ cron, next, name, args }: DueCron): Promise<void> {
    const save = async (): Promise<void> => this.#crons.save(cron, next);
    try {
      const target = this.#functions.find(name, null, true);
      if (target.kind === "mutation") {
        await this.#executor.write(async (tx) => {
          await this.#functions.callIn(tx, target, args, callerOf(null));
          await save();
        }, FOREVER);
      } else {
        await this.#executor.write(save, FOREVER);
        await this.#functions.call(target, args, callerOf(null));
      }
    } catch (error) {
      log("error", "cron_failed", { cron, function: name, reason: messageOf(error) });
      await this.#executor.write(save, FOREVER);
    }
    this.#crons.saved(cron, next);
  }

  #startDue(now: number): void {
    const range = this.#states("pending", now);
    for (const row of this.#jobs().scan(range, "asc", 2 * MAX_CONCURRENT)) {
      const id = idOf(row);
      if (this.#running.size >= MAX_CONCURRENT) return;
      if (this.#running.has(id)) continue;
      this.#running.add(id);
      void this.#run(id, JSON.parse(row.text) as JsonObject).finally(() => {
        this.#running.delete(id);
        this.#wake(0);
      });
    }
  }

  async #run(id: string, job: JsonObject): Promise<void> {
    const name = job["name"] as string;
    const [args] = job["args"] as [Json];
    const caller = callerOf(id);
    try {
      const target = this.#functions.find(name, null, true);
      if (target.kind === "mutation") {
        await this.#executor.write(async (tx) => {
          if (!this.#begin(tx, id)) return;
          await this.#functions.callIn(tx, target, args, caller);
          this.#finish(tx, id, "success");
        }, FOREVER);
        return;
      }
      const begun = await this.#executor.write(async (tx) => this.#begin(tx, id), FOREVER);
      if (!begun) return;
      await this.#functions.call(target, args, caller);
      await this.#executor.write(async (tx) => this.#finish(tx, id, "success"), FOREVER);
    } catch (error) {
      log("error", "scheduled_function_failed", { function: name, reason: messageOf(error) });
      await this.#executor.write(
        async (tx) => this.#finish(tx, id, "failed", messageOf(error)),
        FOREVER,
      );
    }
  }

  /** Marks a pending job as begun; false when it was cancelled meanwhile. */
  #begin(tx: Transaction, id: string): boolean {
    const text = tx.get(id);
    if (text === null) return false;
    const { state } = JSON.parse(text) as { state: { kind: string } };
    if (state.kind !== "pending") return false;
    tx.patch(id, new Map([["state", { kind: "inProgress" }]]));
    return true;
  }

  #finish(tx: Transaction, id: string, kind: (typeof FINISHED)[number], error?: string): void {
    tx.patch(
      id,
      new Map<string, Json>([
        ["state", error === undefined ? { kind } : { kind, error }],
        ["completedTime", Date.now()],
      ]),
    );
  }

  /** Deletes jobs that were over a week ago. */
  async #sweep(now: number): Promise<void> {
    const old = FINISHED.flatMap((kind) =>
      this.#jobs().scan(this.#states(kind, now - KEEP_FINISHED_MS), "asc", SWEEP),
    );
    if (old.length === 0) return;
    await this.#executor.write(async (tx) => {
      for (const row of old) tx.remove(idOf(row));
    }, FOREVER);
  }

  #nextDelay(now: number): number {
    const [next] = this.#jobs().scan(this.#states("pending"), "asc", 1);
    const job = next && (JSON.parse(next.text) as { scheduledTime: number }).scheduledTime;
    // While all places are taken, the end of a job wakes the scheduler.
    const due = this.#running.size >= MAX_CONCURRENT ? Infinity : (job ?? Infinity);
    return Math.max(0, Math.min(due, this.#crons.nextRun(this.#runningCrons)) - now);
  }

  #states(kind: string, until?: number): KeyRange {
    const lower = encodeKey([kind]);
    const end = until === undefined ? lower : encodeKey([kind, until]);
    return { lower, upper: successor(end) ?? KEY_END };
  }

  #jobs() {
    return this.#table().indexes.get("by_state") ?? this.#missing();
  }

  #table(): Table {
    return this.#store.table(JOBS) ?? this.#missing();
  }

  #missing(): never {
    throw new Error(`the table ${JOBS} was not made`);
  }
}

function callerOf(scheduledJobId: string | null): Caller {
  const requestId = randomBytes(8).toString("hex");
  return { identity: null, isAdmin: true, ip: null, userAgent: null, requestId, scheduledJobId };
}

/** The name of a function as `_scheduled_functions` shows it. */
function canonical(path: string): string {
  const [module, name] = path.split(":");
  return `${module}.js:${name}`;
}

function idOf(row: IndexRow): string {
  return (JSON.parse(row.text) as { _id: string })._id;
}
