/**
 * The form in which texts and questions are compared: compatible characters, case, accents that
 * writers leave out, and apostrophes are alike. It holds letters, digits and vowel signs of words, and
 * signs between them; no mark that Convex's search indexes would end a word at.
 */

/** A mark that ends words there, such as a virama or the sign of a tone: this letter stands for it. */
export const FOR_A_MARK = "\u02b9";

/** Letters that are one to Unicode, but two or others to those who search. */
const LETTERS: Readonly<Record<string, string>> = {
  ı: "i",
  ς: "σ",
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  đ: "d",
  ð: "d",
  ħ: "h",
  ł: "l",
  þ: "th",
  ё: "е",
};
const LETTER = new RegExp(`[${Object.keys(LETTERS).join("")}]`, "gu");

const TRADE_MARKS = /[™℠]/gu;
const APOSTROPHES = /[\u02bb\u02bc\ua78b\ua78c]/gu;
/** What is not seen (joiners, soft hyphens), what surrounds a digit, what widens Arabic words. */
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\p{Me}\u0640]/gu;
/** Accents of Latin and Greek letters. */
const ACCENTED = /([\p{Script=Latin}\p{Script=Greek}])\p{M}+/gu;
/** Stress in Cyrillic; the marks of й, ї or ќ make other letters. */
const STRESSED = /([аеиоуыэюяіїєѣѵ]\u0308?)[\u0300\u0301]/gu;
/** Vowel points of Hebrew and Arabic, and nuktas of Indic scripts. */
const POINTS =
  /(?=\p{M})[\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u093c\u09bc\u0a3c\u0abc\u0b3c\u0cbc]/gu;
/** Marks without a letter. */
const LONE_MARKS = /(?<![\p{Alphabetic}\p{N}\p{M}])\p{M}+/gu;
const OTHER_MARK = /(?!\p{Alphabetic})\p{M}/gu;

const ASCII = /^[\x00-\x7f]*$/;

/** Bring a text into the form in which it is compared. */
export function folded(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  return text
    .replace(TRADE_MARKS, " ")
    .replaceAll("\u200b", " ")
    .normalize("NFKD")
    .replace(APOSTROPHES, "'")
    .toLowerCase()
    .replace(UNSEEN, "")
    .replace(ACCENTED, "$1")
    .replace(STRESSED, "$1")
    .replace(POINTS, "")
    .normalize("NFC")
    .replace(LETTER, (letter) => LETTERS[letter] ?? letter)
    .replace(LONE_MARKS, "")
    .replace(OTHER_MARK, FOR_A_MARK);
}

/** What folds as a whole: a character with its marks, letters of one Korean syllable. */
const PIECE =
  /(?:[\u1100-\u11ff\u3131-\u318e\ua960-\ua97c\ud7b0-\ud7fb\uffa0-\uffdc]+|[^])[\p{M}\p{Default_Ignorable_Code_Point}\uff9e\uff9f]*/gu;

/** A folded text, and where in the text its UTF-16 units begin and end. */
export type Folded = {
  folded: string;
  startOf: (at: number) => number;
  endOf: (at: number) => number;
};

/** Fold a text and keep where everything was. */
export function foldedWithPlaces(text: string): Folded {
  if (ASCII.test(text)) {
    return { folded: folded(text), startOf: (at) => at, endOf: (at) => at + 1 };
  }
  let whole = "";
  const starts: number[] = [];
  const ends: number[] = [];
  for (const { 0: piece, index } of text.matchAll(PIECE)) {
    const part = folded(piece);
    whole += part;
    for (let at = 0; at < part.length; at += 1) {
      starts.push(index);
      ends.push(index + piece.length);
    }
  }
  return { folded: whole, startOf: (at) => starts[at] ?? 0, endOf: (at) => ends[at] ?? 0 };
}
