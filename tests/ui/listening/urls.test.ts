import { beforeEach, expect, test } from "vitest";
import type { Send, Triggers } from "../../../lib/ui/listening/transcript_player/src/types.ts";
import {
  MOST_UNANSWERED,
  PATIENCE_MS,
  SPARE_MS,
  UrlBook,
} from "../../../lib/ui/listening/transcript_player/src/urls.ts";

let now = 0;
let asked: Triggers["urls"][] = [];
let book: UrlBook;

const send: Send = (name, value) => {
  if (name === "urls") asked.push(value as Triggers["urls"]);
};

function answer(id: string, expiresInMs: number): boolean {
  const last = asked.at(-1);
  return book.accept({ answer: last?.request ?? 0, urls: { [id]: { url: "u", expiresInMs } } });
}

beforeEach(() => {
  now = 1000;
  asked = [];
  book = new UrlBook(send, () => now);
});

test("a URL is good until shortly before it expires", () => {
  book.ask(["a"]);
  answer("a", 10_000);
  expect(book.get("a")).toBe("u");
  now += 10_000 - SPARE_MS;
  expect(book.get("a")).toBeNull();
  expect(book.lifeLeft("a")).toBe(SPARE_MS);
});

test("one request is on its way at a time", () => {
  book.ask(["a"]);
  book.ask(["a", "b"]);
  expect(asked).toHaveLength(1);
});

test("a request without an answer is repeated, and after several Earshot counts as silent", () => {
  for (let repeat = 0; repeat <= MOST_UNANSWERED; repeat += 1) {
    book.ask(["a"]);
    now += PATIENCE_MS;
  }
  expect(asked.map((request) => request.request)).toEqual([1, 2, 3, 4]);
  expect(book.silent).toBe(true);
  answer("a", 5000);
  expect(book.silent).toBe(false);
});

test("an old answer that is sent again, as on every rerun, changes nothing", () => {
  book.ask(["a"]);
  expect(answer("a", 5000)).toBe(true);
  book.drop("a");
  expect(answer("a", 5000)).toBe(false);
  expect(book.get("a")).toBeNull();
});

test("after a new mount the numbers go on where Python was", () => {
  book.accept({ answer: 7, urls: {} });
  book.ask(["a"]);
  expect(asked[0]?.request).toBe(8);
});

test("nothing is asked for nothing", () => {
  book.ask([]);
  expect(asked).toEqual([]);
});
