/** Words of texts and queries, split as the search indexes split them. */

export const WORD = /[\p{L}\p{N}]+/gu;

/** A text's words in lower case. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(WORD) ?? [];
}

/**
 * Make the test of whether a word of a text is one that is searched: the last word of a query may
 * be unfinished, so it matches by its beginning.
 */
export function wordTest(query: string): (word: string) => boolean {
  const wanted = wordsOf(query);
  const last = wanted.pop();
  return (word) => wanted.includes(word) || (last !== undefined && word.startsWith(last));
}

/**
 * Say whether a text has every word of a query, the last one by its beginning.
 *
 * The search indexes find what has any of the words, and look at the stored text. Asking this of
 * the text as its reader may see it keeps a search from telling what is masked.
 */
export function holdsWords(text: string, query: string): boolean {
  const wanted = wordsOf(query);
  const last = wanted.pop();
  const words = new Set(wordsOf(text));
  const hasLast = last === undefined || [...words].some((word) => word.startsWith(last));
  return hasLast && wanted.every((word) => words.has(word));
}
