/** Brings the SQLite tables in line with a schema, in one transaction or not at all. */

import { KeyIndex } from "./keyindex.ts";
import { log } from "./log.ts";
import { SYSTEM_TABLES, type SearchDefinition, type TableDefinition } from "./schema.ts";
import { SearchIndex } from "./search.ts";
import type { Store } from "./store.ts";
import { documentsTable, Table } from "./table.ts";
import { validationError, type ValidatorJson } from "./validate.ts";
import type { JsonObject } from "./values.ts";

/** Convex numbers the tables of an app from here. */
const FIRST_USER_TABLE = 10_001;
/** Raise it when what a search index stores changes: indexes of other formats are built anew. */
const SEARCH_FORMAT = 2;

interface IndexRow {
  id: number;
  name: string;
  kind: "key" | "search";
  definition: string;
}

/**
 * Applies a schema: makes tables, validates documents whose validator changed, builds new indexes,
 * drops removed ones. Documents of removed tables are kept.
 *
 * @throws Error naming the first document that does not match; nothing has changed then.
 */
export function applySchema(store: Store, definitions: readonly TableDefinition[]): void {
  store.begin();
  try {
    openTables(store, definitions);
    store.commit();
  } catch (error) {
    store.rollback();
    throw error;
  }
}

/**
 * Replaces all tables of the app by empty ones, within the caller's transaction.
 *
 * @param numbers table numbers that the ids of coming documents hold.
 */
export function resetTables(
  store: Store,
  definitions: readonly TableDefinition[],
  numbers: Record<string, number>,
): void {
  store.inserts.flush();
  for (const table of store.tables.values()) {
    if (!table.name.startsWith("_")) dropTable(store, table);
  }
  for (const [name, number] of Object.entries(numbers)) insertTable(store, number, name);
  openTables(store, definitions);
}

function openTables(store: Store, definitions: readonly TableDefinition[]): void {
  const all = [...SYSTEM_TABLES, ...definitions, ...removedTables(store, definitions)];
  const tables = all.map((definition) => openTable(store, definition));
  store.setTables(tables);
  for (const [position, definition] of all.entries()) {
    const table = tables[position] as Table;
    openIndexes(store, table, definition);
    openSearches(store, table, definition);
    checkDocuments(store, table, definition.validator);
  }
}

function dropTable(store: Store, { number }: Table): void {
  const rows = store.db.prepare("SELECT * FROM indexes WHERE table_number = ?").all(number);
  for (const row of rows as unknown as IndexRow[]) dropIndex(store, row);
  store.db.prepare("DELETE FROM tables WHERE number = ?").run(number);
  store.db.exec(`DROP TABLE ${documentsTable(number)}`);
}

/** Tables that exist but are no longer declared: kept, without validator and indexes. */
function removedTables(store: Store, definitions: readonly TableDefinition[]): TableDefinition[] {
  const declared = new Set([...SYSTEM_TABLES, ...definitions].map((table) => table.name));
  const rows = store.db.prepare("SELECT name FROM tables ORDER BY number").all();
  return (rows as { name: string }[])
    .filter(({ name }) => !declared.has(name))
    .map(({ name }) => ({ name, validator: null, indexes: [], searches: [] }));
}

function openTable(store: Store, definition: TableDefinition): Table {
  const known = store.db.prepare("SELECT number FROM tables WHERE name = ?").get(definition.name);
  if (known)
    return new Table(store.inserts.part(), (known as { number: number }).number, definition.name);
  const first = definition.name.startsWith("_") ? 1 : FIRST_USER_TABLE;
  const below = definition.name.startsWith("_") ? FIRST_USER_TABLE : Number.MAX_SAFE_INTEGER;
  const { number } = store.db
    .prepare(
      "SELECT coalesce(max(number) + 1, ?) AS number FROM tables WHERE number >= ? AND number < ?",
    )
    .get(first, first, below) as { number: number };
  insertTable(store, number, definition.name);
  return new Table(store.inserts.part(), number, definition.name);
}

function insertTable(store: Store, number: number, name: string): void {
  store.db.prepare("INSERT INTO tables VALUES (?, ?, 'null')").run(number, name);
  Table.create(store.db, number);
}

