/** Recordings: the rows that belong to objects in the bucket, and their life. */
import { v } from "convex/values";
import type { Doc } from "./_generated/dataModel.js";
import type { QueryCtx } from "./_generated/server.js";
import {
  OPEN_STATES,
  audioById,
  isHeld,
  isRecordingKey,
  moveTo,
  peaksKeyOf,
  requireAudio,
  toAudioObject,
} from "./model/audio.ts";
import { Checks } from "./model/checks.ts";
import { refusal } from "./model/errors.ts";
import { audioStatus, moment, named, whole } from "./model/fields.ts";
import { authedMutation, authedQuery } from "./model/functions.ts";
import { dueKind, queueOf, withoutHold } from "./model/audioQueues.ts";
import { tagFor } from "./model/holds.ts";
import { interactionAt } from "./model/interactions.ts";
import {
  AUDIO_BYTES,
  DEFAULT_PRIVACY_WINDOW_MS,
  EXPIRY_BATCH,
  MAX_PRIVACY_WINDOW_MS,
  MAX_SEQUENCE,
  PAGE_ITEMS,
  TRANSCRIPT_ITEMS,
} from "./model/limits.ts";
import { readPage } from "./model/paging.ts";
import { audioObject, page, pageArgs } from "./model/records.ts";
import { enterQueues } from "./model/reviewQueues.ts";
import { requireSession, sessionById } from "./model/sessions.ts";
import { refuseErasing } from "./model/users.ts";

const CONTENT_TYPE = /^audio\/[a-z0-9.+-]{1,60}$/;
const SHA256 = /^[0-9a-f]{64}$/;

/**
 * Announce a recording of one turn (`sequence`) or of the whole session (no `sequence`).
 *
 * It stays `pending` until it is stored. An announcement that is still pending for the same bytes
 * is made anew: the same row and key, and the whole time to upload again.
 *
 * @throws NOT_FOUND for an unknown session or interaction; CONFLICT if there is a stored recording
 *   already, or the key is taken.
 */
export const begin = authedMutation("audioObjects:begin", {
  args: {
    sessionId: v.string(),
    sequence: v.optional(whole()),
    key: v.string(),
    contentType: v.string(),
    bytes: whole(),
    sha256: v.string(),
    expiresAt: v.optional(moment()),
  },
  returns: audioObject,
  handler: async (ctx, { sessionId, expiresAt, ...args }) => {
    const createdAt = Date.now();
    const end = expiresAt ?? createdAt + DEFAULT_PRIVACY_WINDOW_MS;
    const checks = new Checks();
    checks.integer("sequence", args.sequence, 0, MAX_SEQUENCE);
    checks.that(CONTENT_TYPE.test(args.contentType), "contentType", "must be an audio type");
    checks.integer("bytes", args.bytes, 1, AUDIO_BYTES);
    checks.that(SHA256.test(args.sha256), "sha256", "must be 64 lower-case hexadecimal digits");
    checks.number("expiresAt", end, createdAt, createdAt + MAX_PRIVACY_WINDOW_MS);
    const session = await requireSession(ctx, sessionId);
    const isItsKey = isRecordingKey(args.key, session._id);
    checks.that(isItsKey, "key", "must be the key of a recording of this session");
    checks.done();
    await refuseErasing(ctx, session.userId);
    const turn = args.sequence === undefined ? null : await turnAt(ctx, session, args.sequence);
    const earlier = await recordingsAt(ctx, session, args.sequence);
    if (earlier.some(({ status }) => status === "stored")) {
      throw refusal("CONFLICT", "There is a recording already.");
    }
    const same = earlier.find(
      ({ status, sha256, bytes, expiresAt }) =>
        status === "pending" &&
        sha256 === args.sha256 &&
        bytes === args.bytes &&
        expiresAt > createdAt,
    );
    if (same !== undefined) {
      // Its window stays: the bucket's own rule counts from the day on which the object came.
      await ctx.db.patch("audioObjects", same._id, { createdAt });
      return toAudioObject({ ...same, createdAt });
    }
    if ((await audioByKey(ctx, args.key)) !== null) throw refusal("CONFLICT", "The key is taken.");
    const row = {
      ...args,
      userId: session.userId,
      sessionId: session._id,
      ...(turn === null ? {} : { interactionId: turn._id }),
      status: "pending" as const,
      ...(session.legalHold === true ? { held: true as const } : {}),
      expiresAt: end,
      createdAt,
    };
    const id = await ctx.db.insert("audioObjects", row);
    if (turn !== null) await ctx.db.patch("interactions", turn._id, { audioObjectId: id });
    return toAudioObject((await ctx.db.get("audioObjects", id))!);
  },
});

