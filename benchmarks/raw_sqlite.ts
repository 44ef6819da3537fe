/**
 * The yardstick of ingest: the runtime's own SQLite alone, storing the very rows that the runtime
 * has stored, into the very database that the runtime has stored them into: a copy of it from before,
 * with the same tables, indexes, rows and settings. Rows, keys and words are ready before the clock
 * starts.
 *
 *     node benchmarks/raw_sqlite.ts DATABASE COPY TABLES BATCH
 *
 * DATABASE is the runtime's file, COPY the folder of the copy, which is written to. For each line on
 * standard input, stores the documents that the runtime has more in TABLES (names with commas), and
 * prints documents of the first one per second.
 */

import { createInterface } from "node:readline";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { SearchIndex } from "../local/runtime/search.ts";
import { Store } from "../local/runtime/store.ts";
import type { JsonObject } from "../local/runtime/values.ts";

/** An insert into a table, and its rows in the order of the documents. */
interface Target {
  insert: string;
  rows: SQLInputValue[][];
}

interface Document {
  seq: number;
  json: string;
  size: number;
}

const [path = "", copy = "", tableNames = "", batchSize = ""] = process.argv.slice(2);
const source = new DatabaseSync(path, { readOnly: true });
const store = new Store(copy);
// It has one thread, which also moves its write-ahead log.
store.db.exec("PRAGMA wal_autocheckpoint = 4000");
const numbers = tableNames.split(",").map((name) => {
  const row = source.prepare("SELECT number FROM tables WHERE name = ?").get(name);
  return (row as { number: number }).number;
});
const newest = numbers.map((number) =>
  store.db.prepare(`SELECT coalesce(max(seq), 0) AS seq FROM doc_${number}`),
);

for await (const _ of createInterface({ input: process.stdin })) {
  const targets = numbers.map((number, position) => {
    const { seq } = newest[position]!.get() as { seq: number };
    return readTargets(number, seq);
  });
  console.log(targets[0]![0]!.rows.length / secondsToInsert(targets.flat(), Number(batchSize)));
}
store.close();
source.close();

function secondsToInsert(targets: Target[], batch: number): number {
  const prepared = targets.map(({ insert, rows }) => ({ run: store.db.prepare(insert), rows }));
  const count = targets[0]!.rows.length;
  const began = performance.now();
  for (let start = 0; start < count; start += batch) {
    store.begin();
    for (const { run, rows } of prepared) {
      for (let i = start; i < Math.min(start + batch, count); i += 1) run.run(...rows[i]!);
    }
    store.commit();
  }
  return (performance.now() - began) / 1000;
}

/** The documents of a table after a row number, and what each of its indexes holds of them. */
function readTargets(number: number, after: number): Target[] {
  const documents = source
    .prepare(`SELECT seq, json, size FROM doc_${number} WHERE seq > ? ORDER BY seq`)
    .all(after) as unknown as Document[];
  const indexes = source
    .prepare("SELECT id, kind, definition FROM indexes WHERE table_number = ?")
    .all(number) as { id: number; kind: string; definition: string }[];
  return [
    {
      insert: `INSERT INTO doc_${number} (seq, json, size) VALUES (?, ?, ?)`,
      rows: documents.map(({ seq, json, size }) => [seq, json, size]),
    },
    ...indexes.map(({ id, kind, definition }) =>
      kind === "key" ? keyTarget(id, after) : searchTarget(id, number, documents, definition),
    ),
  ];
}

function keyTarget(id: number, after: number): Target {
  const rows = source
    .prepare(`SELECT key, seq FROM ix_${id} WHERE seq > ? ORDER BY seq`)
    .all(after) as { key: Uint8Array; seq: number }[];
  return {
    insert: `INSERT INTO ix_${id} (key, seq) VALUES (?, ?)`,
    rows: rows.map(({ key, seq }) => [key, seq]),
  };
}

function searchTarget(
  id: number,
  number: number,
  documents: Document[],
  definition: string,
): Target {
  const [searchField, filterFields] = JSON.parse(definition) as [string, string[]];
  const definedAs = { name: "", searchField, filterFields };
  const index = new SearchIndex(store.inserts, id, `doc_${number}`, definedAs);
  return {
    insert: `INSERT INTO fts_${id} (rowid, words) VALUES (?, ?)`,
    rows: documents.map(({ seq, json }) => [seq, index.words(JSON.parse(json) as JsonObject)]),
  };
}
