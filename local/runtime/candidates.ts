/** The documents that a search finds, best first: at most as many as Convex's index hands out. */

import { LIMITS } from "./limits.ts";

/** A document that was found. Of those that score alike, the newest (highest `seq`) comes first. */
export interface Candidate {
  seq: number;
  score: number;
}

/** Whether a document comes after another one in the order of results. */
export function isAfter(candidate: Candidate, other: Candidate): boolean {
  if (candidate.score !== other.score) return candidate.score < other.score;
  return candidate.seq < other.seq;
}

/** Adds up scores of documents, and gives those with the best. */
export class Scores {
  readonly #scores = new Map<number, number>();

  add(seq: number, score: number): void {
    this.#scores.set(seq, (this.#scores.get(seq) ?? 0) + score);
  }

  /** The best documents, in the order of results. */
  best(): Candidate[] {
    const least = this.#leastOfTheBest();
    const found: Candidate[] = [];
    for (const [seq, sum] of this.#scores) {
      const score = Math.fround(sum);
      if (score >= least) found.push({ seq, score });
    }
    found.sort((a, b) => b.score - a.score || b.seq - a.seq);
    return found.slice(0, LIMITS.searchCandidates);
  }

  /** Sorting bare numbers costs a fraction of sorting all documents. */
  #leastOfTheBest(): number {
    const sorted = Float32Array.from(this.#scores.values()).sort();
    return sorted.at(-LIMITS.searchCandidates) ?? -Infinity;
  }
}
