/**
 * Where two reviews of one session agree: the counts from which agreement is computed. Pure.
 *
 * Scores, choices and yes-or-no answers are counted by both answers (a contingency table). Numbers
 * and sets of labels have no small table: they are counted as `same` or `different`.
 */
import type { Answer, Content, Criterion } from "./reviewFields.ts";

export type Cell = { criterion: string; a: string; b: string; count: number };
/** What two people answered, and to what; `sequence` of a question about a turn. */
type Pair = { criterion: Criterion; sequence?: number; a: Answer; b: Answer };

/** Questions that both answered. */
function pairsOf(criteria: Criterion[], first: Content, second: Content): Pair[] {
  const turns = new Map(second.turns.map(({ sequence, answers }) => [sequence, answers]));
  return criteria.flatMap((criterion) => {
    const both =
      criterion.level === "session"
        ? [{ one: first.answers, other: second.answers }]
        : first.turns.map(({ sequence, answers }) => {
            return { one: answers, other: turns.get(sequence), sequence };
          });
    return both.flatMap(({ one, other, ...turn }) => {
      const [a, b] = [one[criterion.key], other?.[criterion.key]];
      return a === undefined || b === undefined ? [] : [{ criterion, ...turn, a, b }];
    });
  });
}

function isSame({ criterion, a, b }: Pair): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((label) => b.includes(label));
  }
  if (typeof a === "number" && typeof b === "number") {
    return Math.abs(a - b) <= (criterion.tolerance ?? 0);
  }
  return a === b;
}

/** Say whether two reviews differ in any question that both answered. */
export function differ(criteria: Criterion[], first: Content, second: Content): boolean {
  return differences(criteria, first, second).length > 0;
}

/** The questions that both answered, each differently. */
export function differences(criteria: Criterion[], first: Content, second: Content) {
  return pairsOf(criteria, first, second)
    .filter((pair) => !isSame(pair))
    .map(({ criterion: { key }, sequence }) => ({
      key,
      ...(sequence === undefined ? {} : { sequence }),
    }));
}

/** The cells to which two reviews of one session add one each. */
export function cellsOf(criteria: Criterion[], first: Content, second: Content): Cell[] {
  return pairsOf(criteria, first, second).map((pair) => {
    const { key, kind } = pair.criterion;
    const isTabled = kind === "score" || kind === "choice" || kind === "boolean";
    const [a, b] = isTabled
      ? [String(pair.a), String(pair.b)]
      : ["same", isSame(pair) ? "same" : "different"];
    return { criterion: key, a, b, count: 1 };
  });
}

/** Add cells (or subtract them); what comes to nothing is left out. In order of their names. */
export function addCells(known: Cell[], more: Cell[], sign: 1 | -1): Cell[] {
  const sums = new Map(known.map((cell) => [nameOf(cell), cell]));
  for (const cell of more) {
    const before = sums.get(nameOf(cell))?.count ?? 0;
    sums.set(nameOf(cell), { ...cell, count: before + sign * cell.count });
  }
  const left = [...sums].filter(([, { count }]) => count !== 0);
  return left.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, cell]) => cell);
}

function nameOf({ criterion, a, b }: Cell): string {
  return JSON.stringify([criterion, a, b]);
}
