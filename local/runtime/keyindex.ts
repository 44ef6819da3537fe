/** One database index: a SQLite table of order-preserving keys that point at documents. */

import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Inserts, RowInserter } from "./inserts.ts";
import { KeyWriter } from "./keys.ts";
import { fieldAt, type JsonObject } from "./values.ts";

/** A document as stored: its row number, wire JSON text and size in Convex's bytes. */
export interface Row {
  seq: number;
  text: string;
  size: number;
}

/** A row found through an index, with its position there. */
export interface IndexRow extends Row {
  key: Buffer;
}

export type Order = "asc" | "desc";

/** Half-open range of keys. */
export interface KeyRange {
  lower: Buffer;
  upper: Buffer;
}

/** Sorts after every key: tags are small. */
export const KEY_END = Buffer.from([0xff]);
export const KEY_START = Buffer.alloc(0);

const writer = new KeyWriter();

export class KeyIndex {
  readonly id: number;
  readonly name: string;
  /** Fields in order of significance, `_creationTime` or `_id` included. */
  readonly fields: readonly string[];
  readonly #paths: readonly string[][];
  readonly #scan: Record<Order, StatementSync>;
  readonly #inserts: Inserts;
  readonly #rows: RowInserter;
  readonly #delete: StatementSync;

  constructor(inserts: Inserts, id: number, documents: string, name: string, fields: string[]) {
    const { db } = inserts;
    this.id = id;
    this.name = name;
    this.fields = fields;
    this.#paths = fields.map((field) => field.split("."));
    const table = indexTable(id);
    const scan = (direction: string): StatementSync => {
      const statement = db.prepare(
        `SELECT x.key, d.seq, d.json, d.size FROM ${table} x CROSS JOIN ${documents} d
         ON d.seq = x.seq WHERE x.key >= ? AND x.key < ? ORDER BY x.key ${direction} LIMIT ?`,
      );
      statement.setReturnArrays(true);
      return statement;
    };
    this.#scan = { asc: scan("ASC"), desc: scan("DESC") };
    this.#inserts = inserts;
    this.#rows = inserts.into(table, ["key", "seq"]);
    this.#delete = db.prepare(`DELETE FROM ${table} WHERE key = ?`);
  }

  static create(db: DatabaseSync, id: number): void {
    db.exec(
      `CREATE TABLE ${indexTable(id)} (key BLOB PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID`,
    );
  }

  static drop(db: DatabaseSync, id: number): void {
    db.exec(`DROP TABLE ${indexTable(id)}`);
  }

  keyOf(document: JsonObject, seq: number): Buffer {
    for (const path of this.#paths) writer.value(fieldAt(document, path));
    return writer.sequence(seq).take();
  }

  /** Rows of the range in order, at most `limit`. */
  scan(range: KeyRange, order: Order, limit: number): IndexRow[] {
    this.#inserts.flush();
    const rows = this.#scan[order].all(range.lower, range.upper, limit) as unknown as [
      Uint8Array,
      number,
      string,
      number,
    ][];
    return rows.map(([key, seq, text, size]) => ({
      key: Buffer.from(key.buffer, key.byteOffset, key.byteLength),
      seq,
      text,
      size,
    }));
  }

  insert(key: Buffer, seq: number): void {
    this.#rows.add(key, seq);
  }

  delete(key: Buffer): void {
    this.#inserts.flush();
    this.#delete.run(key);
  }
}

function indexTable(id: number): string {
  return `ix_${id}`;
}
