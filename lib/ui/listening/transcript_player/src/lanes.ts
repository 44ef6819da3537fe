/** The waveform's two lanes: loudness of each speaker along the session. No DOM here. */
import type { Clip } from "./timeline.ts";
import { endOf, turnAt } from "./timeline.ts";
import type { AudioItem, Turn } from "./types.ts";

/** Bars of the waveform, whatever the length of the session. */
export const BARS = 600;
/** Height of a turn whose recording has no peaks yet: says where speech is, not how loud. */
const UNKNOWN_LOUDNESS = 0.35;

export interface Lanes {
  user: Float32Array;
  assistant: Float32Array;
}

/** Loudness 0 to 1 per bar and speaker; system turns share the assistant's lane. */
export function lanesOf(
  turns: readonly Turn[],
  audio: readonly AudioItem[],
  clips: readonly Clip[],
  durationMs: number,
): Lanes {
  const lanes = { user: new Float32Array(BARS), assistant: new Float32Array(BARS) };
  const total = Math.max(1, durationMs, endOf(turns));
  const spoken = turns.filter(({ speaker }) => speaker !== "tool");
  const peaksOf = new Map(audio.map((item) => [item.id, item.peaks]));
  for (const clip of clips) {
    const peaks = peaksOf.get(clip.audioId) ?? null;
    forEachBar(clip.startMs, clip.durationMs, total, (bar, part) => {
      const turn =
        clip.turn === null ? spoken[turnAt(spoken, (bar / BARS) * total)] : turns[clip.turn];
      if (!turn) return;
      if (!peaks && clip.turn === null && !speaks(turn, (bar / BARS) * total)) return;
      const lane = turn.speaker === "user" ? lanes.user : lanes.assistant;
      const loudness = peaks ? peakAt(peaks, part) : UNKNOWN_LOUDNESS;
      lane[bar] = Math.max(lane[bar] ?? 0, loudness);
    });
  }
  return lanes;
}

function speaks(turn: Turn, ms: number): boolean {
  return turn.durationMs === null || ms < turn.startMs + turn.durationMs;
}

function peakAt(peaks: readonly number[], part: number): number {
  const index = Math.min(peaks.length - 1, Math.floor(part * peaks.length));
  return (peaks[index] ?? 0) / 100;
}

/** Visit the bars that a stretch covers, each with its position 0 to 1 inside the stretch. */
function forEachBar(
  startMs: number,
  durationMs: number,
  totalMs: number,
  visit: (bar: number, part: number) => void,
): void {
  const first = Math.floor((startMs / totalMs) * BARS);
  const last = Math.min(
    BARS,
    Math.max(first + 1, Math.ceil(((startMs + durationMs) / totalMs) * BARS)),
  );
  for (let bar = first; bar < last; bar += 1) visit(bar, (bar - first) / (last - first));
}