function openIndexes(store: Store, table: Table, definition: TableDefinition): void {
  const wanted = [
    { name: "by_id", fields: ["_id"] },
    { name: "by_creation_time", fields: ["_creationTime"] },
    ...definition.indexes.map(({ name, fields }) => ({
      name,
      fields: [...fields, "_creationTime"],
    })),
  ];
  const known = knownIndexes(store, table, "key");
  for (const { name, fields } of wanted) {
    const existing = takeUnchanged(known, name, JSON.stringify(fields));
    const id = existing ?? insertIndex(store, table, known, name, "key", JSON.stringify(fields));
    if (existing === null) KeyIndex.create(store.db, id);
    const index = new KeyIndex(table.inserts, id, documentsTable(table.number), name, fields);
    table.indexes.set(name, index);
    if (existing !== null) continue;
    const count = fillIndex(table, index);
    if (count > 0) log("info", "index_built", { table: table.name, index: name, documents: count });
  }
  for (const row of known.values()) dropIndex(store, row);
}

function fillIndex(table: Table, index: KeyIndex): number {
  let count = 0;
  for (const { seq, document } of table.documents()) {
    index.insert(index.keyOf(document, seq), seq);
    count += 1;
  }
  return count;
}

function openSearches(store: Store, table: Table, definition: TableDefinition): void {
  const known = knownIndexes(store, table, "search");
  for (const search of definition.searches) {
    const text = JSON.stringify([search.searchField, search.filterFields, SEARCH_FORMAT]);
    const existing = takeUnchanged(known, search.name, text);
    const id = existing ?? insertIndex(store, table, known, search.name, "search", text);
    openSearch(store, table, search, id, existing === null);
  }
  for (const row of known.values()) dropIndex(store, row);
}

function openSearch(
  store: Store,
  table: Table,
  definition: SearchDefinition,
  id: number,
  isNew: boolean,
): void {
  if (isNew) SearchIndex.create(store.db, id);
  const index = new SearchIndex(table.inserts, id, documentsTable(table.number), definition);
  table.searches.set(definition.name, index);
  if (!isNew) return;
  for (const { seq, document } of table.documents()) {
    index.change(seq, null, document, () => undefined);
  }
}

function knownIndexes(store: Store, table: Table, kind: string): Map<string, IndexRow> {
  const rows = store.db
    .prepare("SELECT id, name, kind, definition FROM indexes WHERE table_number = ? AND kind = ?")
    .all(table.number, kind) as unknown as IndexRow[];
  return new Map(rows.map((row) => [row.name, row]));
}

function takeUnchanged(
  known: Map<string, IndexRow>,
  name: string,
  definition: string,
): number | null {
  const row = known.get(name);
  if (row?.definition !== definition) return null;
  known.delete(name);
  return row.id;
}

function insertIndex(
  store: Store,
  table: Table,
  known: Map<string, IndexRow>,
  name: string,
  kind: string,
  definition: string,
): number {
  const replaced = known.get(name);
  if (replaced) dropIndex(store, replaced);
  known.delete(name);
  const { lastInsertRowid } = store.db
    .prepare("INSERT INTO indexes (table_number, name, kind, definition) VALUES (?, ?, ?, ?)")
    .run(table.number, name, kind, definition);
  return Number(lastInsertRowid);
}

function dropIndex(store: Store, row: IndexRow): void {
  store.db.prepare("DELETE FROM indexes WHERE id = ?").run(row.id);
  if (row.kind === "key") KeyIndex.drop(store.db, row.id);
  else SearchIndex.drop(store.db, row.id);
}

function checkDocuments(store: Store, table: Table, validator: ValidatorJson | null): void {
  const text = JSON.stringify(validator);
  const stored = store.db
    .prepare("SELECT validator FROM tables WHERE number = ?")
    .get(table.number) as { validator: string };
  table.validator = validator;
  if (stored.validator === text) return;
  if (validator !== null) {
    for (const { document } of table.documents()) {
      const { _id: id, _creationTime, ...fields } = document;
      const error = documentError(store, table, fields);
      if (error !== null) {
        throw new Error(
          `Schema validation failed.\nDocument with ID "${id as string}" in table "${table.name}" does not match the schema: ${error}`,
        );
      }
    }
  }
  store.db.prepare("UPDATE tables SET validator = ? WHERE number = ?").run(text, table.number);
}

/** What is wrong with a document's own fields (system fields are not validated), or null. */
export function documentError(store: Store, table: Table, fields: JsonObject): string | null {
  if (table.validator === null) return null;
  return validationError(table.validator, fields, store.tableName);
}
