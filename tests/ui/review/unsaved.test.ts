import { expect, test, vi } from "vitest";
import { MOST_AGE_MS, UnsavedStore } from "../../../lib/ui/review/review_panel/src/unsaved.ts";
import type { Content } from "../../../lib/ui/review/review_panel/src/types.ts";

const EMPTY: Content = { answers: {}, turns: [], comments: [], corrections: [] };

function browser() {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
    key: (at: number) => [...kept.keys()][at] ?? null,
    get length() {
      return kept.size;
    },
  };
}

test("what was typed is there again for the same reviewer and item, and for nobody else", () => {
  const store = browser();
  const content = { ...EMPTY, answers: { tone: 4 } };
  const writing = { kind: "comment", text: "Half a", sequence: 3, atMs: 90 } as const;
  new UnsavedStore(store, "ada", "item").write(EMPTY, content, writing);
  expect(new UnsavedStore(store, "ada", "item").read(EMPTY)).toEqual({
    content,
    writing,
    isNext: true,
  });
  expect(new UnsavedStore(store, "bob", "item").read(EMPTY)).toBeNull();
  expect(new UnsavedStore(store, "ada", "other").read(EMPTY)).toBeNull();
  new UnsavedStore(store, "ada", "item").clear();
  expect(store.kept.size).toBe(0);
});

test("what was stored elsewhere since is told apart from what it was based on", () => {
  const own = new UnsavedStore(browser(), "ada", "item");
  own.write({ ...EMPTY, answers: { a: 1, b: 2 } }, { ...EMPTY, answers: { a: 5, b: 2 } }, null);
  expect(own.read({ ...EMPTY, answers: { b: 2, a: 1 } })?.isNext).toBe(true);
  expect(own.read({ ...EMPTY, answers: { b: 2, a: 3 } })?.isNext).toBe(false);
  // The server has it after all: nothing is unsaved.
  expect(own.read({ ...EMPTY, answers: { b: 2, a: 5 } })).toBeNull();
});

test("what nobody came back for is forgotten, and nothing else of this browser", () => {
  const store = browser();
  store.kept.set("other", "1");
  new UnsavedStore(store, "ada", "old").write(EMPTY, { ...EMPTY, answers: { a: 1 } }, null);
  vi.useFakeTimers({ now: Date.now() + MOST_AGE_MS - 1000 });
  new UnsavedStore(store, "ada", "new").write(EMPTY, { ...EMPTY, answers: { a: 1 } }, null);
  expect(store.kept.size).toBe(3);
  vi.setSystemTime(Date.now() + 2000);
  new UnsavedStore(store, "ada", "next");
  vi.useRealTimers();
  expect([...store.kept.keys()]).toEqual(["other", "earshot.review.ada.new"]);
});

test("broken or foreign entries are no obstacle", () => {
  const store = browser();
  const own = new UnsavedStore(store, "ada", "item");
  for (const entry of ["{broken", "1", '{"content":{}}', '{"content":null,"base":""}']) {
    store.kept.set("earshot.review.ada.item", entry);
    expect(own.read(EMPTY)).toBeNull();
  }
});