async function turnAt(ctx: QueryCtx, session: Doc<"userSessions">, sequence: number) {
  const turn = await interactionAt(ctx, session._id, sequence);
  if (turn === null) throw refusal("NOT_FOUND", "There is no such interaction.");
  return turn;
}

async function recordingsAt(
  ctx: QueryCtx,
  session: Doc<"userSessions">,
  sequence: number | undefined,
): Promise<Doc<"audioObjects">[]> {
  return await ctx.db
    .query("audioObjects")
    .withIndex("by_session_sequence", (q) =>
      q.eq("sessionId", session._id).eq("sequence", sequence),
    )
    .order("desc")
    .take(PAGE_ITEMS);
}

async function audioByKey(ctx: QueryCtx, key: string): Promise<Doc<"audioObjects"> | null> {
  return await ctx.db
    .query("audioObjects")
    .withIndex("by_key", (q) => q.eq("key", key))
    .unique();
}

/** Return the row of a recording, or null. */
export const get = authedQuery("audioObjects:get", {
  args: { id: v.string() },
  returns: v.union(audioObject, v.null()),
  handler: async (ctx, { id }) => {
    const audio = await audioById(ctx, id);
    return audio === null ? null : toAudioObject(audio);
  },
});

/**
 * Return the recordings of a session, at most 2,000.
 *
 * Those of the whole session come first, then the others by sequence.
 */
export const forSession = authedQuery("audioObjects:forSession", {
  args: { sessionId: v.string() },
  returns: v.array(audioObject),
  handler: async (ctx, { sessionId }) => {
    const session = await sessionById(ctx, sessionId);
    if (session === null) return [];
    const found = await ctx.db
      .query("audioObjects")
      .withIndex("by_session_sequence", (q) => q.eq("sessionId", session._id))
      .take(TRANSCRIPT_ITEMS);
    return found.map((row) => toAudioObject(row));
  },
});

/** Return the recordings of up to 200 keys, those that exist, in any order. */
export const byKeys = authedQuery("audioObjects:byKeys", {
  args: { keys: v.array(v.string()) },
  returns: v.array(audioObject),
  handler: async (ctx, { keys }) => {
    const checks = new Checks();
    checks.that(keys.length <= PAGE_ITEMS, "keys", `must have at most ${PAGE_ITEMS} entries`);
    checks.done();
    const found = await Promise.all([...new Set(keys)].map((key) => audioByKey(ctx, key)));
    return found.filter((audio) => audio !== null).map((row) => toAudioObject(row));
  },
});

/** Return one page of all recordings, the oldest first. */
export const all = authedQuery("audioObjects:all", {
  args: pageArgs,
  returns: page(audioObject),
  handler: async (ctx, { cursor, limit }) => {
    const found = await readPage(ctx, {
      table: "audioObjects",
      index: "by_createdAt",
      equals: {},
      sortField: "createdAt",
      order: "asc",
      cursor,
      limit,
    });
    return {
      items: found.items.map((row) => toAudioObject(row)),
      nextCursor: found.nextCursor,
    };
  },
});

