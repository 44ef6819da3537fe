/** Turns and recordings for tests of the player. */
import type { AudioItem, Turn } from "../../../lib/ui/listening/transcript_player/src/types.ts";

export function turn(sequence: number, startMs: number, more: Partial<Turn> = {}): Turn {
  return {
    sequence,
    speaker: sequence % 2 === 0 ? "user" : "assistant",
    text: `turn ${sequence}`,
    startMs,
    durationMs: 1000,
    ttftMs: null,
    latencyMs: null,
    tokensIn: null,
    tokensOut: null,
    cost: null,
    provider: null,
    modelId: null,
    requestId: null,
    tool: null,
    resultSequence: null,
    interrupted: false,
    stages: null,
    timing: "measured",
    language: null,
    ...more,
  };
}

export function audio(sequence: number | null, more: Partial<AudioItem> = {}): AudioItem {
  return {
    id: sequence === null ? "whole" : `audio-${sequence}`,
    sequence,
    state: "ready",
    durationMs: 1000,
    codec: null,
    mediaStartMs: 0,
    remark: null,
    peaks: null,
    silences: null,
    ...more,
  };
}
