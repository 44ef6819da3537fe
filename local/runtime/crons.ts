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

interface DueCron {
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
        const next = nextRun(spec, Date.now());
        this.save(name, next);
        this.saved(name, next);
      }
    }
  }

  /** Unix milliseconds of the earliest next run; Infinity without crons. */
  nextRun(): number {
    return Math.min(Infinity, ...this.#next.values());
  }

  /**
   * The jobs that are due, each with the time of its next run. Runs that were missed while the
   * runtime was down are made up by one.
   */
  due(now: number): DueCron[] {
    return [...this.#next]
      .filter(([, at]) => at <= now)
      .map(([cron]) => {
        const spec = this.#specs[cron] as CronSpec;
        return { cron, next: nextRun(spec, now), name: spec.name, args: spec.args[0] };
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

/** Unix milliseconds of a schedule's first run after `now`. */
export function nextRun({ name, schedule }: CronSpec, now: number): number {
  for (const [unit, ms] of Object.entries(UNIT_MS)) {
    const every = schedule[unit];
    if (schedule.type === "interval" && typeof every === "number") return now + every * ms;
  }
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
