/** The session's timeline: which recording sounds when, and which turn is lit. No DOM here. */
import type { AudioItem, Turn } from "./types.ts";

/** A recording laid on the session's timeline; milliseconds. */
export interface Clip {
  audioId: string;
  startMs: number;
  durationMs: number;
  /** Index into the turns, or null when the clip is the whole session. */
  turn: number | null;
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

/** Lay the playable recordings on the timeline, in order. A session's recording wins over clips. */
export function layOut(turns: readonly Turn[], audio: readonly AudioItem[]): Clip[] {
  const whole = audio.find((item) => item.sequence === null && item.state === "ready");
  if (whole) {
    const durationMs = whole.durationMs || endOf(turns) || UNKNOWN_DURATION_MS;
    return [{ audioId: whole.id, startMs: 0, durationMs, turn: null }];
  }
  const bySequence = new Map(audio.map((item) => [item.sequence, item]));
  return turns.flatMap((turn, index) => {
    const item = bySequence.get(turn.sequence);
    if (item?.state !== "ready") return [];
    const durationMs = item.durationMs || turn.durationMs || UNKNOWN_DURATION_MS;
    return [{ audioId: item.id, startMs: turn.startMs, durationMs, turn: index }];
  });
}

/** End of the last turn that has an end. */
export function endOf(turns: readonly Turn[]): number {
  return turns.reduce((end, turn) => Math.max(end, turn.startMs + (turn.durationMs ?? 0)), 0);
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
  return low - 1;
}

/** Where playback goes from a moment: into a clip (with an offset), or to the next one's start. */
export function locate(
  clips: readonly Clip[],
  ms: number,
): { index: number; offsetMs: number } | { next: number } | null {
  const inside = clips.findLastIndex(
    (clip) => clip.startMs <= ms && ms < clip.startMs + clip.durationMs,
  );
  const found = clips[inside];
  if (found) return { index: inside, offsetMs: ms - found.startMs };
  const next = clips.findIndex((clip) => clip.startMs > ms);
  return next < 0 ? null : { next };
}

/** What can be skipped: the silences found in the recordings; before those are known, pauses. */
export function silencesOf(
  turns: readonly Turn[],
  audio: readonly AudioItem[],
  clips: readonly Clip[],
): Span[] {
  const found = new Map(audio.map((item) => [item.id, item.silences]));
  const known = clips.filter((clip) => found.get(clip.audioId));
  if (known.length === 0) return clips.some((clip) => clip.turn === null) ? pauses(turns) : [];
  const spans = known.flatMap((clip) =>
    (found.get(clip.audioId) ?? []).map(([fromMs, toMs]) => ({
      fromMs: clip.startMs + fromMs,
      toMs: clip.startMs + toMs,
    })),
  );
  return trim(spans);
}

/** Pauses between turns that are long enough to skip, from the turns' timing. */
function pauses(turns: readonly Turn[]): Span[] {
  const spans: Span[] = [];
  let end = 0;
  for (const turn of turns) {
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
