/**
 * Rows on their way into SQLite. A transaction that writes many documents inserts many rows into
 * the same few tables: they wait until there are enough for one statement, which costs far less
 * than a statement per row. Whatever reads a table asks for the waiting rows to be written first.
 */

import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";

/** Rows per statement. */
const WIDTH = 20;

/** What waits to be written, and can be forgotten instead. */
export interface Waiting {
  flush(): void;
  discard(): void;
}

/** The waiting rows of a database, or of one of its tables and what belongs to that. */
export class Inserts implements Waiting {
  readonly db: DatabaseSync;
  readonly #whole: Inserts | null;
  readonly #waiting = new Set<Waiting>();

  constructor(db: DatabaseSync, whole: Inserts | null = null) {
    this.db = db;
    this.#whole = whole;
  }

  /** Makes a part that can be flushed by itself: what reads one table leaves the others alone. */
  part(): Inserts {
    return new Inserts(this.db, this);
  }

  /** Makes what inserts rows into a table's columns. */
  into(table: string, columns: readonly string[]): RowInserter {
    return new RowInserter(this, table, columns);
  }

  /** Takes note of something that waits. */
  wait(waiting: Waiting): void {
    if (this.#waiting.size === 0) this.#whole?.wait(this);
    this.#waiting.add(waiting);
  }

  /** Forgets something that waits no longer. */
  done(waiting: Waiting): void {
    this.#waiting.delete(waiting);
  }

  /** Writes the waiting rows: before anything reads, and before a transaction or savepoint ends. */
  flush(): void {
    if (this.#waiting.size === 0) return;
    for (const waiting of this.#waiting) waiting.flush();
    this.#waiting.clear();
  }

  /** Forgets the waiting rows: their transaction is undone. */
  discard(): void {
    for (const waiting of this.#waiting) waiting.discard();
    this.#waiting.clear();
  }
}

class RowInserter implements Waiting {
  readonly #inserts: Inserts;
  readonly #table: string;
  readonly #columns: readonly string[];
  readonly #one: StatementSync;
  /** Made when it is first needed: most tables never get that many rows at once. */
  #many: StatementSync | null = null;
  /** Values of the rows, one after the other. */
  #values: SQLInputValue[] = [];

  constructor(inserts: Inserts, table: string, columns: readonly string[]) {
    this.#inserts = inserts;
    this.#table = table;
    this.#columns = columns;
    this.#one = this.#prepare(1);
  }

  add(...row: SQLInputValue[]): void {
    if (this.#values.length === 0) this.#inserts.wait(this);
    this.#values.push(...row);
    if (this.#values.length < WIDTH * this.#columns.length) return;
    this.#many ??= this.#prepare(WIDTH);
    this.#many.run(...this.#values);
    this.#values = [];
    this.#inserts.done(this);
  }

  flush(): void {
    const width = this.#columns.length;
    for (let start = 0; start < this.#values.length; start += width) {
      this.#one.run(...this.#values.slice(start, start + width));
    }
    this.#values = [];
  }

  discard(): void {
    this.#values = [];
  }

  #prepare(rows: number): StatementSync {
    const row = `(${this.#columns.map(() => "?").join(", ")})`;
    const all = Array.from({ length: rows }, () => row).join(", ");
    return this.#inserts.db.prepare(
      `INSERT INTO ${this.#table} (${this.#columns.join(", ")}) VALUES ${all}`,
    );
  }
}

export type { RowInserter };
