/** What one query or mutation reads and writes: documents, limits, read set, touched keys. */

import { documentError } from "./deploy.ts";
import { FunctionError, type LimitError } from "./errors.ts";
import { encodeId, IdMaker, tableNumberOf } from "./ids.ts";
import type { KeyRange, Row } from "./keyindex.ts";
import { LIMITS, Usage } from "./limits.ts";
import type { Store } from "./store.ts";
import type { Table } from "./table.ts";
import { sortKeys, type Json, type JsonObject } from "./values.ts";
import { measure } from "./wire.ts";

/** A range of an index that a query has seen; a later write in it makes the result stale. */
export interface ReadInterval extends KeyRange {
  indexId: number;
}

/** A position of an index that a mutation changed. */
export interface Touch {
  indexId: number;
  key: Buffer;
}

export class Transaction {
  readonly store: Store;
  readonly ts: bigint;
  usage = new Usage();
  readonly reads: ReadInterval[] = [];
  readonly touched: Touch[] = [];
  /** A passed limit: fails the transaction even when the function catches the error. */
  failure: LimitError | null = null;
  readonly #ids = new IdMaker();
  readonly #isWritable: boolean;
  readonly #tracksReads: boolean;

  constructor(store: Store, options: { tracksReads: boolean; isWritable: boolean }) {
    this.store = store;
    this.#isWritable = options.isWritable;
    this.#tracksReads = options.tracksReads;
    this.ts = options.isWritable ? store.nextTs() : store.lastTs;
  }

  /** Runs part of the transaction such that its failure undoes what that part wrote. */
  async nested<T>(work: () => Promise<T>): Promise<T> {
    const touched = this.touched.length;
    this.store.savepoint("nested");
    try {
      const value = await work();
      this.store.release("nested");
      return value;
    } catch (error) {
      this.store.undo("nested");
      this.touched.length = touched;
      throw error;
    }
  }

  noteRead(indexId: number, range: KeyRange): void {
    if (this.#tracksReads) this.reads.push({ indexId, ...range });
  }

  countRead(size: number): void {
    this.usage.add("documentsRead", 1);
    this.usage.add("bytesRead", size);
  }

  /** The text of a document, or null. */
  get(id: string, table = this.tableOf(id)): string | null {
    return table ? (this.#find(table, id)?.text ?? null) : null;
  }

  /** Reads a document; patch, replace and delete do so too. */
  #find(table: Table, id: string): Row | null {
    const { row, range } = table.find(id);
    this.noteRead(table.byId.id, range);
    this.usage.add("databaseQueries", 1);
    if (row) this.countRead(row.size);
    return row;
  }

  insert(table: Table, fields: JsonObject): string {
    this.#requireWritable();
    if ("_id" in fields || "_creationTime" in fields) {
      throw new FunctionError("Documents are inserted without `_id` and `_creationTime` fields.");
    }
    const creationTime = this.store.nextCreationTime();
    const id = encodeId(table.number, this.#ids.next(creationTime));
    const document = { _creationTime: creationTime, _id: id, ...fields };
    const size = this.#checkDocument(table, document, fields);
    table.insert(sortKeys(document), size, this.#touch);
    return id;
  }

  /** Changes fields; those whose value is `undefined` are removed. */
  patch(id: string, changes: Map<string, Json | undefined>): void {
    this.#change("Patch", id, (before) => {
      const after = { ...before };
      for (const [name, value] of changes) {
        if (value === undefined) delete after[name];
        else after[name] = value;
      }
      return after;
    });
  }

  replace(id: string, fields: JsonObject): void {
    this.#change("Replace", id, ({ _id, _creationTime }) => ({
      _id: _id as Json,
      _creationTime: _creationTime as Json,
      ...fields,
    }));
  }

  remove(id: string): void {
    const { table, row, document } = this.#existing("Delete", id);
    table.delete(row.seq, document, this.#touch);
    this.usage.add("documentsWritten", 1);
    this.usage.add("bytesWritten", 0);
  }

  #change(operation: string, id: string, change: (before: JsonObject) => JsonObject): void {
    const { table, row, document } = this.#existing(operation, id);
    const after = change(document);
    for (const field of ["_id", "_creationTime"]) {
      if (after[field] !== document[field]) {
        throw new FunctionError(
          `Provided \`${field}\` field value does not match the document's own \`${field}\`.`,
        );
      }
    }
    const { _id, _creationTime, ...fields } = after;
    const size = this.#checkDocument(table, after, fields);
    table.update(row.seq, document, sortKeys(after), size, this.#touch);
  }

  #existing(operation: string, id: string) {
    this.#requireWritable();
    const table = this.tableOf(id);
    const row = table ? this.#find(table, id) : null;
    if (!table || !row) {
      throw new FunctionError(`${operation} on nonexistent document ID ${id}`);
    }
    return { table, row, document: JSON.parse(row.text) as JsonObject };
  }

  #checkDocument(table: Table, document: JsonObject, fields: JsonObject): number {
    const reserved = Object.keys(fields).find((name) => name.startsWith("_"));
    if (reserved !== undefined) {
      throw new FunctionError(
        `Field '${reserved}' starts with an underscore: only system fields like '_id' do`,
      );
    }
    const { size, nesting } = measure(document);
    if (size > LIMITS.documentBytes) {
      throw new FunctionError(
        `Value is too large (${size} bytes > maximum size ${LIMITS.documentBytes} bytes)`,
      );
    }
    if (nesting > LIMITS.documentNesting) {
      throw new FunctionError(
        `Document is too deeply nested (maximum nesting ${LIMITS.documentNesting})`,
      );
    }
    this.usage.add("documentsWritten", 1);
    this.usage.add("bytesWritten", size);
    const error = documentError(this.store, table, fields);
    if (error === null) return size;
    throw new FunctionError(
      `Failed to insert or update a document in table "${table.name}" because it does not match the schema: ${error}`,
    );
  }

  /** The table that an id belongs to, if there is one. */
  tableOf(id: string): Table | undefined {
    const number = tableNumberOf(id);
    return number === null ? undefined : this.store.tableByNumber(number);
  }

  #requireWritable(): void {
    if (!this.#isWritable) throw new FunctionError("Queries cannot write to the database.");
  }

  readonly #touch = (indexId: number, key: Buffer): void => {
    this.touched.push({ indexId, key });
  };
}
