/** What the listening room opens, and what is taken out of it; both are on the audit trail. */
import { v } from "convex/values";
import type { Doc } from "./_generated/dataModel.js";
import type { QueryCtx } from "./_generated/server.js";
import { aboutSession, recordAudit } from "./model/audit.ts";
import { audioById, isPlayable, toAudioObject } from "./model/audio.ts";
import { authedMutation } from "./model/functions.ts";
import { isHoldPending } from "./model/holds.ts";
import { PAGE_ITEMS, TRANSCRIPT_ITEMS, WHOLE_RECORDINGS } from "./model/limits.ts";
import { limitCaller } from "./model/rateLimit.ts";
import { readPage } from "./model/paging.ts";
import { audioObject, openedSession, score } from "./model/records.ts";
import { scoreListing } from "./model/scores.ts";
import { SessionReader, requireSession, sessionById } from "./model/sessions.ts";
import { toRecord } from "./model/toRecord.ts";

/**
 * Return the session with its recordings of the whole, or null.
 *
 * Recordings of turns come with the turns. With `note`, that the caller viewed it is on record in
 * the same transaction.
 */
export const open = authedMutation("listening:open", {
  // What people said must not be kept; a view may be on record twice.
  answer: "repeatable",
  args: { id: v.string(), note: v.boolean() },
  returns: v.union(openedSession, v.null()),
  handler: async (ctx, { id, note }) => {
    const session = await sessionById(ctx, id);
    if (session === null) return null;
    if (note) {
      await limitCaller(ctx, "audit");
      const subject = { subjectType: "userSession", subjectId: session._id };
      const about = await aboutSession(ctx, session);
      await recordAudit(ctx, { action: "session.view", ...subject, ...about });
    }
    const recordings = await ctx.db
      .query("audioObjects")
      .withIndex("by_session_sequence", (q) =>
        q.eq("sessionId", session._id).eq("sequence", undefined),
      )
      .take(WHOLE_RECORDINGS);
    const record = await new SessionReader(ctx).record(session);
    const scores = await readPage(ctx, scoreListing(session._id, null, PAGE_ITEMS));
    return {
      session: record,
      recordings: recordings.map(toAudioObject),
      scores: scores.items.map((row) => toRecord(score, row)),
      holdPending: await isHoldPending(ctx, session),
    };
  },
});

/**
 * Return a recording that the caller is about to hear, or null.
 *
 * If it can be played, that the caller hears it (`renewal`: goes on hearing it) is on record in
 * the same transaction.
 */
export const play = authedMutation("listening:play", {
  args: { id: v.string(), renewal: v.boolean() },
  returns: v.union(audioObject, v.null()),
  handler: async (ctx, { id, renewal }) => {
    const audio = await audioById(ctx, id);
    if (audio === null) return null;
    if (isPlayable(audio)) {
      await limitCaller(ctx, "audit");
      const session = (await ctx.db.get("userSessions", audio.sessionId))!;
      await recordAudit(ctx, {
        action: renewal ? "audio.renew" : "audio.play",
        subjectType: "audioObject",
        subjectId: audio._id,
        ...(await aboutSession(ctx, session)),
        details: { sessionId: audio.sessionId },
      });
    }
    return toAudioObject(audio);
  },
});

/**
 * Return the recordings that can be copied; that the caller exports them is on record.
 *
 * Those of the whole session come first, then the others by sequence, at most 2,000.
 *
 * @throws NOT_FOUND for an unknown session.
 */
export const exportAudio = authedMutation("listening:exportAudio", {
  // Up to 2,000 recordings are too much to be kept.
  answer: "once",
  args: { id: v.string() },
  returns: v.array(audioObject),
  handler: async (ctx, { id }) => {
    const session = await requireSession(ctx, id);
    await limitCaller(ctx, "audit");
    const playable = (await recordingsOf(ctx, session)).filter(isPlayable);
    await recordAudit(ctx, {
      action: "audio.export",
      subjectType: "userSession",
      subjectId: session._id,
      ...(await aboutSession(ctx, session)),
      details: { recordings: playable.length },
    });
    return playable.map((row) => toAudioObject(row));
  },
});

async function recordingsOf(
  ctx: QueryCtx,
  session: Doc<"userSessions">,
): Promise<Doc<"audioObjects">[]> {
  return await ctx.db
    .query("audioObjects")
    .withIndex("by_session_sequence", (q) => q.eq("sessionId", session._id))
    .take(TRANSCRIPT_ITEMS);
}
