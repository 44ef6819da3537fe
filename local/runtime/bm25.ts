/**
 * BM25 as Convex's search ranks with it (Tantivy): k1 = 1.2, b = 0.75, and the length of a document
 * rounded down to four binary digits beyond 40.
 */

const K1 = 1.2;
const B = 0.75;
/** Lengths up to here are exact. */
const EXACT_LENGTH = 40;
/** Lengths beyond are rounded as if so many fewer. */
const LENGTH_OFFSET = 24;

/** Documents of an index and their terms in sum. */
export interface Totals {
  documents: number;
  terms: number;
}

/** The length that stands for a document of that many terms. */
export function roundedLength(terms: number): number {
  if (terms <= EXACT_LENGTH) return terms;
  const shift = 28 - Math.clz32(terms - LENGTH_OFFSET);
  return LENGTH_OFFSET + (((terms - LENGTH_OFFSET) >> shift) << shift);
}

/**
 * Make the function that says what a term adds to the score of a document, from the document's
 * rounded length and how often it has the term.
 *
 * @param documents how many have the term.
 * @param boost factor of the score.
 */
export function bm25(
  documents: number,
  totals: Totals,
  boost: number,
): (length: number, frequency: number) => number {
  const rarity = Math.log(1 + (totals.documents - documents + 0.5) / (documents + 0.5));
  const averageLength = totals.terms / totals.documents;
  return (length, frequency) => {
    const norm = K1 * (1 - B + (B * length) / averageLength);
    return boost * rarity * (1 + K1) * (frequency / (frequency + norm));
  };
}
