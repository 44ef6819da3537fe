/**
 * Clear text behind a mask, for a stated reason.
 *
 * For roles that otherwise see it masked; each call is an audit event.
 */
import { v } from "convex/values";
import { recordAudit } from "./model/audit.ts";
import { Checks } from "./model/checks.ts";
import { authedMutation } from "./model/functions.ts";
import type { AuthedMutationCtx } from "./model/functions.ts";
import { toInteraction, transcriptListing } from "./model/interactions.ts";
import { readPage } from "./model/paging.ts";
import { limitCaller } from "./model/rateLimit.ts";
import { interaction, page, pageArgs, user, userSession } from "./model/records.ts";
import { SessionReader, requireSession } from "./model/sessions.ts";
import { requireUser } from "./model/users.ts";
import { toRecord } from "./model/toRecord.ts";

async function audited(
  ctx: AuthedMutationCtx,
  subjectType: string,
  subjectId: string,
  reason: string,
): Promise<void> {
  const checks = new Checks();
  checks.identifier("reason", reason);
  checks.done();
  await limitCaller(ctx, "reveal");
  await recordAudit(ctx, { action: "reveal", subjectType, subjectId, details: { reason } });
}

/** Return a user in clear, for a stated reason. */
export const ofUser = authedMutation("reveals:ofUser", {
  args: { clerkId: v.string(), reason: v.string() },
  returns: user,
  reveals: true,
  handler: async (ctx, { clerkId, reason }) => {
    const found = await requireUser(ctx, clerkId);
    await audited(ctx, "user", clerkId, reason);
    return toRecord(user, found);
  },
});

/** Return a session in clear (user, title, metadata), for a stated reason. */
export const ofSession = authedMutation("reveals:ofSession", {
  args: { id: v.string(), reason: v.string() },
  returns: userSession,
  reveals: true,
  handler: async (ctx, { id, reason }) => {
    const session = await requireSession(ctx, id);
    await audited(ctx, "userSession", session._id, reason);
    return await new SessionReader(ctx).record(session);
  },
});

/** Return one page of a transcript in clear, for a stated reason. */
export const ofTranscript = authedMutation("reveals:ofTranscript", {
  args: { sessionId: v.string(), reason: v.string(), ...pageArgs },
  returns: page(interaction),
  reveals: true,
  handler: async (ctx, { sessionId, reason, cursor, limit }) => {
    const session = await requireSession(ctx, sessionId);
    await audited(ctx, "transcript", session._id, reason);
    const found = await readPage(ctx, transcriptListing(session._id, cursor, limit));
    const items = await Promise.all(found.items.map((doc) => toInteraction(ctx, doc)));
    return { items, nextCursor: found.nextCursor };
  },
});
