/**
 * Full-text search on FTS5, with the terms, the limits and the rank of Convex's search indexes.
 *
 * The FTS table holds no text. A document contributes a word for each of its terms, which names how
 * long the document is and how often it has the term (`tterm!length!frequency`): documents that share
 * such a word score alike. Values of filter fields contribute hashed words (`f0x...`).
 * A search ranks exactly unless its terms are in very many documents (`ranker.ts`).
 */

import { hash } from "node:crypto";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { roundedLength, type Totals } from "./bm25.ts";
import { isAfter, type Candidate } from "./candidates.ts";
import { FunctionError } from "./errors.ts";
import type { Inserts } from "./inserts.ts";
import { encodeKey } from "./keys.ts";
import { KEY_START, type Row } from "./keyindex.ts";
import { LIMITS } from "./limits.ts";
import { MARK, Ranker, wordOf } from "./ranker.ts";
import type { SearchDefinition } from "./schema.ts";
import type { TouchListener } from "./table.ts";
import { frequenciesOf, termsOf } from "./terms.ts";
import { fieldAt, type Json, type JsonObject } from "./values.ts";

export interface SearchFilter {
  type: "Search" | "Eq";
  fieldPath: string;
  value: Json;
}

/** A document that was found, and where it stands among the others. */
export interface Hit extends Row {
  score: number;
}

interface Query {
  terms: string[];
  required: string[];
}

export class SearchIndex {
  readonly id: number;
  readonly definition: SearchDefinition;
  readonly #filterPaths: readonly string[][];
  readonly #lastFilterWords: { value: Json | undefined; word: string }[] = [];
  readonly #textPath: readonly string[];
  readonly #ranker: Ranker;
  readonly #inserts: Inserts;
  readonly #insert: StatementSync;
  readonly #delete: StatementSync;
  readonly #row: StatementSync;
  readonly #readTotals: StatementSync;
  readonly #addTotals: StatementSync;
  /** What the totals have to change by before they are read or the transaction ends. */
  #pending: Totals = { documents: 0, terms: 0 };

