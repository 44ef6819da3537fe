/**
 * Full-text search on FTS5. The FTS table holds no text: each document contributes its words with
 * the prefix `t`, and its filter fields as hashed words with the prefix `f`, so that one MATCH
 * finds exactly the documents that have a word and pass the filters.
 */

import { hash } from "node:crypto";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { FunctionError } from "./errors.ts";
import type { Inserts } from "./inserts.ts";
import { encodeKey } from "./keys.ts";
import { KEY_START, type Row } from "./keyindex.ts";
import { LIMITS } from "./limits.ts";
import type { SearchDefinition } from "./schema.ts";
import type { TouchListener } from "./table.ts";
import { fieldAt, type Json, type JsonObject } from "./values.ts";

/** Per word, only its newest documents are ranked; bounds the work for a very common word. */
const NEWEST_PER_TERM = 16_384;

const WORD = /[\p{L}\p{N}]+/gu;

export interface SearchFilter {
  type: "Search" | "Eq";
  fieldPath: string;
  value: Json;
}

export class SearchIndex {
  readonly id: number;
  readonly definition: SearchDefinition;
  readonly #filterPaths: readonly string[][];
  readonly #lastFilterWords: { value: Json | undefined; word: string }[] = [];
  readonly #textPath: readonly string[];
  readonly #match: StatementSync;
  readonly #inserts: Inserts;
  readonly #insert: StatementSync;
  readonly #delete: StatementSync;
  readonly #row: StatementSync;

  constructor(inserts: Inserts, id: number, documents: string, definition: SearchDefinition) {
    const { db } = inserts;
    this.#inserts = inserts;
    this.id = id;
    this.definition = definition;
    this.#textPath = definition.searchField.split(".");
    this.#filterPaths = definition.filterFields.map((field) => field.split("."));
    const table = searchTable(id);
    this.#match = db.prepare(
      `SELECT rowid FROM ${table} WHERE ${table} MATCH ? ORDER BY rowid DESC LIMIT ?`,
    );
    this.#match.setReturnArrays(true);
    this.#insert = db.prepare(`INSERT INTO ${table} (rowid, words) VALUES (?, ?)`);
    this.#delete = db.prepare(`DELETE FROM ${table} WHERE rowid = ?`);
    this.#row = db.prepare(`SELECT seq, json AS text, size FROM ${documents} WHERE seq = ?`);
  }

  static create(db: DatabaseSync, id: number): void {
    db.exec(
      `CREATE VIRTUAL TABLE ${searchTable(id)} USING fts5
       (words, content='', contentless_delete=1, detail=none, tokenize='ascii')`,
    );
  }

  static drop(db: DatabaseSync, id: number): void {
    db.exec(`DROP TABLE ${searchTable(id)}`);
  }

  /** Replaces what is indexed for a row; null stands for no document. */
  change(
    seq: number,
    before: JsonObject | null,
    after: JsonObject | null,
    touch: TouchListener,
  ): void {
    const old = before && this.#words(before);
    const words = after && this.#words(after);
    if (old !== null || words !== null) touch(this.id, KEY_START);
    if (old === words) return;
    if (old !== null) this.#delete.run(seq);
    if (words !== null) this.#insert.run(seq, words);
  }

  /**
   * Yields matching documents, those with the rarest words first and then the newest; at most
   * Convex's number of candidates.
   */
  *find(filters: readonly SearchFilter[]): Generator<Row> {
    const { terms, required } = this.#parse(filters);
    this.#inserts.flush();
    let rest: number = LIMITS.searchCandidates;
    for (const seq of this.#rank(terms, required)) {
      if (rest === 0) return;
      rest -= 1;
      yield this.#row.get(seq) as unknown as Row;
    }
  }

  #parse(filters: readonly SearchFilter[]): { terms: string[]; required: string[] } {
    const [search, ...equalities] = [...filters].sort((a, b) => (a.type < b.type ? 1 : -1));
    if (search?.type !== "Search" || equalities.some((filter) => filter.type !== "Eq")) {
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
    const terms = wordsOf(search.value as string);
    if (terms.length > LIMITS.searchTerms) terms.length = LIMITS.searchTerms;
    const required = equalities.map((filter) => {
      const position = this.definition.filterFields.indexOf(filter.fieldPath);
      if (position < 0) {
        throw new FunctionError(
          `Field "${filter.fieldPath}" is not a filter field of search index "${this.definition.name}".`,
        );
      }
      return `"${this.#filterWord(position, filter.value)}"`;
    });
    return { terms, required };
  }

  #rank(terms: readonly string[], required: readonly string[]): number[] {
    const scores = new Map<number, number>();
    for (const [position, term] of terms.entries()) {
      // The last word may be unfinished, as in Convex.
      const word = `"t${term}"${position === terms.length - 1 ? "*" : ""}`;
      const match = [...required, word].join(" AND ");
      const rows = this.#match.all(match, NEWEST_PER_TERM) as unknown as [number][];
      const weight = 1 / (1 + Math.log1p(rows.length));
      for (const [seq] of rows) scores.set(seq, (scores.get(seq) ?? 0) + weight);
    }
    const ranked = [...scores];
    ranked.sort((a, b) => b[1] - a[1] || b[0] - a[0]);
    return ranked.map(([seq]) => seq);
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

  #words(document: JsonObject): string | null {
    const text = fieldAt(document, this.#textPath);
    if (typeof text !== "string") return null;
    let words = "";
    for (const word of new Set(wordsOf(text))) words += `t${word} `;
    this.#filterPaths.forEach((path, position) => {
      words += `${this.#filterWord(position, fieldAt(document, path))} `;
    });
    return words;
  }
}

/** Words as Convex splits them: letters and digits, lower case, overlong ones dropped. */
export function wordsOf(text: string): string[] {
  const words: string[] = text.toLowerCase().match(WORD) ?? [];
  const isOverlong = (word: string): boolean => word.length > LIMITS.searchTermLength;
  return words.some(isOverlong) ? words.filter((word) => !isOverlong(word)) : words;
}

function searchTable(id: number): string {
  return `fts_${id}`;
}
