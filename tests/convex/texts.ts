/** Texts that go wrong where they are counted, cut or sent by UTF-16 units. */
import fc from "fast-check";

/** Each is one character to its reader; the longest take more than ten UTF-16 units. */
export const CHARACTERS = [
  "a",
  " ",
  "7",
  "\n",
  "é",
  "e\u0301",
  "o\u0302\u0323",
  "ß",
  "中",
  "ग",
  "क्षि",
  "한",
  "\u1112\u1161\u11ab",
  "😀",
  "👍🏽",
  "👩‍👩‍👧‍👦",
  "🏴󠁧󠁢󠁳󠁣󠁴󠁿",
  "🇩🇪",
  "1️⃣",
  "❤️",
  "𝒳",
  "𝟘",
  "שָׁ",
] as const;

/** Texts of whole characters. */
export const characters = fc
  .array(fc.constantFrom(...CHARACTERS), { maxLength: 400, size: "max" })
  .map((chosen) => chosen.join(""));

/** What no function takes: halves of surrogate pairs, control characters. */
export const UNFIT = [
  "\ud83d",
  "\ude00",
  "\ude00\ud83d",
  "\0",
  "\u0007",
  "\u001b[2J",
  "\x7f",
  "\x9b",
];

const segmenter = new Intl.Segmenter("en");

/** Where the characters of a text, as readers see them, begin and end (Unicode's UAX #29). */
export function bounds(text: string): Set<number> {
  const starts = Array.from(segmenter.segment(text), ({ index }) => index);
  return new Set([...starts, text.length]);
}