  constructor(inserts: Inserts, id: number, documents: string, definition: SearchDefinition) {
    const { db } = inserts;
    this.#inserts = inserts;
    this.id = id;
    this.definition = definition;
    this.#textPath = definition.searchField.split(".");
    this.#filterPaths = definition.filterFields.map((field) => field.split("."));
    const table = searchTable(id);
    this.#insert = db.prepare(`INSERT INTO ${table} (rowid, words) VALUES (?, ?)`);
    this.#delete = db.prepare(`DELETE FROM ${table} WHERE rowid = ?`);
    this.#row = db.prepare(`SELECT seq, json AS text, size FROM ${documents} WHERE seq = ?`);
    this.#ranker = new Ranker(db, table, (seq) =>
      this.#termsOf(JSON.parse(this.#read(seq).text) as JsonObject),
    );
    this.#readTotals = db.prepare(`SELECT documents, terms FROM ${table}_totals`);
    this.#addTotals = db.prepare(
      `UPDATE ${table}_totals SET documents = documents + ?, terms = terms + ?`,
    );
  }

  static create(db: DatabaseSync, id: number): void {
    const table = searchTable(id);
    db.exec(`
      CREATE VIRTUAL TABLE ${table} USING fts5
        (words, content='', contentless_delete=1, detail=none, tokenize="ascii tokenchars '${MARK}'");
      CREATE VIRTUAL TABLE ${table}_counts USING fts5vocab (${table}, 'row');
      CREATE VIRTUAL TABLE ${table}_documents USING fts5vocab (${table}, 'instance');
      CREATE TABLE ${table}_totals (documents INTEGER NOT NULL, terms INTEGER NOT NULL);
      INSERT INTO ${table}_totals VALUES (0, 0);
    `);
  }

  static drop(db: DatabaseSync, id: number): void {
    const table = searchTable(id);
    for (const name of [`${table}_counts`, `${table}_documents`, `${table}_totals`, table]) {
      db.exec(`DROP TABLE IF EXISTS ${name}`);
    }
  }

  /** Replaces what is indexed for a row; null stands for no document. */
  change(
    seq: number,
    before: JsonObject | null,
    after: JsonObject | null,
    touch: TouchListener,
  ): void {
    const old = before && this.#termsOf(before);
    const now = after && this.#termsOf(after);
    touch(this.id, KEY_START);
    const words = after && now && this.#words(after, now);
    if (before && old) {
      if (words === this.#words(before, old)) return;
      this.#delete.run(seq);
    }
    if (words !== null) this.#insert.run(seq, words);
    this.#inserts.wait(this);
    this.#pending.documents += (now ? 1 : 0) - (old ? 1 : 0);
    this.#pending.terms += (now?.length ?? 0) - (old?.length ?? 0);
  }

  flush(): void {
    this.#addTotals.run(this.#pending.documents, this.#pending.terms);
    this.discard();
  }

  discard(): void {
    this.#pending = { documents: 0, terms: 0 };
  }

  /**
   * Yields matching documents, best first, after the one that `after` names if it is given.
   *
   * @throws FunctionError when more are asked for than Convex's index hands out.
   */
  *find(filters: readonly SearchFilter[], after?: Candidate): Generator<Hit> {
    const query = this.#parse(filters);
    if (query.terms.length === 0) return;
    this.#inserts.flush();
    let left: number = LIMITS.searchCandidates;
    const totals = this.#readTotals.get() as unknown as Totals;
    for (const candidate of this.#ranker.find(query.terms, query.required, totals)) {
      if (after && !isAfter(candidate, after)) continue;
      left -= 1;
      yield { ...this.#read(candidate.seq), score: candidate.score };
    }
    if (left === 0) {
      throw new FunctionError(
        `A search can read at most ${LIMITS.searchCandidates} documents: take fewer, paginate, or use a filter field.`,
      );
    }
  }

  /** What the FTS table holds of a document. */
  words(document: JsonObject): string {
    return this.#words(document, this.#termsOf(document));
  }

  #read(seq: number): Row {
    return this.#row.get(seq) as unknown as Row;
  }

  #termsOf(document: JsonObject): string[] {
    const text = fieldAt(document, this.#textPath);
    return typeof text === "string" ? termsOf(text) : [];
  }

  #words(document: JsonObject, terms: readonly string[]): string {
    const length = roundedLength(terms.length);
    let words = "";
    for (const [term, frequency] of frequenciesOf(terms)) {
      words += `${wordOf(term, length, frequency)} `;
    }
    this.#filterPaths.forEach((path, position) => {
      words += `${this.#filterWord(position, fieldAt(document, path))} `;
    });
    return words;
  }

  #parse(filters: readonly SearchFilter[]): Query {
    const searches = filters.filter(({ type }) => type === "Search");
    const equalities = filters.filter(({ type }) => type === "Eq");
    const [search] = searches;
    if (!search || searches.length > 1) {
      throw new FunctionError("Search query must contain exactly one search expression.");
    }
    if (search.fieldPath !== this.definition.searchField) {
      throw new FunctionError(
        `Search query against "${this.definition.name}" must search "${this.definition.searchField}", got "${search.fieldPath}".`,
      );
    }
    if (equalities.length > LIMITS.searchFilters) {
      throw new FunctionError(`Search query has too many filters (max ${LIMITS.searchFilters}).`);
    }
    const terms = termsOf(search.value as string).slice(0, LIMITS.searchTerms);
    const required = equalities.map((filter) => {
      const position = this.definition.filterFields.indexOf(filter.fieldPath);
      if (position < 0) {
        throw new FunctionError(
          `Field "${filter.fieldPath}" is not a filter field of search index "${this.definition.name}".`,
        );
      }
      return this.#filterWord(position, filter.value);
    });
    return { terms, required: [...new Set(required)] };
  }

  /** The word that stands for a filter field's value; the last one of each field is remembered. */
  #filterWord(position: number, value: Json | undefined): string {
    const last = this.#lastFilterWords[position];
    if (last && last.value === value && typeof value === "string") return last.word;
    const marker = typeof value === "object" && value !== null && "$undefined" in value;
    const word = `f${position}x${hash("sha1", encodeKey([marker ? undefined : value]), "hex")}`;
    this.#lastFilterWords[position] = { value, word };
    return word;
  }
}

function searchTable(id: number): string {
  return `fts_${id}`;
}
