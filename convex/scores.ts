/** Scores: judgements of sessions and turns by machines, vendors and end users. */
import { v } from "convex/values";
import { Checks } from "./model/checks.ts";
import { refusal } from "./model/errors.ts";
import { named, whole } from "./model/fields.ts";
import { authedMutation, authedQuery } from "./model/functions.ts";
import { SCORES_PER_CALL } from "./model/limits.ts";
import { readPage } from "./model/paging.ts";
import { newScore, page, pageArgs, score } from "./model/records.ts";
import { checkScoreSent, scoreListing, storeScore } from "./model/scores.ts";
import { requireSession, sessionById } from "./model/sessions.ts";
import { toRecord } from "./model/toRecord.ts";
import { refuseErasing } from "./model/users.ts";

/**
 * Store 1 to 50 scores of a session or of its turns, in one transaction.
 *
 * A score is identified by session, turn, name, evaluator and writer, who is the caller. The same again
 * is a duplicate; another value, label, explanation or origin is a new version, and the latest counts.
 * A turn may be stored later than its scores.
 *
 * @throws NOT_FOUND or GONE for the session; LIMIT_EXCEEDED for more than 50.
 */
export const add = authedMutation("scores:add", {
  args: { sessionId: v.string(), scores: v.array(newScore) },
  returns: named(
    "ScoresAdded",
    v.object({
      accepted: whole(),
      duplicates: whole(),
      /** How many of the accepted ones took the place of an earlier version. */
      versions: whole(),
    }),
  ),
  handler: async (ctx, { sessionId, scores }) => {
    if (scores.length > SCORES_PER_CALL) {
      throw refusal("LIMIT_EXCEEDED", "Too many scores in one call.", [
        { field: "scores", message: `must be at most ${SCORES_PER_CALL}` },
      ]);
    }
    const checks = new Checks();
    checks.that(scores.length > 0, "scores", "must not be empty");
    scores.forEach((sent, index) => {
      checks.prefix = `scores[${index}].`;
      checkScoreSent(checks, sent);
    });
    checks.done();
    const session = await requireSession(ctx, sessionId);
    await refuseErasing(ctx, session.userId);
    const done = { accepted: 0, duplicates: 0, versions: 0 };
    // One after the other: of two with the same key, the later one counts.
    for (const sent of scores) {
      const stored = await storeScore(ctx, session, ctx.caller.subject, sent);
      if (stored === "duplicate") done.duplicates += 1;
      else done.accepted += 1;
      if (stored === "version") done.versions += 1;
    }
    return done;
  },
});

/** Return one page of the scores that count for a session and its turns, oldest first. */
export const list = authedQuery("scores:list", {
  args: { sessionId: v.string(), ...pageArgs },
  returns: page(score),
  handler: async (ctx, { sessionId, cursor, limit }) => {
    const session = await sessionById(ctx, sessionId);
    if (session === null) return { items: [], nextCursor: null };
    const found = await readPage(ctx, scoreListing(session._id, cursor, limit));
    return { items: found.items.map((row) => toRecord(score, row)), nextCursor: found.nextCursor };
  },
});
