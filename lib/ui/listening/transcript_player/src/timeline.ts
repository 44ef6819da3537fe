/**
 * The session's timeline: which recording sounds when, and which turn is lit. No DOM here.
 *
 * Clients store turns in any order, so everything here works on turns that `inTimeOrder` has put in
 * order; an index into the turns is always one into that order.
 */
import type { AudioItem, Turn } from "./types.ts";

/** A recording laid on the session's timeline; milliseconds. */
export interface Clip {
  audioId: string;
  startMs: number;
  durationMs: number;
  /** Time stamp of the first sound in the file; see `Source`. */
  mediaStartMs: number;
  /** Index into the turns, or null when the clip is the whole session. */
  turn: number | null;
  /** What can be skipped of it, on the session's timeline. */
  silences: readonly Span[];
}

export interface Span {
  fromMs: number;
  toMs: number;
}

/** Pauses shorter than this are part of speech and are never skipped. */
export const SHORTEST_SILENCE_MS = 700;
/** Kept of each skipped silence on both sides, so that no word is clipped. */
export const SILENCE_MARGIN_MS = 150;
/** Until its analysis is done a recording's length is a guess; it plays to its real end anyway. */
const UNKNOWN_DURATION_MS = 1000;

/** Whether it is known when a turn was; else its start only orders it. */
export function hasTime({ timing }: Turn): boolean {
  return timing !== "none";
}

/** The turns by their start; those that start together by their sequence. */
export function inTimeOrder(turns: readonly Turn[]): Turn[] {
  return turns.toSorted(
    (left, right) => left.startMs - right.startMs || left.sequence - right.sequence,
  );
}

/** True when the turns do not come in the order of their sequence. */
export function isReordered(turns: readonly Turn[]): boolean {
  return turns.some((turn, index) => turn.sequence < (turns[index - 1]?.sequence ?? -1));
}

/** Lay the playable recordings on the timeline, in order. A session's recording wins over clips. */
export function layOut(turns: readonly Turn[], audio: readonly AudioItem[]): Clip[] {
  const whole = audio.find((item) => item.sequence === null && item.state === "ready");
  if (whole) {
    const durationMs = whole.durationMs || endOf(turns) || UNKNOWN_DURATION_MS;
    const clip = clipOf(whole, 0, durationMs, null);
    return [whole.silences ? clip : { ...clip, silences: pauses(turns) }];
  }
  const bySequence = new Map(audio.map((item) => [item.sequence, item]));
  return turns.flatMap((turn, index) => {
    const item = bySequence.get(turn.sequence);
    if (item?.state !== "ready") return [];
    const durationMs = item.durationMs || turn.durationMs || UNKNOWN_DURATION_MS;
    return [clipOf(item, turn.startMs, durationMs, index)];
  });
}

function clipOf(item: AudioItem, startMs: number, durationMs: number, turn: number | null): Clip {
  const { id: audioId, mediaStartMs } = item;
  const silences = (item.silences ?? []).map(([fromMs, toMs]) => ({
    fromMs: startMs + fromMs,
    toMs: startMs + toMs,
  }));
  return { audioId, startMs, durationMs, mediaStartMs, turn, silences: trim(silences) };
}

/** End of the last sound. */
export function soundEnd(clips: readonly Clip[]): number {
  return clips.reduce((end, clip) => Math.max(end, clip.startMs + clip.durationMs), 0);
}

/** End of the last turn that has an end. */
export function endOf(turns: readonly Turn[]): number {
  return turns
    .filter(hasTime)
    .reduce((end, turn) => Math.max(end, turn.startMs + (turn.durationMs ?? 0)), 0);
}

/** Index of the turn that is lit at a moment: the last one that has begun; -1 before the first. */
export function turnAt(turns: readonly Turn[], ms: number): number {
  let low = 0;
  let high = turns.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((turns[middle]?.startMs ?? 0) <= ms) low = middle + 1;
    else high = middle;
  }
  for (low -= 1; low >= 0; low -= 1) {
    const turn = turns[low];
    if (turn && hasTime(turn)) break;
  }
  return low;
}

/**
 * Where a listener who goes to a moment is: in a clip (with an offset), or before the next one.
 * Where several sound at once it is the one that began last, and of those the first.
 */
export function locate(
  clips: readonly Clip[],
  ms: number,
): { index: number; offsetMs: number } | { next: number } | null {
  const inside = clips.findLast(
    (clip) => clip.startMs <= ms && ms < clip.startMs + clip.durationMs,
  );
  if (inside) {
    const { startMs } = inside;
    const index = clips.findIndex(
      (clip) => clip.startMs === startMs && ms < startMs + clip.durationMs,
    );
    return { index, offsetMs: ms - startMs };
  }
  const next = clips.findIndex((clip) => clip.startMs > ms);
  return next < 0 ? null : { next };
}

/** What a loop of a turn repeats: its own recording, else its time, else up to the next turn. */
export function loopOf(
  turns: readonly Turn[],
  clips: readonly Clip[],
  index: number,
  durationMs: number,
): Span | null {
  const turn = turns[index];
  if (!turn || !hasTime(turn)) return null;
  const { startMs: fromMs } = turn;
  const clip = clips.find((candidate) => candidate.turn === index);
  const lengthMs = turn.durationMs || clip?.durationMs;
  const next = turns.find((other) => hasTime(other) && other.startMs > fromMs);
  return { fromMs, toMs: lengthMs ? fromMs + lengthMs : (next?.startMs ?? durationMs) };
}

/** Pauses between turns that are long enough to skip, from the turns' timing. */
function pauses(turns: readonly Turn[]): Span[] {
  const spans: Span[] = [];
  let end = 0;
  // Nobody hears a tool, nor is there a time for all.
  for (const turn of turns.filter((one) => hasTime(one) && one.speaker !== "tool")) {
    if (turn.startMs > end) spans.push({ fromMs: end, toMs: turn.startMs });
    // Without a duration the turn may still be sounding: nothing after it is known to be silent.
    end = turn.durationMs === null ? Infinity : Math.max(end, turn.startMs + turn.durationMs);
  }
  return trim(spans);
}

function trim(spans: readonly Span[]): Span[] {
  return spans
    .filter((span) => span.toMs - span.fromMs >= SHORTEST_SILENCE_MS)
    .map((span) => ({
      fromMs: span.fromMs + SILENCE_MARGIN_MS,
      toMs: span.toMs - SILENCE_MARGIN_MS,
    }));
}

/** End of the silence that a moment lies in, or null. */
export function silenceEnd(spans: readonly Span[], ms: number): number | null {
  const span = spans.find((candidate) => candidate.fromMs <= ms && ms < candidate.toMs);
  return span ? span.toMs : null;
}
