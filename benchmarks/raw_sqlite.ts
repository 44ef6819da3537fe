/**
 * The yardstick of ingest: the runtime's own SQLite alone, storing the very rows that the runtime
 * has stored, into a store of the same settings whose tables and indexes are made by the very
 * statements found in the runtime's database. Rows, keys and words are ready before the clock starts.
 *
 *     node benchmarks/raw_sqlite.ts DATABASE TABLE DOCUMENTS BATCH
 *
 * Prints documents per second.
 */

import { hash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { encodeKey } from "../local/runtime/keys.ts";
import { wordsOf } from "../local/runtime/search.ts";
import { Store } from "../local/runtime/store.ts";
import { fieldAt, type JsonObject } from "../local/runtime/values.ts";

/** A table with an insert into it and that insert's rows, in the order of the documents. */
interface Target {
  name: string;
  insert: string;
  rows: SQLInputValue[][];
}

const [path = "", tableName = "", count = "", batchSize = ""] = process.argv.slice(2);
const source = new DatabaseSync(path, { readOnly: true });
const folder = mkdtempSync(join(dirname(path), "raw-"));
try {
  const store = new Store(folder);
  const targets = readTargets(tableName, Number(count));
  for (const { name } of targets) store.db.exec(definitionOf(name));
  console.log(Number(count) / secondsToInsert(store, targets, Number(batchSize)));
  store.close();
} finally {
  source.close();
  rmSync(folder, { recursive: true });
}

function secondsToInsert(store: Store, targets: Target[], batch: number): number {
  const prepared = targets.map(({ insert, rows }) => ({ run: store.db.prepare(insert), rows }));
  const total = targets[0]?.rows.length ?? 0;
  const began = performance.now();
  for (let start = 0; start < total; start += batch) {
    store.begin();
    for (const { run, rows } of prepared) {
      for (let i = start; i < Math.min(start + batch, total); i += 1) run.run(...rows[i]!);
    }
    store.commit();
  }
  return (performance.now() - began) / 1000;
}

/** The newest documents of a table, and what each of its indexes holds of them. */
function readTargets(table: string, limit: number): Target[] {
  const { number } = source.prepare("SELECT number FROM tables WHERE name = ?").get(table) as {
    number: number;
  };
  const documents = source
    .prepare(`SELECT seq, json, size FROM doc_${number} ORDER BY seq DESC LIMIT ?`)
    .all(limit)
    .reverse() as { seq: number; json: string; size: number }[];
  if (documents.length < limit) throw new Error(`${table} has fewer than ${limit} documents`);
  const indexes = source
    .prepare("SELECT id, kind, definition FROM indexes WHERE table_number = ?")
    .all(number) as { id: number; kind: string; definition: string }[];
  const first = documents[0]?.seq ?? 0;
  return [
    {
      name: `doc_${number}`,
      insert: `INSERT INTO doc_${number} (seq, json, size) VALUES (?, ?, ?)`,
      rows: documents.map(({ seq, json, size }) => [seq, json, size]),
    },
    ...indexes.map(({ id, kind, definition }): Target => {
      if (kind === "key") return keyTarget(id, first);
      const rows = documents.map(({ seq, json }) => [
        seq,
        words(JSON.parse(json) as JsonObject, definition),
      ]);
      return {
        name: `fts_${id}`,
        insert: `INSERT INTO fts_${id} (rowid, words) VALUES (?, ?)`,
        rows,
      };
    }),
  ];
}

function keyTarget(id: number, firstSeq: number): Target {
  const rows = source
    .prepare(`SELECT key, seq FROM ix_${id} WHERE seq >= ? ORDER BY seq`)
    .all(firstSeq) as { key: Uint8Array; seq: number }[];
  return {
    name: `ix_${id}`,
    insert: `INSERT INTO ix_${id} (key, seq) VALUES (?, ?)`,
    rows: rows.map(({ key, seq }) => [key, seq]),
  };
}

/** The words that `search.ts` stores of a document. */
function words(document: JsonObject, definition: string): string {
  const [textField, filterFields] = JSON.parse(definition) as [string, string[]];
  const text = fieldAt(document, textField.split(".")) as string;
  const filters = filterFields.map((field, position) => {
    const value = fieldAt(document, field.split("."));
    return `f${position}x${hash("sha1", encodeKey([value]), "hex")}`;
  });
  return [...[...new Set(wordsOf(text))].map((word) => `t${word}`), ...filters].join(" ");
}

function definitionOf(name: string): string {
  const row = source.prepare("SELECT sql FROM sqlite_master WHERE name = ?").get(name);
  return (row as { sql: string }).sql;
}
