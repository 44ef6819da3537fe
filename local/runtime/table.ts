/** One table: its documents, its indexes, and keeping the two in step. */

import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Inserts, RowInserter } from "./inserts.ts";
import { encodeKey, successor } from "./keys.ts";
import { KEY_END, type KeyIndex, type KeyRange, type Row } from "./keyindex.ts";
import type { SearchIndex } from "./search.ts";
import type { ValidatorJson } from "./validate.ts";
import type { JsonObject } from "./values.ts";

/** Told of every index position that a write touched, for live queries. */
export type TouchListener = (indexId: number, key: Buffer) => void;

export class Table {
  readonly number: number;
  readonly name: string;
  validator: ValidatorJson | null = null;
  readonly indexes = new Map<string, KeyIndex>();
  readonly searches = new Map<string, SearchIndex>();
  /** What waits to be written of the table and its indexes. */
  readonly inserts: Inserts;
  readonly #rows: RowInserter;
  readonly #last: StatementSync;
  readonly #update: StatementSync;
  readonly #delete: StatementSync;
  readonly #page: StatementSync;
  readonly #count: StatementSync;
  /** Row number of the last document inserted; null before the first one. */
  #lastSeq: number | null = null;

  constructor(inserts: Inserts, number: number, name: string) {
    const { db } = inserts;
    this.number = number;
    this.name = name;
    const documents = documentsTable(number);
    this.inserts = inserts;
    this.#rows = inserts.into(documents, ["seq", "json", "size"]);
    this.#last = db.prepare(`SELECT coalesce(max(seq), 0) AS seq FROM ${documents}`);
    this.#update = db.prepare(`UPDATE ${documents} SET json = ?, size = ? WHERE seq = ?`);
    this.#delete = db.prepare(`DELETE FROM ${documents} WHERE seq = ?`);
    this.#page = db.prepare(
      `SELECT seq, json, size FROM ${documents} WHERE seq > ? ORDER BY seq LIMIT ?`,
    );
    this.#count = db.prepare(`SELECT count(*) AS count FROM ${documents}`);
  }

  static create(db: DatabaseSync, number: number): void {
    db.exec(
      `CREATE TABLE ${documentsTable(number)}
       (seq INTEGER PRIMARY KEY, json TEXT NOT NULL, size INTEGER NOT NULL)`,
    );
  }

  get byId(): KeyIndex {
    return this.indexes.get("by_id") as KeyIndex;
  }

  /** The document of an id, and the range of `by_id` in which it is or would be. */
  find(id: string): { row: Row | null; range: KeyRange } {
    const lower = encodeKey([id]);
    const range = { lower, upper: successor(lower) ?? KEY_END };
    const [row] = this.byId.scan(range, "asc", 1);
    return { row: row ?? null, range };
  }

  count(): number {
    this.inserts.flush();
    return (this.#count.get() as { count: number }).count;
  }

  /** All documents in order of insertion, read in pages so that writes may go on. */
  *documents(): Generator<{ seq: number; document: JsonObject }> {
    let last = 0;
    for (;;) {
      this.inserts.flush();
      const rows = this.#page.all(last, 500) as unknown as { seq: number; json: string }[];
      for (const { seq, json } of rows) {
        yield { seq, document: JSON.parse(json) as JsonObject };
        last = seq;
      }
      if (rows.length === 0) return;
    }
  }

  insert(document: JsonObject, size: number, touch: TouchListener): void {
    const seq = this.#nextSeq();
    this.#rows.add(seq, JSON.stringify(document), size);
    for (const index of this.indexes.values()) {
      const key = index.keyOf(document, seq);
      index.insert(key, seq);
      touch(index.id, key);
    }
    for (const search of this.searches.values()) search.change(seq, null, document, touch);
  }

  /** A row number after all others; one that a failed transaction took is not used again. */
  #nextSeq(): number {
    this.#lastSeq ??= (this.#last.get() as { seq: number }).seq;
    this.#lastSeq += 1;
    return this.#lastSeq;
  }

  update(
    seq: number,
    before: JsonObject,
    after: JsonObject,
    size: number,
    touch: TouchListener,
  ): void {
    this.#update.run(JSON.stringify(after), size, seq);
    for (const index of this.indexes.values()) {
      const old = index.keyOf(before, seq);
      const key = index.keyOf(after, seq);
      touch(index.id, old);
      if (!old.equals(key)) {
        index.delete(old);
        index.insert(key, seq);
        touch(index.id, key);
      }
    }
    for (const search of this.searches.values()) search.change(seq, before, after, touch);
  }

  delete(seq: number, document: JsonObject, touch: TouchListener): void {
    this.#delete.run(seq);
    for (const index of this.indexes.values()) {
      const key = index.keyOf(document, seq);
      index.delete(key);
      touch(index.id, key);
    }
    for (const search of this.searches.values()) search.change(seq, document, null, touch);
  }
}

export function documentsTable(number: number): string {
  return `doc_${number}`;
}
