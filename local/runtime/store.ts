/** The SQLite file: one connection, the catalog of tables, and the clock of commits. */

import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { FINISH_PAGES } from "./checkpoints.ts";
import { Inserts } from "./inserts.ts";
import type { Table } from "./table.ts";

const FORMAT = "1";
const CACHE_KIB = 64 * 1024;

const CATALOG = `
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tables (
  number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, validator TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS indexes (
  id INTEGER PRIMARY KEY AUTOINCREMENT, table_number INTEGER NOT NULL, name TEXT NOT NULL,
  kind TEXT NOT NULL, definition TEXT NOT NULL, UNIQUE (table_number, name));
CREATE TABLE IF NOT EXISTS crons (
  name TEXT PRIMARY KEY, definition TEXT NOT NULL, next_run REAL NOT NULL);
`;

export class Store {
  readonly path: string;
  readonly db: DatabaseSync;
  readonly inserts: Inserts;
  readonly tables = new Map<string, Table>();
  readonly #numbers = new Map<number, Table>();
  readonly #changes: StatementSync;
  readonly #readMeta: StatementSync;
  readonly #writeMeta: StatementSync;
  #lastTs: bigint;
  #lastCreationTime: number;

  /** @throws Error when the folder holds data of another format. */
  constructor(folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.path = join(folder, "convex.sqlite3");
    this.db = new DatabaseSync(this.path);
    this.db.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA busy_timeout = 10000;
      PRAGMA temp_store = MEMORY;
      PRAGMA cache_size = -${CACHE_KIB};
      PRAGMA wal_autocheckpoint = ${FINISH_PAGES};
      ${CATALOG}
    `);
    this.inserts = new Inserts(this.db);
    this.#changes = this.db.prepare("SELECT total_changes() AS changes");
    this.#readMeta = this.db.prepare("SELECT value FROM meta WHERE key = ?");
    this.#writeMeta = this.db.prepare(
      "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    );
    if (this.meta("format", () => FORMAT) !== FORMAT) {
      throw new Error(`${folder} holds data of another version of the runtime`);
    }
    this.#lastTs = BigInt(this.meta("last_ts", () => "0"));
    this.#lastCreationTime = Number(this.meta("last_creation_time", () => "0"));
  }

  /** A stored setting; made and stored when absent. */
  meta(key: string, make: () => string): string {
    const row = this.#readMeta.get(key) as { value: string } | undefined;
    if (row) return row.value;
    const value = make();
    this.#writeMeta.run(key, value);
    return value;
  }

  /** 32 secret bytes of this deployment, for cursors. */
  secret(): Buffer {
    return Buffer.from(
      this.meta("secret", () => randomBytes(32).toString("hex")),
      "hex",
    );
  }

  /** Timestamp of the last commit, nanoseconds since the epoch. */
  get lastTs(): bigint {
    return this.#lastTs;
  }

  /** A timestamp after all others, even if the clock went back over a restart. */
  nextTs(): bigint {
    const now = BigInt(Date.now()) * 1_000_000n;
    this.#lastTs = now > this.#lastTs ? now : this.#lastTs + 1n;
    return this.#lastTs;
  }

  /** A creation time (ms) later than all others, so that ties cannot occur. */
  nextCreationTime(): number {
    this.#lastCreationTime = Math.max(Date.now(), this.#lastCreationTime + 0.001);
    return this.#lastCreationTime;
  }

  /** Makes sure that later documents are created after an imported one. */
  noteCreationTime(time: number): void {
    this.#lastCreationTime = Math.max(this.#lastCreationTime, time);
  }

  table(name: string): Table | undefined {
    return this.tables.get(name);
  }

  tableByNumber(number: number): Table | undefined {
    return this.#numbers.get(number);
  }

  tableName = (number: number): string | undefined => this.#numbers.get(number)?.name;

  setTables(tables: readonly Table[]): void {
    this.tables.clear();
    this.#numbers.clear();
    for (const table of tables) {
      this.tables.set(table.name, table);
      this.#numbers.set(table.number, table);
    }
  }

  begin(): void {
    this.db.exec("BEGIN IMMEDIATE");
  }

  /** Rows that were ever changed: the same number before and after means that nothing was. */
  get changes(): number {
    return (this.#changes.get() as { changes: number }).changes;
  }

  /** Begins a part that can be undone by itself. Costs a flush of every search index. */
  savepoint(name: string): void {
    this.inserts.flush();
    this.db.exec(`SAVEPOINT ${name}`);
  }

  release(name: string): void {
    this.inserts.flush();
    this.db.exec(`RELEASE ${name}`);
  }

  /** Undoes everything since the savepoint. */
  undo(name: string): void {
    this.inserts.discard();
    this.db.exec(`ROLLBACK TO ${name}; RELEASE ${name}`);
  }

  /** Makes everything since `begin` durable, the clock included. */
  commit(): void {
    this.inserts.flush();
    this.#writeMeta.run("last_ts", String(this.#lastTs));
    this.#writeMeta.run("last_creation_time", String(this.#lastCreationTime));
    this.db.exec("COMMIT");
  }

  rollback(): void {
    this.inserts.discard();
    if (this.db.isTransaction) this.db.exec("ROLLBACK");
  }

  close(): void {
    this.db.close();
  }
}
