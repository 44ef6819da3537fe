/** What Python sends to the player, and what the player asks back. */
import type { Named } from "./moment_link.ts";

export type Speaker = "user" | "assistant" | "system" | "tool";

/**
 * Why a recording can or cannot be played. `ready` is the only playable state; `download_only` is
 * one whose codec browsers do not play.
 */
export type AudioState =
  "ready" | "pending" | "expired" | "deleted" | "missing" | "corrupt" | "download_only";

/** One utterance. Times are milliseconds from the start of the session, cost US dollars. */
export interface Turn {
  sequence: number;
  speaker: Speaker;
  text: string;
  startMs: number;
  durationMs: number | null;
  ttftMs: number | null;
  latencyMs: number | null;
  tokensIn: number | null;
  tokensOut: number | null;
  cost: number | null;
  provider: string | null;
  modelId: string | null;
  requestId: string | null;
  /** Of a tool: what it was called, asked and answered. */
  tool: ToolCall | null;
  /** Sequence of the turn that brought the result, if that was another one. */
  resultSequence: number | null;
  interrupted: boolean;
  stages: Stages | null;
  /** Where the times come from. With `none`, `startMs` only orders: it is not shown and not sought. */
  timing: "measured" | "vendor" | "derived" | "none";
  /** BCP 47 tag. */
  language: string | null;
}

export interface ToolCall {
  name: string | null;
  arguments: string | null;
  result: string | null;
  isError: boolean;
  latencyMs: number | null;
  argumentsCut: boolean;
  resultCut: boolean;
}

/** Parts of an answer's latency, milliseconds; in the order in which they are shown. */
export interface Stages {
  endOfTurnMs: number | null;
  speechToTextMs: number | null;
  modelMs: number | null;
  textToSpeechMs: number | null;
  toolMs: number | null;
}

/** One recording: of a turn (`sequence`) or of the whole session (`sequence` null). */
export interface AudioItem {
  id: string;
  sequence: number | null;
  state: AudioState;
  durationMs: number | null;
  /** FFmpeg's name of the codec; null while not known. */
  codec: string | null;
  /** Time stamp of the first sound in the file, in milliseconds; 0 for most. */
  mediaStartMs: number;
  /** What is wrong with a recording that plays all the same. */
  remark: "truncated" | "partly_damaged" | null;
  /** Loudness over the recording, evenly spaced, 0 to 100; null while not known here. */
  peaks: number[] | null;
  /** Silences inside the recording as [from, to] in milliseconds; null while not known here. */
  silences: [number, number][] | null;
}

export interface SignedUrl {
  url: string;
  /** Life left when Python answered; relative, so the two clocks need not agree. */
  expiresInMs: number;
}

/** A remark: on a turn (`sequence`), at a moment (`atMs`), or on the whole session. */
export interface Note {
  kind: "comment" | "correction" | "score";
  sequence: number | null;
  atMs: number | null;
  text: string;
  /** Who wrote it. */
  by: string;
}

/** Objectives drawn against each turn, in milliseconds. */
export interface Objectives {
  ttftMs: number;
  turnMs: number;
}

/** Whether personal data in the texts is shown, masked, or shown for once with a reason. */
export interface Masking {
  state: "clear" | "masked" | "revealed";
  /** Why it was revealed, as it is on record; else null. */
  reason: string | null;
}

export interface PlayerData {
  sessionId: string;
  channel: "voice" | "chat";
  durationMs: number;
  /** Counts what the texts are: another number comes with other texts, masked or revealed. */
  edition: number;
  /** Null when the player has this edition already: it keeps the turns that it has. */
  turns: Turn[] | null;
  audio: AudioItem[];
  urls: Record<string, SignedUrl>;
  /** Number of the answered request for URLs; 0 before the first. */
  answer: number;
  /** True when Python can deliver waveforms that are not here yet. */
  hasWaves: boolean;
  /** Sentence to show when the request for URLs failed. */
  problem: string | null;
  /** Where to start when the address names a moment. */
  start: Named | null;
  /** What was searched for when a search led here; else empty. */
  words: string;
  /** Comments and corrections of submitted reviews. */
  notes: Note[];
  objectives: Objectives;
  speakers: Record<Speaker, string>;
  /** The session after this one in the list that the reader came from. */
  nextId: string | null;
  masking: Masking;
  /** True when a review is under way: its keys and the lit turn go to the review panel. */
  reviewing: boolean;
  /** Where the recordings can be downloaded; null when the reader may not. */
  downloadPath: string | null;
}

/** Triggers that reach Python. */
export interface Triggers {
  urls: { ids: string[]; request: number };
  waves: true;
  /** The player has not the edition that the data speaks of. */
  whole: true;
}

export type Send = <Name extends keyof Triggers>(name: Name, value: Triggers[Name]) => void;
