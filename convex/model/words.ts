/**
 * Words of texts and of questions, in one form on both sides of a search.
 *
 * A search index of Convex splits texts at all but letters, digits and vowel signs, and drops words of
 * 32 bytes and more. These words hold nothing else and are shorter, so that it keeps them as they are.
 */
import { FOR_A_MARK, folded, foldedWithPlaces } from "./folding.ts";
import { INDEX_TERMS, INDEX_WORD_BYTES, QUERY_TERMS, SEARCHED_BYTES } from "./limits.ts";
import { utf8Bytes } from "./texts.ts";

/** Signs at the end of a word (`C++`, `F#`), and the letters that stand for them. */
const FOR_SIGNS: Readonly<Record<string, string>> = { "+": "\u02d1", "#": "\u02d0" };

const PART = "[\\p{Alphabetic}\\p{N}]";
/** A character of a script that is written without blanks between words, with its marks. */
const BLANKLESS =
  `(?=${PART})[\\p{scx=Han}\\p{scx=Hiragana}\\p{scx=Katakana}\\p{Script=Bopomofo}\\p{Script=Yi}` +
  `\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}][\\p{M}${FOR_A_MARK}]*`;
const SIGNS = `(?:[+#]+(?!${PART}|[+#])|\\+\\+)?`;
const RUN = new RegExp(`((?:${BLANKLESS})+)|((?:(?!${BLANKLESS})${PART})+)(${SIGNS})`, "gu");
const CHARACTER = new RegExp(BLANKLESS, "gu");
/** Most texts: no signs, nothing beyond ASCII. */
const PLAIN = /^[^+#\x80-\uffff]*$/;
const PLAIN_WORD = /[a-z0-9]+/g;

/** A word and where it is in the folded text. */
type Word = { word: string; start: number; end: number; isSingle?: boolean };

/**
 * The words of a folded text. Scripts without blanks give each two characters that follow one another
 * (and each single one, if `single`). A name with signs gives the name without and with them.
 */
function* wordsIn(text: string, single: boolean): Generator<Word> {
  for (const match of text.matchAll(RUN)) {
    const { 0: all, 1: blankless, 2: name, 3: signs, index: start } = match;
    if (blankless !== undefined) {
      yield* pairsIn(blankless, start, single);
    } else if (name !== undefined) {
      yield { word: shortened(name), start, end: start + name.length };
      if (!signs) continue;
      const letters = Array.from(signs, (sign) => FOR_SIGNS[sign] ?? "").join("");
      yield { word: shortened(name + letters), start, end: start + all.length };
    }
  }
}

function* pairsIn(run: string, offset: number, single: boolean): Generator<Word> {
  const characters = [...run.matchAll(CHARACTER)];
  for (const [position, { 0: character, index }] of characters.entries()) {
    const start = offset + index;
    const next = characters[position + 1]?.[0];
    if (single || characters.length === 1) {
      const end = start + character.length;
      yield { word: shortened(character), start, end, isSingle: true };
    }
    if (next === undefined) continue;
    const word = shortened(character + next);
    yield { word, start, end: start + character.length + next.length };
  }
}

/** The beginning of a word that the search indexes keep. A UTF-16 unit takes three bytes at most. */
function shortened(word: string): string {
  if (3 * word.length <= INDEX_WORD_BYTES || utf8Bytes(word) <= INDEX_WORD_BYTES) return word;
  let kept = "";
  let bytes = 0;
  for (const character of word) {
    bytes += utf8Bytes(character);
    if (bytes > INDEX_WORD_BYTES) break;
    kept += character;
  }
  return kept;
}

/** The words of a text, as often as it has them; single characters of scripts without blanks once. */
export function wordsOf(text: string): string[] {
  const form = folded(text);
  if (PLAIN.test(form)) return (form.match(PLAIN_WORD) ?? []).map(shortened);
  const words: string[] = [];
  const known = new Set<string>();
  for (const { word, isSingle } of wordsIn(form, true)) {
    if (isSingle && known.has(word)) continue;
    if (isSingle) known.add(word);
    words.push(word);
  }
  return words;
}

/**
 * What is stored of a text to be searched: its words with blanks between them, up to 8 KiB. The rest
 * of a longer text is not found.
 */
export function searchedText(text: string): string {
  const all = wordsOf(text);
  const joined = all.join(" ");
  if (3 * joined.length <= SEARCHED_BYTES || utf8Bytes(joined) <= SEARCHED_BYTES) return joined;
  const words: string[] = [];
  let bytes = -1;
  for (const word of all) {
    bytes += 1 + utf8Bytes(word);
    if (bytes > SEARCHED_BYTES) break;
    words.push(word);
  }
  return words.join(" ");
}

/** What is asked for: texts that have all these words, and one that begins like the last word. */
export type Question = { words: string[]; last: string };

/**
 * The different words of a question, 64 at most; null if it has none. The last one may be unfinished,
 * so it matches by its beginning.
 */
export function questionOf(query: string): Question | null {
  const all = Array.from(wordsIn(folded(query), false), ({ word }) => word).slice(0, QUERY_TERMS);
  const last = all.pop();
  if (last === undefined) return null;
  return { words: [...new Set(all)], last };
}

/** What a search index is asked for: as many words as it takes, the longest ones and the last. */
export function indexQuery({ words, last }: Question): string {
  const longest = [...words].sort((a, b) => b.length - a.length).slice(0, INDEX_TERMS - 1);
  return [...longest, last].join(" ");
}

/** Say whether a text has all that is asked for, from its words as `searchedText` gives them. */
export function answers(words: string, { words: wanted, last }: Question): boolean {
  const all = ` ${words} `;
  return all.includes(` ${last}`) && wanted.every((word) => all.includes(` ${word} `));
}

/**
 * Say whether a text has all that is asked for.
 *
 * Asking this of the text as its reader may see it keeps a search from telling what is masked.
 */
export function textAnswers(text: string, question: Question): boolean {
  return answers(wordsOf(text).join(" "), question);
}

/** Where the words that are asked for are in a text, in order; what overlaps is one. */
export function hitsIn(text: string, { words, last }: Question): { start: number; end: number }[] {
  const { folded, startOf, endOf } = foldedWithPlaces(text);
  const hits: { start: number; end: number }[] = [];
  for (const { word, start, end } of wordsIn(folded, true)) {
    if (!words.includes(word) && !word.startsWith(last)) continue;
    const place = { start: startOf(start), end: endOf(end - 1) };
    const before = hits.at(-1);
    if (before !== undefined && place.start <= before.end) {
      before.end = Math.max(before.end, place.end);
    } else {
      hits.push(place);
    }
  }
  return hits;
}
