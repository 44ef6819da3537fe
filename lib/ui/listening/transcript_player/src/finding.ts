/** Words that a reader looks for in a transcript, found as the search over all transcripts does. */
import { answers, hitsIn, questionOf, wordsOf } from "../../../../../convex/model/words.ts";
import type { Turn } from "./types.ts";

/** A part of a text, and whether it is a word that is looked for. */
export interface Marked {
  text: string;
  isHit: boolean;
}

/** The words of turns, in the form that `hitsOf` looks through with every key. */
export function searchable(turns: readonly Turn[]): string[] {
  return turns.map((turn) => wordsOf(textsOf(turn).join("\n")).join(" "));
}

/** What of a turn is read: as the search over all transcripts has it. */
export function textsOf({ text, tool }: Turn): string[] {
  const parts = [text, tool?.name, tool?.arguments, tool?.result];
  return parts.filter((part) => part !== undefined && part !== null);
}

/**
 * Indexes of the turns that have every word; none when nothing is looked for.
 *
 * @param searched is what `searchable` made of the turns.
 */
export function hitsOf(searched: readonly string[], words: string): number[] {
  const question = questionOf(words);
  if (question === null) return [];
  return searched.flatMap((turn, index) => (answers(turn, question) ? [index] : []));
}

/** Cut a text at the words that are looked for; together the parts are the text again. */
export function marked(text: string, words: string): Marked[] {
  const question = questionOf(words);
  const parts: Marked[] = [];
  let at = 0;
  for (const { start, end } of question === null ? [] : hitsIn(text, question)) {
    if (start > at) parts.push({ text: text.slice(at, start), isHit: false });
    parts.push({ text: text.slice(start, end), isHit: true });
    at = end;
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
