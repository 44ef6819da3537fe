/** Rules of audio objects that several functions share: their keys, and the states of their life. */
import type { Infer } from "convex/values";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { refusal } from "./errors.ts";
import type { AudioStatus } from "./fields.ts";
import { audioObject } from "./records.ts";
import { toRecord } from "./toRecord.ts";

/**
 * Where an object may go from each state; staying where it is is always harmless. `expired` without
 * `expiring` before it is how workers of the release before ask.
 */
const TRANSITIONS: Record<AudioStatus, readonly AudioStatus[]> = {
  pending: ["stored", "missing", "expiring"],
  stored: ["missing", "expiring", "expired"],
  missing: ["stored", "expiring", "expired"],
  expiring: ["expired"],
  expired: [],
  deleted: [],
};
/** The states whose window has not ended: a hold protects them, retention ends them. */
export const OPEN_STATES = ["stored", "missing", "pending"] as const;

type Changes = { [Name in keyof Doc<"audioObjects">]?: Doc<"audioObjects">[Name] | undefined };

const PEAKS = "peaks.json";
/**
 * Keys of recordings and of their waveforms: a day, the session, a random id; no personal data. The
 * same grammar as in `lib/storage/keys.py`: `tests/storage/audio_keys.json` has cases for both.
 */
const AUDIO_KEY =
  /^audio\/v1\/(2[01]\d\d)\/(\d\d)\/(\d\d)\/([0-9A-Za-z]{16,64})\/[0-9a-f]{32}\.(peaks\.json|wav|mp3|ogg|webm|m4a|flac)$/;

/** Whether a text is the key of a recording or of a waveform, under a day of the calendar. */
export function isAudioKey(text: string): boolean {
  const [, year, month, day] = AUDIO_KEY.exec(text) ?? [];
  return isDay(`${year}-${month}-${day}`);
}

/** Say whether a text is the key of a recording of this session. */
export function isRecordingKey(text: string, sessionId: Id<"userSessions">): boolean {
  const [, , , , session, extension] = AUDIO_KEY.exec(text) ?? [];
  return session === sessionId && extension !== PEAKS && isAudioKey(text);
}

/** The key of the waveform of the recording at `key`. */
export function peaksKeyOf(key: string): string {
  return key.replace(/[^.]+$/, PEAKS);
}

function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** The record of a row: one that is being deleted is shown as expired. */
export function toAudioObject(row: Doc<"audioObjects">): Infer<typeof audioObject> {
  const { status, ...rest } = row;
  return toRecord(audioObject, rest, { status: status === "expiring" ? "expired" : status });
}

/** The object of an id; null if there is none, or the id is not one. */
export async function audioById(ctx: QueryCtx, id: string): Promise<Doc<"audioObjects"> | null> {
  const audioId = ctx.db.normalizeId("audioObjects", id);
  return audioId === null ? null : await ctx.db.get("audioObjects", audioId);
}

export function isPlayable({ status, analysis }: Doc<"audioObjects">): boolean {
  return status === "stored" && analysis !== "corrupt";
}

/** @throws NOT_FOUND if there is no such object, or the id is not one. */
export async function requireAudio(ctx: QueryCtx, id: string): Promise<Doc<"audioObjects">> {
  const audio = await audioById(ctx, id);
  if (audio === null) throw refusal("NOT_FOUND", "There is no such audio object.");
  return audio;
}

/** Whether a recording's session is held: always asked of the session, never of the copy. */
export async function isHeld(ctx: QueryCtx, audio: Doc<"audioObjects">): Promise<boolean> {
  return (await ctx.db.get("userSessions", audio.sessionId))?.legalHold === true;
}

/**
 * Move an object to another state, keep its session's count of playable recordings, and return
 * the changed row.
 *
 * @throws CONFLICT if the state cannot be reached from the present one.
 */
export async function moveTo(
  ctx: MutationCtx,
  audio: Doc<"audioObjects">,
  status: AudioStatus,
  changes: Changes = {},
): Promise<Doc<"audioObjects">> {
  if (audio.status === status) return audio;
  if (!TRANSITIONS[audio.status].includes(status)) {
    throw refusal("CONFLICT", `A recording that is ${audio.status} cannot become ${status}.`);
  }
  // What is being deleted needs no tag; a waveform keeps its own while its recording is missing.
  const changed = { ...changes, status, ...(status === "expiring" ? { tag: undefined } : {}) };
  await ctx.db.patch("audioObjects", audio._id, changed);
  const step = Number(status === "stored") - Number(audio.status === "stored");
  if (step !== 0) {
    const session = await ctx.db.get("userSessions", audio.sessionId);
    if (session === null) throw new Error("an audio object without its session");
    await ctx.db.patch("userSessions", session._id, { audioCount: session.audioCount + step });
  }
  return { ...audio, ...changed };
}
