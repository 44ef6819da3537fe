/** Finds and ranks documents by what a search index holds of them. */

import type { DatabaseSync, StatementSync } from "node:sqlite";
import { bm25, roundedLength, type Totals } from "./bm25.ts";
import { Scores, type Candidate } from "./candidates.ts";
import { LIMITS } from "./limits.ts";
import { frequenciesOf } from "./terms.ts";

/** Ends a term within a word of the index; sorts before all that terms hold. */
export const MARK = "!";
const AFTER_MARK = '"';
/** Sorts after everything that a term holds. */
const LAST = "\u{10ffff}";
/** A term that only begins like the last one of a query counts half. */
const PREFIX_BOOST = 0.5;
/** Documents of a query's terms, the rarest first, that are all read; bounds the time of a search. */
const FULLY_READ = 30_000;
/** Of each commoner term, so many of the documents that score best by it. */
const BEST_READ = 4_096;
/** Documents that pass the filters, up to which they are scored by what they hold. */
const FEW = 2_048;

/** A term of the index that a query stands for. */
interface Term {
  name: string;
  documents: number;
  /** What the documents that have one of its words gain by it. */
  words: { word: string; score: number }[];
  score: (length: number, frequency: number) => number;
}

/** The word that stands for a term in documents of that length and frequency. */
export function wordOf(term: string, length: number, frequency: number): string {
  return `t${term}${MARK}${length.toString(36)}${MARK}${frequency.toString(36)}`;
}

export class Ranker {
  readonly #content: (seq: number) => string[];
  readonly #match: StatementSync;
  readonly #newest: StatementSync;
  readonly #counts: StatementSync;
  readonly #documents: StatementSync;

  /**
   * @param table the FTS table.
   * @param content reads the terms of a document.
   */
  constructor(db: DatabaseSync, table: string, content: (seq: number) => string[]) {
    this.#content = content;
    this.#match = db.prepare(`SELECT rowid FROM ${table} WHERE ${table} MATCH ?`);
    this.#newest = db.prepare(
      `SELECT rowid FROM ${table} WHERE ${table} MATCH ? ORDER BY rowid DESC LIMIT ?`,
    );
    this.#counts = db.prepare(`SELECT term, doc FROM ${table}_counts WHERE term >= ? AND term < ?`);
    this.#documents = db.prepare(
      `SELECT term, json_group_array(doc) FROM ${table}_documents
       WHERE term >= ? AND term < ? GROUP BY term`,
    );
    for (const statement of [this.#match, this.#newest, this.#counts, this.#documents]) {
      statement.setReturnArrays(true);
    }
  }

  /**
   * The documents that have any of the terms and all of the required words.
   *
   * @param terms of the query; the last one also stands for those that begin like it.
   * @param required words of filter values.
   */
  find(terms: readonly string[], required: readonly string[], totals: Totals): Candidate[] {
    const found = this.#lookUp(terms, required.length, totals);
    if (required.length === 0) return this.#ranked(found);
    const match = required.map((word) => `"${word}"`).join(" AND ");
    const allowed = this.#match.all(match) as unknown as [number][];
    if (allowed.length > FEW) return this.#ranked(found, new Set(allowed.map(([seq]) => seq)));
    return this.#rankedByContent(
      found,
      allowed.map(([seq]) => seq),
    );
  }

  /** Ranks documents, only those that are allowed if that is given, by what the index holds. */
  #ranked(terms: readonly Term[], allowed?: ReadonlySet<number>): Candidate[] {
    const scores = new Scores();
    const add = (seqs: number[], score: number): void => {
      for (const seq of seqs) if (allowed?.has(seq) ?? true) scores.add(seq, score);
    };
    let left = FULLY_READ;
    for (const term of [...terms].sort((a, b) => a.documents - b.documents)) {
      left -= term.documents;
      if (left < 0) this.#readBest(term, add);
      else this.#readAll(term, add);
    }
    return scores.best();
  }

  #readAll({ name, words }: Term, add: (seqs: number[], score: number) => void): void {
    const scores = new Map(words.map(({ word, score }) => [word, score]));
    const rows = this.#documents.all(`t${name}${MARK}`, `t${name}${AFTER_MARK}`);
    for (const [word, seqs] of rows as unknown as [string, string][]) {
      add(JSON.parse(seqs) as number[], scores.get(word) ?? 0);
    }
  }

  #readBest({ words }: Term, add: (seqs: number[], score: number) => void): void {
    let left = BEST_READ;
    for (const { word, score } of [...words].sort((a, b) => b.score - a.score)) {
      const rows = this.#newest.all(`"${word}"`, left) as unknown as [number][];
      add(
        rows.map(([seq]) => seq),
        score,
      );
      left -= rows.length;
      if (left <= 0) return;
    }
  }

  #rankedByContent(terms: readonly Term[], seqs: readonly number[]): Candidate[] {
    const scores = new Scores();
    for (const seq of seqs) {
      const held = this.#content(seq);
      const frequencies = frequenciesOf(held);
      const length = roundedLength(held.length);
      for (const { name, score } of terms) {
        const frequency = frequencies.get(name);
        if (frequency !== undefined) scores.add(seq, score(length, frequency));
      }
    }
    return scores.best();
  }

  /**
   * The terms of the index that a query stands for: its own first, then, in their order, those that
   * begin like its last one, until there are as many as Convex looks up.
   */
  #lookUp(terms: readonly string[], filters: number, totals: Totals): Term[] {
    const found = new Map<string, Term>();
    for (const name of new Set(terms)) {
      for (const term of this.#between(name + MARK, name + AFTER_MARK, totals, 1)) {
        found.set(name, term);
      }
    }
    // A filter's value takes a place. (One that no document has takes none, but then finds nothing.)
    let places = LIMITS.searchDistinctTerms - found.size - filters;
    const last = terms.at(-1) ?? "";
    for (const term of this.#between(last + AFTER_MARK, last + LAST, totals, PREFIX_BOOST)) {
      if (places === 0) break;
      if (found.has(term.name)) continue;
      found.set(term.name, term);
      places -= 1;
    }
    return [...found.values()];
  }

  /** The terms in a range, in their order. */
  *#between(from: string, to: string, totals: Totals, boost: number): Generator<Term> {
    let name = "";
    let counts: [word: string, documents: number][] = [];
    const rows: Iterable<unknown> = this.#counts.iterate(`t${from}`, `t${to}`);
    for (const row of rows as Iterable<[string, number]>) {
      const next = row[0].slice(1, row[0].indexOf(MARK));
      if (next !== name && counts.length > 0) {
        yield toTerm(name, counts, totals, boost);
        counts = [];
      }
      name = next;
      counts.push(row);
    }
    if (counts.length > 0) yield toTerm(name, counts, totals, boost);
  }
}

function toTerm(
  name: string,
  counts: readonly [word: string, documents: number][],
  totals: Totals,
  boost: number,
): Term {
  const documents = counts.reduce((sum, [, count]) => sum + count, 0);
  const score = bm25(documents, totals, boost);
  const words = counts.map(([word]) => {
    const [, length, frequency] = word.split(MARK) as [string, string, string];
    return { word, score: score(parseInt(length, 36), parseInt(frequency, 36)) };
  });
  return { name, documents, words, score };
}
