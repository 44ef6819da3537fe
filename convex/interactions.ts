/** Interactions: the turns of a session. */
import { v } from "convex/values";
import type { Infer } from "convex/values";
import type { Doc, Id } from "./_generated/dataModel.js";
import type { MutationCtx } from "./_generated/server.js";
import { OTHER_CONTENT, counted, refuseTooMany, sortedOut, storeTurns } from "./model/appending.ts";
import { Checks, MAX_PROBLEMS } from "./model/checks.ts";
import { refusal } from "./model/errors.ts";
import { authedMutation, authedQuery } from "./model/functions.ts";
import {
  checkInteraction,
  highlighted,
  toInteraction,
  transcriptListing,
} from "./model/interactions.ts";
import { BACKFILL_MS, QUERY_CHARS, SEARCH_ITEMS } from "./model/limits.ts";
import { readPage } from "./model/paging.ts";
import { interaction, newInteraction, page, pageArgs, searchHit } from "./model/records.ts";
import type { NewInteraction } from "./model/records.ts";
import { matchingTurns } from "./model/searchTexts.ts";
import { matchesSession, sessionFilters } from "./model/sessionFilters.ts";
import { SessionReader, requireSession, sessionById } from "./model/sessions.ts";
import { addPending } from "./model/pendingTotals.ts";
import { addTotals, dayOf, ownScope, totalsOf } from "./model/totals.ts";
import { TurnContext } from "./model/turnContext.ts";
import { refuseErasing, userByKey } from "./model/users.ts";
import { questionOf } from "./model/words.ts";
import { named, whole } from "./model/fields.ts";

/**
 * Store 1 to 500 interactions (at most 4 MiB) of a session in one transaction.
 *
 * An interaction is identified by its session and sequence: one that is already there with the
 * same content counts as a duplicate, so any order and any repetition of batches ends in the same
 * state. Nothing of a batch is stored if any of it is refused.
 *
 * `lagMs` is how long after the end of the newest of them, as the writer dates it, they are stored;
 * absent if nothing is new, or if it is so old that it is backfill.
 *
 * @throws LIMIT_EXCEEDED for too many or too large; CONFLICT for a sequence that is there with
 *   other content.
 */
export const append = authedMutation("interactions:append", {
  args: { sessionId: v.string(), interactions: v.array(newInteraction) },
  returns: named(
    "Appended",
    v.object({
      accepted: whole(),
      duplicates: whole(),
      lagMs: v.optional(v.number()),
    }),
  ),
  handler: async (ctx, args) => {
    const { interactions } = args;
    refuseTooMany(interactions, "interactions");
    checkBatch(interactions);
    const session = await requireSession(ctx, args.sessionId);
    await refuseErasing(ctx, session.userId);
    const { fresh, taken } = await sortedOut(ctx, session, interactions);
    if (taken.size > 0) throw otherContent([...taken]);
    const createdAt = Date.now();
    const { _id: sessionId, userId } = session;
    await storeTurns(ctx, { sessionId, userId }, fresh, createdAt);
    if (fresh.length > 0) await count(ctx, session, fresh);
    const duplicates = interactions.length - fresh.length;
    return { accepted: fresh.length, duplicates, ...lagOf(session, fresh, createdAt) };
  },
});

function lagOf({ startedAt }: Doc<"userSessions">, fresh: NewInteraction[], now: number) {
  const timed = fresh.filter(({ timing }) => timing !== "none");
  const ends = timed.map(({ startedAtMs, durationMs }) => startedAtMs + (durationMs ?? 0));
  const lagMs = Math.max(0, now - startedAt - Math.max(...ends));
  return timed.length === 0 || lagMs > BACKFILL_MS ? {} : { lagMs };
}

function checkBatch(items: NewInteraction[]): void {
  const checks = new Checks();
  checks.that(items.length > 0, "interactions", "must not be empty");
  items.forEach((item, index) => {
    checks.prefix = `interactions[${index}].`;
    checkInteraction(checks, item);
  });
  checks.done();
}

