/**
 * Full-text search finds, ranks and refuses as Convex's search indexes do. Facts and figures are those
 * of the backend's source: `crates/search` of get-convex/convex-backend and its Tantivy.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CursorCodec } from "../../local/runtime/cursor.ts";
import { applySchema } from "../../local/runtime/deploy.ts";
import { FunctionError } from "../../local/runtime/errors.ts";
import { page } from "../../local/runtime/pages.ts";
import { stream, type QueryJson } from "../../local/runtime/query.ts";
import { Store } from "../../local/runtime/store.ts";
import { termsOf } from "../../local/runtime/terms.ts";
import { Transaction } from "../../local/runtime/transaction.ts";
import type { Json, JsonObject } from "../../local/runtime/values.ts";

let folder: string;
let store: Store;

const NOTES = {
  name: "notes",
  validator: null,
  indexes: [],
  searches: [{ name: "search", searchField: "text", filterFields: ["kind", "owner"] }],
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "earshot-search-"));
  store = new Store(folder);
  applySchema(store, [NOTES]);
});

afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

function write<Result>(work: (tx: Transaction) => Result): Result {
  const tx = new Transaction(store, { tracksReads: false, isWritable: true });
  store.begin();
  const result = work(tx);
  store.commit();
  return result;
}

function add(texts: readonly string[], more: JsonObject = {}): void {
  const table = store.table("notes")!;
  write((tx) => {
    for (const text of texts) tx.insert(table, { text, ...more });
  });
}

function asking(text: string, equal: Record<string, Json> = {}, limit?: number): QueryJson {
  const equalities = Object.entries(equal).map(([fieldPath, value]) => ({
    type: "Eq" as const,
    fieldPath,
    value,
  }));
  return {
    source: {
      type: "Search",
      indexName: "notes.search",
      filters: [{ type: "Search", fieldPath: "text", value: text }, ...equalities],
    },
    operators: limit === undefined ? [] : [{ limit }],
  };
}

/** Texts of what is found, in order. */
function find(...query: Parameters<typeof asking>): string[] {
  const tx = new Transaction(store, { tracksReads: false, isWritable: false });
  return [...stream(tx, asking(...query))].map(
    (text) => (JSON.parse(text) as { text: string }).text,
  );
}

test.each([
  ["Don't stop, e-mail me", ["don", "t", "stop", "e", "mail", "me"]],
  ["ΣΊΣΥΦΟΣ", ["σίσυφοσ"]],
  ["कि हिन्दी", ["कि", "हिन", "दी"]],
  ["cafe\u0301 café", ["cafe", "café"]],
  ["x".repeat(31), ["x".repeat(31)]],
  [`${"x".repeat(32)} rest`, ["rest"]],
  [`${"é".repeat(15)} ${"é".repeat(16)}`, ["é".repeat(15)]],
  ["東京タワー ½ Ⅷ", ["東京タワー", "½", "ⅷ"]],
])("%j is split into terms as there", (text, terms) => {
  expect(termsOf(text)).toEqual(terms);
});

test("the last term of a query stands for all that begin like it, the others only for themselves", () => {
  add(["red apple", "reddish stone", "green apple"]);
  expect(find("red").sort()).toEqual(["red apple", "reddish stone"]);
  expect(find("red stone").sort()).toEqual(["red apple", "reddish stone"]);
  expect(find("gree red").sort()).toEqual(["red apple", "reddish stone"]);
  expect(find("!?")).toEqual([]);
});

test("a rare term, many of it, and a short text rank first; of equals the newest", () => {
  add(["common rare", "common", "common and then some more words", "common common", "common"]);
  expect(find("common")).toEqual([
    "common common",
    "common",
    "common",
    "common rare",
    "common and then some more words",
  ]);
  expect(find("common rare")[0]).toBe("common rare");
  add(["twin one", "twin two"]);
  expect(find("twin")).toEqual(["twin two", "twin one"]);
});

