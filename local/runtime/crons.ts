/** When crons run next: kept in SQLite, so that a restart neither repeats nor forgets a run. */

import { Cron } from "croner";
import type { CronSpec } from "./modules.ts";
import type { Store } from "./store.ts";
import type { Json } from "./values.ts";

const UNIT_MS = { seconds: 1_000, minutes: 60_000, hours: 3_600_000 } as const;
const DAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

interface Row {
  name: string;
  definition: string;
  next_run: number;
}

export interface DueCron {
  /** Its key among the crons; `name` is the function's. */
  cron: string;
  /** Unix milliseconds. */
  next: number;
  name: string;
  args: Json;
}

export class CronTable {
  readonly #store: Store;
  readonly #specs: Record<string, CronSpec>;
  readonly #next = new Map<string, number>();

  /** Keeps the next run of unchanged crons, starts new ones, forgets removed ones. */
  constructor(store: Store, specs: Record<string, CronSpec>) {
    this.#store = store;
    this.#specs = specs;
    const rows = store.db.prepare("SELECT * FROM crons").all() as unknown as Row[];
    const known = new Map(rows.map((row) => [row.name, row]));
    for (const name of known.keys()) {
      if (!specs[name]) store.db.prepare("DELETE FROM crons WHERE name = ?").run(name);
    }
    for (const [name, spec] of Object.entries(specs)) {
      const row = known.get(name);
      if (row?.definition === JSON.stringify(spec)) this.#next.set(name, row.next_run);
      else {
        const next = firstRun(spec, Date.now());
        this.save(name, next);
        this.saved(name, next);
      }
    }
  }

  /** Unix milliseconds of the earliest next run, but of those `running`; Infinity if there is none. */
  nextRun(running: ReadonlySet<string>): number {
    const others = [...this.#next].filter(([cron]) => !running.has(cron));
    return Math.min(Infinity, ...others.map(([, at]) => at));
  }

  /**
   * The crons that are due, each with the time of its next run. Runs that were missed, while the
   * runtime was down or the cron still `running`, are made up by one.
   */
  due(now: number, running: ReadonlySet<string>): DueCron[] {
    return [...this.#next]
      .filter(([cron, at]) => at <= now && !running.has(cron))
      .map(([cron, at]) => {
        const spec = this.#specs[cron] as CronSpec;
        return { cron, next: nextRun(spec, at, now), name: spec.name, args: spec.args[0] };
      });
  }

  /** Stores when a cron runs next, within the caller's transaction. */
  save(cron: string, next: number): void {
    this.#store.db
      .prepare("INSERT OR REPLACE INTO crons VALUES (?, ?, ?)")
      .run(cron, JSON.stringify(this.#specs[cron]), next);
  }

  /** Takes note of what was saved, once it is durable. */
  saved(cron: string, next: number): void {
    this.#next.set(cron, next);
  }
}

/** Unix milliseconds of the first run of a new cron: of an interval at once. */
function firstRun(spec: CronSpec, now: number): number {
  return intervalOf(spec) === null ? nextByPattern(spec, now) : now;
}

/** The first run after `now`, of a cron that was due at `last`. */
function nextRun(spec: CronSpec, last: number, now: number): number {
  const interval = intervalOf(spec);
  if (interval === null) return nextByPattern(spec, now);
  return last + (Math.floor((now - last) / interval) + 1) * interval;
}

function intervalOf({ schedule }: CronSpec): number | null {
  if (schedule.type !== "interval") return null;
  for (const [unit, ms] of Object.entries(UNIT_MS)) {
    const every = schedule[unit];
    if (typeof every === "number") return every * ms;
  }
  return null;
}

function nextByPattern({ name, schedule }: CronSpec, now: number): number {
  const next = new Cron(pattern(schedule), { timezone: "UTC" }).nextRun(new Date(now));
  if (!next) throw new Error(`The schedule of cron "${name}" never comes`);
  return next.getTime();
}

function pattern(schedule: CronSpec["schedule"]): string {
  const { minuteUTC = 0, hourUTC, day, dayOfWeek } = schedule;
  switch (schedule.type) {
    case "hourly":
      return `${String(minuteUTC)} * * * *`;
    case "daily":
      return `${String(minuteUTC)} ${String(hourUTC)} * * *`;
    case "weekly":
      return `${String(minuteUTC)} ${String(hourUTC)} * * ${DAYS.indexOf(String(dayOfWeek))}`;
    case "monthly":
      return `${String(minuteUTC)} ${String(hourUTC)} ${String(day)} * *`;
    default:
      return String(schedule["cron"]);
  }
}
