/** Latency of the turns along the session, against the objectives. No DOM here. */
import { clock, count, latency } from "../../../parts/figures.ts";
import { hasTime } from "./timeline.ts";
import type { Objectives, Turn } from "./types.ts";

/** One turn whose latency is known, and when it was; milliseconds. */
export interface Measure {
  /** Index of the turn. */
  index: number;
  startMs: number;
  ttftMs: number | null;
  turnMs: number | null;
  /** True when the first token, or the full turn, took longer than its objective. */
  lateTtft: boolean;
  lateTurn: boolean;
}

export function measuresOf(turns: readonly Turn[], objectives: Objectives): Measure[] {
  return turns.flatMap((turn, index) => {
    const { startMs, ttftMs, latencyMs } = turn;
    if ((ttftMs === null && latencyMs === null) || !hasTime(turn)) return [];
    const lateTtft = ttftMs !== null && ttftMs > objectives.ttftMs;
    const lateTurn = latencyMs !== null && latencyMs > objectives.turnMs;
    return [{ index, startMs, ttftMs, turnMs: latencyMs, lateTtft, lateTurn }];
  });
}

export function isLate(measure: Measure): boolean {
  return measure.lateTtft || measure.lateTurn;
}

/** Top of the scale: the worst value, and never so low that an objective lies outside. */
export function scaleOf(measures: readonly Measure[], objectives: Objectives): number {
  const worst = measures.reduce((top, m) => Math.max(top, m.turnMs ?? 0, m.ttftMs ?? 0), 0);
  return Math.max(worst, objectives.turnMs, objectives.ttftMs) * 1.08;
}

/** One measure in words: `0:16 · first token 2.82 s (late) · full turn 3.03 s (late)`. */
export function described(measure: Measure): string {
  const parts = [clock(measure.startMs)];
  const late = (isLate: boolean) => (isLate ? " (late)" : "");
  if (measure.ttftMs !== null) {
    parts.push(`first token ${latency(measure.ttftMs)}${late(measure.lateTtft)}`);
  }
  if (measure.turnMs !== null) {
    parts.push(`full turn ${latency(measure.turnMs)}${late(measure.lateTurn)}`);
  }
  return parts.join(" · ");
}

/** All of them in a sentence. */
export function summedUp(measures: readonly Measure[]): string {
  const late = measures.filter(isLate).length;
  const turns =
    measures.length === 1 ? "1 measured turn" : `${count(measures.length)} measured turns`;
  return late === 0 ? `${turns}, none late` : `${count(late)} of ${turns} late`;
}

/** The measure that is nearest to a moment; measures are in order. -1 when there is none. */
export function nearest(measures: readonly Measure[], ms: number): number {
  let best = -1;
  let distance = Infinity;
  measures.forEach((measure, at) => {
    const apart = Math.abs(measure.startMs - ms);
    if (apart < distance) [best, distance] = [at, apart];
  });
  return best;
}

/** The next late measure in a direction from `from` (not included), or -1. */
export function nextLate(measures: readonly Measure[], from: number, by: 1 | -1): number {
  for (let at = from + by; at >= 0 && at < measures.length; at += by) {
    const measure = measures[at];
    if (measure && isLate(measure)) return at;
  }
  return -1;
}