test("what only begins like the last term counts half", () => {
  add(["star", "starfish", "other", "words", "here"]);
  expect(find("star")).toEqual(["star", "starfish"]);
  // "starfish" is there as often as "star" and would be worth as much.
  expect(find("starfish star")).toEqual(["starfish", "star"]);
});

test("a query has 16 terms; more are dropped, and then the 16th may be unfinished", () => {
  const words = Array.from({ length: 17 }, (_, at) => `w${String.fromCharCode(97 + at)}`);
  add([...words, "wpx"]);
  expect(find(words.join(" ")).sort()).toEqual([...words.slice(0, 16), "wpx"]);
});

test("64 different terms are looked up: a query's own, values of filters, then prefixes in order", () => {
  const words = Array.from({ length: 100 }, (_, at) => `a${String(at).padStart(3, "0")}`);
  add(words, { kind: "k", owner: "o" });
  expect(find("a").sort()).toEqual(words.slice(0, 64));
  expect(find("a", { kind: "k", owner: "o" }).sort()).toEqual(words.slice(0, 62));
  expect(find("a050 a099 a").sort()).toEqual([...words.slice(0, 63), "a099"].sort());
});

test("filters compare values of any type, and one that is absent", () => {
  add(["one"], { kind: 1 });
  add(["two"], { kind: "1" });
  add(["three"], { kind: { a: [null] } });
  add(["four"]);
  const all = "one two three four";
  expect(find(all, { kind: 1 })).toEqual(["one"]);
  expect(find(all, { kind: "1" })).toEqual(["two"]);
  expect(find(all, { kind: { a: [null] } })).toEqual(["three"]);
  expect(find(all, { kind: { $undefined: null } })).toEqual(["four"]);
  expect(find(all, { kind: "2" })).toEqual([]);
});

test("the 1,024 best are handed out, and whoever asks for more fails", () => {
  add(Array.from({ length: 1024 }, (_, at) => `word ${at}`));
  expect(find("word", {}, 1024)).toHaveLength(1024);
  expect(() => find("word", {}, 1025)).toThrow(FunctionError);
  expect(() => find("word")).toThrow(/1024/);
  add(["word word word"]);
  expect(find("word", {}, 1)).toEqual(["word word word"]);
});

test("pages follow one another without gaps, and a full page is not known to be the last", () => {
  const texts = Array.from({ length: 10 }, (_, at) => `word ${"pad ".repeat(at % 3)}${at}`);
  add(texts);
  const cursors = new CursorCodec(store.secret());
  const found: string[] = [];
  let cursor: string | null = null;
  for (let pages = 1; ; pages += 1) {
    const tx = new Transaction(store, { tracksReads: false, isWritable: false });
    const request = { query: asking("word"), cursor, endCursor: null, pageSize: 5 };
    const part = page(tx, cursors, request);
    found.push(...part.texts);
    if (part.isDone) {
      expect(pages).toBe(3);
      break;
    }
    cursor = part.continueCursor;
  }
  expect(found.map((text) => (JSON.parse(text) as { text: string }).text)).toEqual(find("word"));
});

test.each([
  [[], /exactly one/],
  [[{ type: "Search", fieldPath: "other", value: "a" }], /must search "text"/],
  [
    [
      { type: "Search", fieldPath: "text", value: "a" },
      { type: "Eq", fieldPath: "text", value: "a" },
    ],
    /not a filter field/,
  ],
])("a search that its index cannot answer is refused: %j", (filters, message) => {
  const query = { source: { type: "Search", indexName: "notes.search", filters }, operators: [] };
  const tx = new Transaction(store, { tracksReads: false, isWritable: false });
  expect(() => [...stream(tx, query as unknown as QueryJson)]).toThrow(message);
});

test("an index of an earlier format is built anew", () => {
  add(["kept apple"]);
  store.db.exec(
    `UPDATE indexes SET definition = '["text",["kind","owner"]]' WHERE kind = 'search'`,
  );
  applySchema(store, [NOTES]);
  expect(find("apple")).toEqual(["kept apple"]);
});

