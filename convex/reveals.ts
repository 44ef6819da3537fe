/**
 * Clear text behind a mask, for a stated reason.
 *
 * Nobody but machines sees it otherwise; each call is an audit event.
 */
import { v } from "convex/values";
import type { Doc } from "./_generated/dataModel.js";
import type { QueryCtx } from "./_generated/server.js";
import { aboutSession, recordAudit } from "./model/audit.ts";
import type { AuditEntry } from "./model/audit.ts";
import { Checks } from "./model/checks.ts";
import { authedMutation } from "./model/functions.ts";
import type { AuthedMutationCtx } from "./model/functions.ts";
import { toInteraction, transcriptListing } from "./model/interactions.ts";
import { EMAIL_CHARS } from "./model/limits.ts";
import { keyOf } from "./model/identities.ts";
import { readPage } from "./model/paging.ts";
import { limitCaller } from "./model/rateLimit.ts";
import { interaction, page, pageArgs, score, user, userSession } from "./model/records.ts";
import { scoreListing } from "./model/scores.ts";
import { SessionReader, requireSession } from "./model/sessions.ts";
import { toRecord } from "./model/toRecord.ts";
import { requireVisibleUser, toKnownUser, userByKey } from "./model/users.ts";

type Subject = Pick<AuditEntry, "subjectType" | "subjectId" | "sessionId" | "userId">;

async function audited(
  ctx: AuthedMutationCtx,
  subject: Subject,
  reason: string,
  more: { action?: "user.find"; found?: boolean } = {},
): Promise<void> {
  const checks = new Checks();
  checks.identifier("reason", reason);
  checks.done();
  await limitCaller(ctx, "reveal");
  const { action = "reveal", ...details } = more;
  await recordAudit(ctx, { action, ...subject, details: { reason, ...details } });
}

function ofPerson(user: Doc<"users">): Subject {
  const key = keyOf(user);
  return { subjectType: "user", subjectId: key, userId: key };
}

/** Return a user in clear, for a stated reason. */
export const ofUser = authedMutation("reveals:ofUser", {
  args: { clerkId: v.string(), reason: v.string() },
  returns: user,
  reveals: true,
  handler: async (ctx, { clerkId, reason }) => {
    const found = await requireVisibleUser(ctx, clerkId);
    await audited(ctx, ofPerson(found), reason);
    return await toKnownUser(ctx, found);
  },
});

/**
 * Find a user by exact e-mail address, phone number (E.164) or id, for a stated reason.
 *
 * The id is Clerk's, Earshot's or one that a writer chose. They are returned in clear, or null. That somebody asked is on record either way.
 */
export const findUser = authedMutation("reveals:findUser", {
  args: { value: v.string(), reason: v.string() },
  returns: v.union(user, v.null()),
  reveals: true,
  handler: async (ctx, { value, reason }) => {
    const checks = new Checks();
    checks.text("value", value, EMAIL_CHARS);
    checks.done();
    const found = await exactUser(ctx, value.trim());
    const nobody = { subjectType: "users", subjectId: "list" };
    const subject = found === null ? nobody : ofPerson(found);
    await audited(ctx, subject, reason, { action: "user.find", found: found !== null });
    return found === null ? null : await toKnownUser(ctx, found);
  },
});

async function exactUser(ctx: QueryCtx, value: string): Promise<Doc<"users"> | null> {
  const byId = await userByKey(ctx, value);
  if (byId !== null && byId.kind !== "team") return byId;
  for (const kind of ["phone", "source"] as const) {
    const found = await ctx.db
      .query("identities")
      .withIndex("by_identity", (q) => q.eq("kind", kind).eq("value", value))
      .first();
    if (found !== null) return await ctx.db.get("users", found.userId);
  }
  for (const email of new Set([value, value.toLowerCase()])) {
    const found = await ctx.db
      .query("users")
      .withIndex("by_email", (q) => q.eq("email", email))
      .take(10);
    const person = found.find(({ kind }) => kind === "product");
    if (person !== undefined) return person;
  }
  return null;
}

/** Return a session in clear (user, title, metadata), for a stated reason. */
export const ofSession = authedMutation("reveals:ofSession", {
  args: { id: v.string(), reason: v.string() },
  returns: userSession,
  reveals: true,
  handler: async (ctx, { id, reason }) => {
    const session = await requireSession(ctx, id);
    const subject = { subjectType: "userSession", subjectId: session._id };
    await audited(ctx, { ...subject, ...(await aboutSession(ctx, session)) }, reason);
    return await new SessionReader(ctx).record(session);
  },
});

/** Return one page of a user's sessions in clear, oldest first, for a stated reason. */
export const ofSessions = authedMutation("reveals:ofSessions", {
  args: { clerkId: v.string(), reason: v.string(), ...pageArgs },
  returns: page(userSession),
  reveals: true,
  handler: async (ctx, { clerkId, reason, cursor, limit }) => {
    const owner = await requireVisibleUser(ctx, clerkId);
    await audited(ctx, ofPerson(owner), reason);
    const found = await readPage(ctx, {
      table: "userSessions",
      index: "by_user_startedAt",
      equals: { userId: owner._id },
      sortField: "startedAt",
      order: "asc",
      cursor,
      limit,
    });
    const items = await new SessionReader(ctx).records(found.items);
    return { items, nextCursor: found.nextCursor };
  },
});

/** Return one page of a transcript in clear, for a stated reason. */
export const ofTranscript = authedMutation("reveals:ofTranscript", {
  args: { sessionId: v.string(), reason: v.string(), ...pageArgs },
  returns: page(interaction),
  reveals: true,
  handler: async (ctx, { sessionId, reason, cursor, limit }) => {
    const session = await requireSession(ctx, sessionId);
    const subject = { subjectType: "transcript", subjectId: session._id };
    await audited(ctx, { ...subject, ...(await aboutSession(ctx, session)) }, reason);
    const found = await readPage(ctx, transcriptListing(session._id, cursor, limit));
    const items = await Promise.all(found.items.map((doc) => toInteraction(ctx, doc)));
    return { items, nextCursor: found.nextCursor };
  },
});

/** Return one page of the scores of a session in clear, for a stated reason. */
export const ofScores = authedMutation("reveals:ofScores", {
  args: { sessionId: v.string(), reason: v.string(), ...pageArgs },
  returns: page(score),
  reveals: true,
  handler: async (ctx, { sessionId, reason, cursor, limit }) => {
    const session = await requireSession(ctx, sessionId);
    const subject = { subjectType: "scores", subjectId: session._id };
    await audited(ctx, { ...subject, ...(await aboutSession(ctx, session)) }, reason);
    const found = await readPage(ctx, scoreListing(session._id, cursor, limit));
    return { items: found.items.map((row) => toRecord(score, row)), nextCursor: found.nextCursor };
  },
});
