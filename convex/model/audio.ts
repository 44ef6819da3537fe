/** Rules of audio objects that several functions share. */
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { refusal } from "./errors.ts";
import type { AudioStatus } from "./fields.ts";

/** Where an object may go from each state; staying where it is is always harmless. */
const TRANSITIONS: Record<AudioStatus, readonly AudioStatus[]> = {
  pending: ["stored", "missing"],
  stored: ["missing", "expired", "deleted"],
  missing: ["stored", "expired", "deleted"],
  expired: ["deleted"],
  deleted: [],
};

const PEAKS = "peaks.json";
/** Keys of recordings and of their waveforms: a day, the session, a random id; no personal data. */
const AUDIO_KEY =
  /^audio\/v1\/(\d{4})\/(\d\d)\/(\d\d)\/([0-9A-Za-z]{16,64})\/[0-9a-f]{32}\.(peaks\.json|[a-z0-9]{2,4})$/;

export function isAudioKey(text: string): boolean {
  return AUDIO_KEY.test(text);
}

/** Say whether a text is the key of a recording of this session, under a day of the calendar. */
export function isRecordingKey(text: string, sessionId: Id<"userSessions">): boolean {
  const [, year, month, day, session, extension] = AUDIO_KEY.exec(text) ?? [];
  return session === sessionId && extension !== PEAKS && isDay(`${year}-${month}-${day}`);
}

/** The key of the waveform of the recording at `key`. */
export function peaksKeyOf(key: string): string {
  return key.replace(/[^.]+$/, PEAKS);
}

function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
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
  changes: Partial<Doc<"audioObjects">> = {},
): Promise<Doc<"audioObjects">> {
  if (audio.status === status) return audio;
  if (!TRANSITIONS[audio.status].includes(status)) {
    throw refusal("CONFLICT", `A recording that is ${audio.status} cannot become ${status}.`);
  }
  await ctx.db.patch("audioObjects", audio._id, { ...changes, status });
  const step = Number(status === "stored") - Number(audio.status === "stored");
  if (step !== 0) {
    const session = await ctx.db.get("userSessions", audio.sessionId);
    if (session === null) throw new Error("an audio object without its session");
    await ctx.db.patch("userSessions", session._id, { audioCount: session.audioCount + step });
  }
  return { ...audio, ...changes, status };
}
