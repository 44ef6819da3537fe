/** Words that a reader looks for in a transcript, found as the search over all transcripts does. */
import { WORD, holdsWords, wordTest, wordsOf } from "../../../../../convex/model/words.ts";
import type { Turn } from "./types.ts";

/** A part of a text, and whether it is a word that is looked for. */
export interface Marked {
  text: string;
  isHit: boolean;
}

/** Indexes of the turns that have every word; none when nothing is looked for. */
export function hitsOf(turns: readonly Turn[], words: string): number[] {
  if (wordsOf(words).length === 0) return [];
  return turns.flatMap(({ text }, index) => (holdsWords(text, words) ? [index] : []));
}

/** Cut a text at the words that are looked for; together the parts are the text again. */
export function marked(text: string, words: string): Marked[] {
  const isHit = wordTest(words);
  const parts: Marked[] = [];
  let at = 0;
  for (const { 0: word, index } of text.matchAll(WORD)) {
    if (!isHit(word.toLowerCase())) continue;
    if (index > at) parts.push({ text: text.slice(at, index), isHit: false });
    parts.push({ text: word, isHit: true });
    at = index + word.length;
  }
  if (at < text.length) parts.push({ text: text.slice(at), isHit: false });
  return parts;
}

/** The hit after a turn, or before it, going round at the ends; -1 without hits. */
export function nextHit(hits: readonly number[], from: number, by: 1 | -1): number {
  const found =
    by > 0 ? hits.find((hit) => hit > from) : hits.findLast((hit) => hit < from && from >= 0);
  return found ?? (by > 0 ? hits[0] : hits.at(-1)) ?? -1;
}