function otherContent(places: number[]) {
  const message = OTHER_CONTENT;
  const fields = places.map((place) => ({ field: `interactions[${place}].sequence`, message }));
  const first = fields.slice(0, MAX_PROBLEMS);
  return refusal("CONFLICT", "An interaction is already stored with other content.", first);
}

async function count(
  ctx: MutationCtx,
  session: Doc<"userSessions">,
  fresh: NewInteraction[],
): Promise<void> {
  const totals = totalsOf(fresh);
  await ctx.db.patch("userSessions", session._id, counted(session, fresh, totals));
  await addTotals(ctx, ownScope(session), totals);
  await addPending(ctx, { userId: session.userId, day: dayOf(session.startedAt) }, totals);
}

/** Return one page of a session's turns by sequence, each with its recording if it has one. */
export const list = authedQuery("interactions:list", {
  args: { sessionId: v.string(), ...pageArgs },
  returns: page(interaction),
  handler: async (ctx, { sessionId, cursor, limit }) => {
    const session = await sessionById(ctx, sessionId);
    if (session === null) return { items: [], nextCursor: null };
    const found = await readPage(ctx, transcriptListing(session._id, cursor, limit));
    const turns = await new TurnContext(ctx).visible(found.items);
    const items = await Promise.all(turns.map((doc) => toInteraction(ctx, doc)));
    return { items, nextCursor: found.nextCursor };
  },
});

/** Return the turns that one request of the product caused, at most 50. */
export const byRequestId = authedQuery("interactions:byRequestId", {
  args: { interactionRequestId: v.string() },
  returns: v.array(interaction),
  handler: async (ctx, { interactionRequestId }) => {
    const found = await ctx.db
      .query("interactions")
      .withIndex("by_requestId", (q) => q.eq("requestId", interactionRequestId))
      .take(SEARCH_ITEMS);
    const context = new TurnContext(ctx);
    const shown = [];
    for (const doc of found) {
      if (context.isSpent) break;
      shown.push(...(await context.visible([doc])));
    }
    return await Promise.all(shown.map((doc) => toInteraction(ctx, doc)));
  },
});

/**
 * Return turns whose text holds all words of `query`, best first, with their sessions.
 *
 * The text is searched as the caller may see it; at most `limit` (1 to 50) are returned. The last
 * word matches by its beginning. Of sessions that the filters of `userSessions:list` select, or of one.
 */
export const search = authedQuery("interactions:search", {
  args: {
    query: v.string(),
    sessionId: v.optional(v.string()),
    limit: v.optional(whole()),
    ...sessionFilters,
  },
  returns: v.array(searchHit),
  handler: async (ctx, { query, sessionId, limit = SEARCH_ITEMS, ...wanted }) => {
    const checks = new Checks();
    checks.text("query", query.trim(), QUERY_CHARS);
    checks.integer("limit", limit, 1, SEARCH_ITEMS);
    checks.done();
    const within = sessionId === undefined ? null : await sessionById(ctx, sessionId);
    const user = wanted.clerkId === undefined ? null : await userByKey(ctx, wanted.clerkId);
    const isNowhere =
      (sessionId !== undefined && within === null) ||
      (wanted.clerkId !== undefined && user === null);
    const question = questionOf(query);
    if (isNowhere || question === null) return [];
    const reader = new SessionReader(ctx);
    const scope = { sessionId: within?._id, userId: user?._id };
    const accept = async (id: Id<"userSessions">) => {
      const session = await reader.session(id);
      return isWithin(session.startedAt, wanted) && matchesSession(session, wanted);
    };
    const hits: Infer<typeof searchHit>[] = [];
    for await (const { turn, text } of matchingTurns(ctx, question, scope, accept)) {
      hits.push({
        session: await reader.record(await reader.session(turn.sessionId)),
        interaction: await toInteraction(ctx, turn),
        highlight: highlighted(text, question),
      });
      if (hits.length === limit) break;
    }
    return hits;
  },
});

function isWithin(moment: number, { from, to }: { from?: number; to?: number }): boolean {
  return (from === undefined || moment >= from) && (to === undefined || moment < to);
}
