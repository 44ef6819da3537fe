/** Runs the queries that `ctx.db.query(...)` describes: index ranges, filters, limits. */

import type { Candidate } from "./candidates.ts";
import { FunctionError } from "./errors.ts";
import { passes } from "./filter.ts";
import { KEY_END, KEY_START, type IndexRow, type KeyIndex, type KeyRange } from "./keyindex.ts";
import type { Order, Row } from "./keyindex.ts";
import { LIMITS } from "./limits.ts";
import { keyRange, type RangeExpression } from "./range.ts";
import type { Hit, SearchFilter } from "./search.ts";
import type { Table } from "./table.ts";
import type { Transaction } from "./transaction.ts";
import type { Json, JsonObject } from "./values.ts";

export interface QueryJson {
  source:
    | { type: "FullTableScan"; tableName: string; order: Order | null }
    | { type: "IndexRange"; indexName: string; range: RangeExpression[]; order: Order | null }
    | { type: "Search"; indexName: string; filters: SearchFilter[] };
  operators: ({ filter: Json } | { limit: number })[];
}

const FIRST_BATCH = 64;
const MAX_BATCH = 512;
/** One byte more than a key: the smallest key after it. */
export const AFTER = Buffer.from([0]);

/** Yields the JSON texts of a query's documents, in order. */
export function* stream(tx: Transaction, query: QueryJson): Generator<string> {
  checkOperators(query);
  const limit = limitOf(query);
  if (limit === 0) return;
  let found = 0;
  for (const { text } of source(tx, query, isFiltered(query) ? Infinity : limit)) {
    if (!accepts(query, text)) continue;
    yield text;
    found += 1;
    if (found >= limit) return;
  }
}

function* source(tx: Transaction, query: QueryJson, limit: number): Generator<Row> {
  if (query.source.type !== "Search") {
    const { index, range, order } = resolve(tx, query.source);
    yield* scan(tx, index, range, order, limit);
    return;
  }
  yield* search(tx, query);
}

/** Yields what a search finds, best first, after the document that `after` names if it is given. */
export function* search(tx: Transaction, { source }: QueryJson, after?: Candidate): Generator<Hit> {
  if (source.type !== "Search") throw new Error("not a search");
  const { table, name } = tableAndIndex(tx, source.indexName);
  const index = table.searches.get(name);
  if (!index) throw unknownIndex(source.indexName);
  tx.usage.add("databaseQueries", 1);
  tx.noteRead(index.id, { lower: KEY_START, upper: KEY_END });
  for (const hit of index.find(source.filters, after)) {
    tx.countRead(hit.size);
    yield hit;
  }
}

/** Reads a range in growing batches; the read set ends at the last row that was taken. */
export function* scan(
  tx: Transaction,
  index: KeyIndex,
  range: KeyRange,
  order: Order,
  limit: number,
): Generator<IndexRow> {
  tx.usage.add("databaseQueries", 1);
  let { lower, upper } = range;
  let batch = Number.isFinite(limit) ? Math.min(limit, MAX_BATCH) : FIRST_BATCH;
  let last: Buffer | null = null;
  let left = limit;
  try {
    while (left > 0) {
      const rows = index.scan({ lower, upper }, order, batch);
      for (const row of rows) {
        last = row.key;
        left -= 1;
        tx.countRead(row.size);
        yield row;
      }
      if (rows.length < batch) {
        last = null;
        return;
      }
      if (order === "asc") lower = Buffer.concat([last as Buffer, AFTER]);
      else upper = last as Buffer;
      batch = Math.min(left, batch * 2, MAX_BATCH);
    }
  } finally {
    tx.noteRead(index.id, seen(range, order, last));
  }
}

function seen(range: KeyRange, order: Order, last: Buffer | null): KeyRange {
  if (last === null) return range;
  return order === "asc"
    ? { lower: range.lower, upper: Buffer.concat([last, AFTER]) }
    : { lower: last, upper: range.upper };
}

export function resolve(tx: Transaction, source: Exclude<QueryJson["source"], { type: "Search" }>) {
  const order = source.order ?? "asc";
  const name =
    source.type === "FullTableScan" ? `${source.tableName}.by_creation_time` : source.indexName;
  const { table, name: indexName } = tableAndIndex(tx, name);
  const index = table.indexes.get(indexName);
  if (!index) throw unknownIndex(name);
  return { index, range: keyRange(index, source.type === "IndexRange" ? source.range : []), order };
}

function tableAndIndex(tx: Transaction, path: string): { table: Table; name: string } {
  const dot = path.indexOf(".");
  const table = tx.store.table(path.slice(0, dot));
  if (!table) throw new FunctionError(`Table "${path.slice(0, dot)}" is not in the schema.`);
  return { table, name: path.slice(dot + 1) };
}

function unknownIndex(path: string): FunctionError {
  return new FunctionError(`Index ${path} not found.`);
}

export function checkOperators({ operators }: QueryJson): void {
  if (operators.length > LIMITS.queryOperators) {
    throw new FunctionError(`Queries can have at most ${LIMITS.queryOperators} operators`);
  }
}

function limitOf({ operators }: QueryJson): number {
  return Math.min(Infinity, ...operators.flatMap((item) => ("limit" in item ? [item.limit] : [])));
}

export function isFiltered({ operators }: QueryJson): boolean {
  return operators.some((operator) => "filter" in operator);
}

export function accepts(query: QueryJson, text: string): boolean {
  if (!isFiltered(query)) return true;
  const document = JSON.parse(text) as JsonObject;
  return query.operators.every((item) => !("filter" in item) || passes(item.filter, document));
}