/** BM25 by its definition, over all texts. */
function ranked(texts: readonly string[], query: string): string[] {
  const documents = texts.map(termsOf);
  const asked = termsOf(query);
  const last = asked.at(-1) ?? "";
  const average = documents.flat().length / documents.length;
  const scores = documents.map((terms) => {
    const wanted = new Set(terms.filter((term) => asked.includes(term) || term.startsWith(last)));
    return [...wanted].reduce((sum, term) => {
      const having = documents.filter((other) => other.includes(term)).length;
      const rarity = Math.log(1 + (documents.length - having + 0.5) / (having + 0.5));
      const times = terms.filter((other) => other === term).length;
      const norm = 1.2 * (0.25 + (0.75 * terms.length) / average);
      const boost = asked.includes(term) ? 1 : 0.5;
      return sum + (boost * rarity * 2.2 * times) / (times + norm);
    }, 0);
  });
  return texts
    .map((text, seq) => ({ text, seq, score: Math.fround(scores[seq]!) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || b.seq - a.seq)
    .map(({ text }) => text);
}

test("texts that come, change and go are ranked by BM25 over those that are there", () => {
  const word = fc.constantFrom("a", "ab", "abc", "b", "ba", "bab", "c");
  const text = fc.array(word, { minLength: 1, maxLength: 8 }).map((words) => words.join(" "));
  const step = fc.record({ text, at: fc.nat(), kind: fc.constantFrom("add", "change", "remove") });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 25 }), text, (steps, query) => {
      write((tx) => {
        for (const { _id } of all()) tx.remove(_id);
      });
      for (const { kind, text, at } of steps) {
        const rows = all();
        const row = rows[at % Math.max(1, rows.length)];
        if (kind === "add" || !row) add([text], { kind: "k" });
        else if (kind === "change") write((tx) => tx.patch(row._id, new Map([["text", text]])));
        else write((tx) => tx.remove(row._id));
      }
      const expected = ranked(
        all().map(({ text }) => text),
        query,
      );
      expect(find(query)).toEqual(expected);
      expect(find(query, { kind: "k" })).toEqual(expected);
    }),
  );
});

function all(): { _id: string; text: string }[] {
  return [...store.table("notes")!.documents()].map(
    ({ document }) => document as unknown as { _id: string; text: string },
  );
}

test("of a term in very many documents, the best are found first, with a filter and without", () => {
  const many = Array.from({ length: 10_000 }, (_, at) => `often ${"pad ".repeat(1 + (at % 5))}`);
  for (let times = 0; times < 3; times += 1) add(many, { kind: "k" });
  add(["often often", "often seldom pad"], { kind: "k" });
  add(["often often often"], { kind: "other" });
  expect(find("often", {}, 3)).toEqual(["often often often", "often often", "often pad "]);
  expect(find("often", { kind: "k" }, 2)).toEqual(["often often", "often pad "]);
  expect(find("often seldom", {}, 2)[0]).toBe("often seldom pad");
  expect(find("often seldom", { kind: "k" }, 2)[0]).toBe("often seldom pad");
});

test("what a failed part of a transaction wrote counts for no rank", async () => {
  add(["one two", "one", "two three"]);
  const before = find("one two");
  const tx = new Transaction(store, { tracksReads: false, isWritable: true });
  store.begin();
  await expect(
    tx.nested(async () => {
      tx.insert(store.table("notes")!, { text: "one one one" });
      return Promise.reject(new Error("second thoughts"));
    }),
  ).rejects.toThrow("second thoughts");
  store.commit();
  expect(find("one two")).toEqual(before);
  const { name } = store.db
    .prepare("SELECT name FROM sqlite_master WHERE name LIKE 'fts_%_totals'")
    .get() as { name: string };
  const totals = store.db.prepare(`SELECT documents, terms FROM ${name}`).get();
  expect(totals).toEqual({ documents: 3, terms: 5 });
});