/**
 * Return one page of the recordings that wait for the worker, oldest first.
 *
 * By `kind`: `analysis`, stored ones without one; `abandoned`, pending ones created before
 * `before`; `expired`, stored ones that expire at or before it and are not on legal hold;
 * `expiring`, those whose objects are to be deleted; `tag` and `untag`, those whose objects are to
 * get or lose the tag by which the bucket deletes them.
 */
export const due = authedQuery("audioObjects:due", {
  args: { kind: dueKind, before: moment(), ...pageArgs },
  returns: page(audioObject),
  handler: async (ctx, { kind, before, cursor, limit }) => {
    const found = await readPage(
      ctx,
      { ...queueOf(kind, before), order: "asc", cursor, limit },
      ({ status }) => kind !== "analysis" || status === "stored",
    );
    const items = kind === "expired" ? await withoutHold(ctx, found.items) : found.items;
    return { items: items.map((row) => toAudioObject(row)), nextCursor: found.nextCursor };
  },
});

/**
 * Note that the object is in the bucket and of the announced size.
 *
 * It can be played and analysed from now on.
 */
export const markStored = authedMutation("audioObjects:markStored", {
  args: { id: v.string(), etag: v.optional(v.string()) },
  returns: audioObject,
  handler: async (ctx, { id, etag }) => {
    const audio = await requireAudio(ctx, id);
    const changes = { analysis: "pending" as const, reason: undefined, etag: etag ?? audio.etag };
    const moved = await moveTo(ctx, audio, "stored", changes);
    if (audio.interactionId !== undefined) {
      await ctx.db.patch("interactions", audio.interactionId, { audioObjectId: audio._id });
    }
    // A queue may want sessions with recordings, and this one may have ended before it had any.
    const session = await ctx.db.get("userSessions", audio.sessionId);
    if (session !== null) await enterQueues(ctx, session);
    return toAudioObject(moved);
  },
});

/**
 * Note what the analysis found.
 *
 * A repeat, or a later analysis of the same object, replaces the figures.
 *
 * @throws CONFLICT unless the object is stored.
 */
export const markAnalysed = authedMutation("audioObjects:markAnalysed", {
  args: {
    id: v.string(),
    analysis: v.union(v.literal("ready"), v.literal("corrupt")),
    reason: v.optional(v.string()),
    durationMs: v.optional(v.number()),
    sampleRate: v.optional(whole()),
    channels: v.optional(whole()),
    peaksKey: v.optional(v.string()),
    etag: v.optional(v.string()),
    codec: v.optional(v.string()),
    mediaStartMs: v.optional(whole()),
  },
  returns: audioObject,
  handler: async (ctx, { id, ...found }) => {
    // What an earlier analysis said of the bytes is no longer true.
    const changes = { reason: undefined, codec: undefined, mediaStartMs: undefined, ...found };
    const checks = new Checks();
    checks.identifier("reason", changes.reason);
    checks.identifier("codec", changes.codec);
    checks.duration("durationMs", changes.durationMs);
    checks.integer("mediaStartMs", changes.mediaStartMs, 0, Number.MAX_SAFE_INTEGER);
    checks.integer("sampleRate", changes.sampleRate, 1, 1_000_000);
    checks.integer("channels", changes.channels, 1, 64);
    const audio = await requireAudio(ctx, id);
    const isItsKey = [undefined, peaksKeyOf(audio.key)].includes(changes.peaksKey);
    checks.that(isItsKey, "peaksKey", "must be the key of this recording's waveform");
    checks.done();
    if (audio.status !== "stored") {
      throw refusal("CONFLICT", `A recording that is ${audio.status} cannot be analysed.`);
    }
    // The waveform was written anew, and perhaps the recording: neither has a tag now.
    const isNew = changes.analysis === "ready" && audio.tag === "set";
    const analysed = { ...audio, ...changes, ...(isNew ? { tag: "wanted" as const } : {}) };
    const tag = tagFor(analysed, await isHeld(ctx, audio));
    await ctx.db.patch("audioObjects", audio._id, { ...changes, tag });
    return toAudioObject({ ...audio, ...changes });
  },
});

