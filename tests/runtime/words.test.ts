/** The words of the product's search survive the search indexes, and people find what they mean. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { folded, foldedWithPlaces } from "../../convex/model/folding.ts";
import {
  hitsIn,
  indexQuery,
  questionOf,
  searchedText,
  textAnswers,
} from "../../convex/model/words.ts";
import { LIMITS } from "../../local/runtime/limits.ts";
import { termsOf } from "../../local/runtime/terms.ts";

/** Scripts, marks, signs and joiners that meet in texts. */
const character = fc.oneof(
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }),
  fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
  fc.constantFrom(
    ...Array.from("aZß İıŁé+#'’.ʼ™①㎏ﬁЁйΣςΐक्षिनิ้ใ中文カｶﾞー각가ㅏשׁمُ"),
    "\u0301",
    "\u200b",
    "\u200d",
    "\ufe0f",
    "\u093c",
  ),
);
const text = fc.array(character, { maxLength: 40 }).map((characters) => characters.join(""));

test("every word that is stored is a term of the index as it is, and no other is", () => {
  fc.assert(
    fc.property(text, (text) => {
      const words = searchedText(text);
      expect(termsOf(words)).toEqual(words === "" ? [] : words.split(" "));
    }),
    { numRuns: 2000 },
  );
});

test("a text folds piece by piece as it folds in whole, and folding again changes nothing", () => {
  fc.assert(
    fc.property(text, (text) => {
      const whole = folded(text);
      expect(foldedWithPlaces(text).folded).toBe(whole);
      expect(folded(whole)).toBe(whole);
    }),
    { numRuns: 2000 },
  );
});

test("every text answers each question that is made of its words, and its hits are in it", () => {
  fc.assert(
    fc.property(text, (text) => {
      const question = questionOf(text);
      if (question === null) return;
      expect(textAnswers(text, question)).toBe(true);
      let end = 0;
      for (const hit of hitsIn(text, question)) {
        expect(hit.start).toBeGreaterThanOrEqual(end);
        expect(hit.end).toBeGreaterThan(hit.start);
        end = hit.end;
      }
      expect(end).toBeGreaterThan(0);
      expect(end).toBeLessThanOrEqual(text.length);
    }),
    { numRuns: 1000 },
  );
});

/** Question, text, and what of the text is marked. */
const FOUND: [question: string, text: string, marked: string[]][] = [
  ["invoice", "My invoice is wrong", ["invoice"]],
  ["inv", "My invoice is wrong", ["invoice"]],
  ["cafe", "im Cafe\u0301", ["Cafe\u0301"]],
  ["café", "im Cafe", ["Cafe"]],
  ["cafe\u0301", "im CAFÉ!", ["CAFÉ"]],
  ["istanbul", "nach İstanbul", ["İstanbul"]],
  ["ISPARTA", "ıspartalı", ["ıspartalı"]],
  ["strasse", "Königstraße Straße", ["Straße"]],
  ["lodz", "z Łódź", ["Łódź"]],
  ["don't", "I don’t know", ["don", "t"]],
  ["O’Brien", "Mr OʼBrien", ["O", "Brien"]],
  ["C++", "we use C++, not C", ["C++", "C"]],
  ["c#", "F# or C#", ["C#"]],
  ["搜索", "我想用搜索引擎。", ["搜索"]],
  ["索引", "我想用搜索引擎。", ["索引"]],
  ["擎", "我想用搜索引擎。", ["擎"]],
  ["タワー", "東京ﾀﾜｰへ", ["ﾀﾜｰ"]],
  ["ไทย", "ภาษาไทยง่าย", ["ไทย"]],
  ["हिन्दी", "मैं हिन्दी बोलता हूँ", ["हिन्दी"]],
  ["हिन्", "हिन्दी", ["हिन्दी"]],
  ["फोन", "मेरा फ़ोन", ["फ़ोन"]],
  ["шалом", "שָׁלוֹם шало́м", ["шало́м"]],
  ["שלום", "שָׁלוֹם", ["שָׁלוֹם"]],
  ["محمد", "مُحَمَّد", ["مُحَمَّد"]],
  ["елка", "Ёлка", ["Ёлка"]],
  ["fine", "ﬁne print", ["ﬁne"]],
  ["4", "add ¼", ["¼"]],
  ["earshot", "Earshot™ app", ["Earshot"]],
  ["123", "①②③ 123", ["①②③", "123"]],
  ["x".repeat(40), `a ${"x".repeat(50)} b`, ["x".repeat(50)]],
  ["서울", "서울에서 왔어요", ["서울에서"]],
];

test.each(FOUND)("%j finds %j", (query, text, marked) => {
  const question = questionOf(query)!;
  expect(textAnswers(text, question)).toBe(true);
  expect(hitsIn(text, question).map(({ start, end }) => text.slice(start, end))).toEqual(marked);
});

test.each([
  ["C++", "we use C"],
  ["йод", "иод"],
  ["索搜", "搜索"],
  ["inv wrong", "my invoice is wrong"],
  ["invoice right", "my invoice is wrong"],
])("%j does not find %j", (query, text) => {
  expect(textAnswers(text, questionOf(query)!)).toBe(false);
});

test("of a long text 8 KiB are stored, of a long question the longest words are looked up", () => {
  const long = searchedText("word ".repeat(7000));
  expect(long.length).toBeLessThanOrEqual(8 * 1024);
  expect(long.length).toBeGreaterThan(8 * 1024 - 6);
  expect(Buffer.byteLength(searchedText("的一".repeat(5000)))).toBeLessThanOrEqual(8 * 1024);
  const words = Array.from({ length: 70 }, (_, at) => "w".repeat((at % 20) + 1) + "z");
  const question = questionOf(words.join(" "))!;
  expect(question.words.length).toBeLessThan(64);
  const asked = termsOf(indexQuery(question));
  expect(asked).toHaveLength(LIMITS.searchTerms);
  expect(asked.at(-1)).toBe(question.last);
  expect(questionOf("!? ...")).toBeNull();
});

test.each([
  `a${"\u0301".repeat(16_000)}`,
  "\u0301".repeat(16_000),
  "ก\u0e49".repeat(5000),
  "的".repeat(10_000),
  "a+".repeat(16_000),
  "\u1100".repeat(10_000),
])("a text that is made to be slow is folded like any other", (text) => {
  expect(foldedWithPlaces(text).folded).toBe(folded(text));
});
