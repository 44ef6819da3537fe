/**
 * Terms of a text as Convex's search indexes split it (Tantivy's `SimpleTokenizer`): runs of letters,
 * vowel signs and digits, without those of 32 bytes and more, each character in lower case.
 */

import { LIMITS } from "./limits.ts";

/** Rust's `char::is_alphanumeric`: other marks, such as a combining accent, end a term. */
const TERM = /[\p{Alphabetic}\p{N}]+/gu;
const ASCII_TERM = /[A-Za-z0-9]+/g;

/** The terms of a text in their order; a term is repeated as often as the text repeats it. */
export function termsOf(text: string): string[] {
  if (Buffer.byteLength(text) === text.length) {
    const terms: string[] = text.match(ASCII_TERM) ?? [];
    return terms.filter(isShort).map((term) => term.toLowerCase());
  }
  const terms: string[] = text.match(TERM) ?? [];
  return terms.filter((term) => isShort(term) && isShortInBytes(term)).map(lowerCase);
}

/** Whether a term of this many UTF-16 units can be short enough: each has a byte at least. */
function isShort(term: string): boolean {
  return term.length < LIMITS.searchTermBytes;
}

function isShortInBytes(term: string): boolean {
  return Buffer.byteLength(term) < LIMITS.searchTermBytes;
}

/** Character by character, so that a sigma at the end of a word is like any other. */
function lowerCase(term: string): string {
  let lower = "";
  for (const character of term) lower += character.toLowerCase();
  return lower;
}

/** How often each term is there. */
export function frequenciesOf(terms: readonly string[]): Map<string, number> {
  const frequencies = new Map<string, number>();
  for (const term of terms) frequencies.set(term, (frequencies.get(term) ?? 0) + 1);
  return frequencies;
}