/**
 * Note that the object is not in the bucket although its row says so.
 *
 * With `from` and `announcedAt` only if the row is still as the caller saw it: what was announced
 * again, or has arrived meanwhile, is not missing.
 *
 * @throws CONFLICT if it is not.
 */
export const markMissing = authedMutation("audioObjects:markMissing", {
  args: {
    id: v.string(),
    reason: v.optional(v.string()),
    from: v.optional(audioStatus),
    announcedAt: v.optional(moment()),
  },
  returns: audioObject,
  handler: async (ctx, { id, reason, from, announcedAt }) => {
    const checks = new Checks();
    checks.identifier("reason", reason);
    checks.done();
    const audio = await requireAudio(ctx, id);
    const isAsSeen =
      [undefined, audio.status].includes(from) &&
      [undefined, audio.createdAt].includes(announcedAt);
    if (!isAsSeen) throw refusal("CONFLICT", "The recording has changed meanwhile.");
    const changes = reason === undefined ? {} : { reason };
    return toAudioObject(await moveTo(ctx, audio, "missing", changes));
  },
});

/**
 * End the next recordings whose window is over, unless their session is held.
 *
 * Those that are pending or missing end too, since their objects may come late. From here on nobody hears them, a later hold does not keep them, and the worker deletes their
 * objects (`due` of the kind `expiring`). `more` says that another call has more to do.
 */
export const startExpiry = authedMutation("audioObjects:startExpiry", {
  args: {},
  returns: named("StartedExpiry", v.object({ started: whole(), held: whole(), more: v.boolean() })),
  handler: async (ctx) => {
    const done = { started: 0, held: 0 };
    for (const status of OPEN_STATES) {
      const ended = await ctx.db
        .query("audioObjects")
        .withIndex("by_status_held_expiresAt", (q) =>
          q.eq("status", status).eq("held", undefined).lte("expiresAt", Date.now()),
        )
        .take(EXPIRY_BATCH - done.started - done.held);
      for (const audio of ended) {
        if (await isHeld(ctx, audio)) {
          // Its copy has not followed the session's hold yet: it would be found again and again.
          await ctx.db.patch("audioObjects", audio._id, { held: true });
          done.held += 1;
        } else {
          await moveTo(ctx, audio, "expiring");
          done.started += 1;
        }
      }
    }
    return { ...done, more: done.started + done.held === EXPIRY_BATCH };
  },
});

/**
 * Note that the object was deleted because its privacy window ended.
 *
 * The transcript stays.
 *
 * @throws CONFLICT if it was not being deleted and its session is held.
 */
export const markExpired = authedMutation("audioObjects:markExpired", {
  args: { id: v.string() },
  returns: audioObject,
  handler: async (ctx, { id }) => {
    const audio = await requireAudio(ctx, id);
    const isOpen = OPEN_STATES.some((state) => state === audio.status);
    if (isOpen && (await isHeld(ctx, audio))) {
      throw refusal("CONFLICT", "The session is on legal hold.");
    }
    return toAudioObject(await moveTo(ctx, audio, "expired"));
  },
});

/**
 * Note that the tag of a recording is `set`, or was looked for and is `gone`.
 *
 * What has changed meanwhile stays as it is, and in its queue.
 */
export const noteTag = authedMutation("audioObjects:noteTag", {
  args: { id: v.string(), tag: v.union(v.literal("set"), v.literal("gone")) },
  returns: v.null(),
  handler: async (ctx, { id, tag }) => {
    const audio = await requireAudio(ctx, id);
    if (audio.tag === "wanted" && tag === "set") {
      await ctx.db.patch("audioObjects", audio._id, { tag: "set" });
    }
    if (audio.tag === "unwanted" && tag === "gone") {
      await ctx.db.patch("audioObjects", audio._id, { tag: undefined });
    }
    return null;
  },
});
