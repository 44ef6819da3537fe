/** Rules of user sessions that several functions share. */
import type { Infer } from "convex/values";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { Checks } from "./checks.ts";
import { refusal } from "./errors.ts";
import { shownOf } from "./identities.ts";
import { mergedLabels } from "./labels.ts";
import { FACET_CHARS, MAX_SCORE, TITLE_CHARS } from "./limits.ts";
import { whose } from "./people.ts";
import { FACETS, userSessionRow } from "./productTables.ts";
import { sessionUser, userSession } from "./records.ts";
import type { UserSession } from "./records.ts";
import { toRecord } from "./toRecord.ts";
import { wasSessionErased } from "./tombstones.ts";

/** What a writer says of a new session. */
export const newSession = userSessionRow
  .pick(
    "externalId",
    "sourceId",
    "channel",
    "title",
    "startedAt",
    "provider",
    "modelId",
    ...FACETS,
    "metadata",
    "source",
  )
  .extend(whose);

/** What a writer may change afterwards. */
export const sessionChanges = userSessionRow
  .pick("status", "endedAt", "assessmentMs", "assessedAt", "title", ...FACETS, "labels", "metadata")
  .partial();

/** Check what a writer says of a session, new or not. */
export function checkSession(
  checks: Checks,
  fields: Partial<Infer<typeof newSession>> & Infer<typeof sessionChanges>,
): void {
  checks.identifier("externalId", fields.externalId);
  checks.text("title", fields.title, TITLE_CHARS);
  checks.time("startedAt", fields.startedAt);
  checks.time("endedAt", fields.endedAt);
  checks.duration("assessmentMs", fields.assessmentMs);
  checks.time("assessedAt", fields.assessedAt);
  checks.identifier("provider", fields.provider);
  checks.identifier("modelId", fields.modelId);
  checks.language("language", fields.language);
  for (const facet of FACETS) checks.identifier(facet, fields[facet], FACET_CHARS);
  checks.identifier("source", fields.source);
  checks.labels("labels", fields.labels);
  checks.metadata("metadata", fields.metadata);
}

type SessionRow = Infer<typeof userSessionRow>;

/** The row of a session that begins, as its writer describes it. */
export function newSessionRow(
  { clerkId: _, user: __, ...fields }: Infer<typeof newSession>,
  userId: Id<"users">,
  now: number,
): SessionRow {
  return {
    ...fields,
    userId,
    status: "active",
    interactionCount: 0,
    maxSequence: -1,
    audioCount: 0,
    tokensIn: 0,
    tokensOut: 0,
    costNanos: 0,
    reviewStatus: "unreviewed",
    labels: [],
    createdAt: now,
  };
}

/** @throws CONFLICT if the session of an external id is of another user, channel or start. */
export function refuseOther(
  known: Doc<"userSessions">,
  userId: Id<"users"> | null,
  { channel, startedAt }: Infer<typeof newSession>,
): void {
  // Exports have whole milliseconds.
  const isSameStart = Math.abs(known.startedAt - startedAt) < 1;
  if (known.userId === userId && known.channel === channel && isSameStart) return;
  const message = "The external id belongs to a session of another user, channel or start.";
  throw refusal("CONFLICT", message);
}

/**
 * The fields of a session that change with what its writer says. Labels that reviewers set or took
 * away stay as they left them.
 *
 * @throws VALIDATION; CONFLICT for a finished session that shall become active again.
 */
export function changedFields(
  session: Pick<SessionRow, "status" | "startedAt" | "endedAt" | "labels" | "labelled">,
  changes: Infer<typeof sessionChanges>,
): Partial<SessionRow> {
  const checks = new Checks();
  checkSession(checks, changes);
  const endedAt = changes.endedAt ?? session.endedAt;
  const isOrdered = endedAt === undefined || endedAt >= session.startedAt;
  checks.that(isOrdered, "endedAt", "must not be before startedAt");
  checks.done();
  if (changes.status === "active" && session.status !== "active") {
    throw refusal("CONFLICT", "A finished session does not become active again.");
  }
  const duration = endedAt === undefined ? {} : { durationMs: endedAt - session.startedAt };
  const labels =
    changes.labels === undefined ? {} : { labels: mergedLabels(changes.labels, session) };
  return { ...changes, ...duration, ...labels };
}

/** @throws VALIDATION for a score that no review gives. */
export function checkScore(score: number | undefined): void {
  const checks = new Checks();
  checks.integer("score", score, 1, MAX_SCORE);
  checks.done();
}

/** Makes records of sessions and reads each of their users once. */
export class SessionReader {
  private readonly sessions = new Map<Id<"userSessions">, Promise<Doc<"userSessions"> | null>>();
  private readonly users = new Map<Id<"users">, Promise<Doc<"users"> | null>>();
  private readonly ctx: QueryCtx;

  constructor(ctx: QueryCtx) {
    this.ctx = ctx;
  }

  /** The session of an id that a stored row holds. */
  async session(id: Id<"userSessions">): Promise<Doc<"userSessions">> {
    let pending = this.sessions.get(id);
    if (pending === undefined) {
      pending = this.ctx.db.get("userSessions", id);
      this.sessions.set(id, pending);
    }
    return (await pending)!;
  }

  async record(session: Doc<"userSessions">): Promise<UserSession> {
    return toRecord(userSession, session, {
      cost: session.costNanos / 1e9,
      legalHold: session.legalHold ?? false,
      user: await this.userOf(session.userId),
    });
  }

  async records(sessions: Doc<"userSessions">[]): Promise<UserSession[]> {
    return await Promise.all(sessions.map((session) => this.record(session)));
  }

  private async userOf(id: Id<"users">): Promise<UserSession["user"]> {
    let pending = this.users.get(id);
    if (pending === undefined) {
      pending = this.ctx.db.get("users", id);
      this.users.set(id, pending);
    }
    const user = await pending;
    if (user === null) throw new Error("a session without its user");
    return toRecord(sessionUser, user, shownOf(user));
  }
}

export async function sessionById(ctx: QueryCtx, id: string): Promise<Doc<"userSessions"> | null> {
  const sessionId = ctx.db.normalizeId("userSessions", id);
  return sessionId === null ? null : await ctx.db.get("userSessions", sessionId);
}

/** @throws GONE if the session was erased; NOT_FOUND if there is none, or the id is not one. */
export async function requireSession(ctx: QueryCtx, id: string): Promise<Doc<"userSessions">> {
  const session = await sessionById(ctx, id);
  if (session !== null) return session;
  if (await wasSessionErased(ctx, id)) throw refusal("GONE", "The session was erased.");
  throw refusal("NOT_FOUND", "There is no such session.");
}

/** The session that a writer knows under this id. */
export async function sessionByExternalId(
  ctx: QueryCtx,
  { externalId, sourceId }: Pick<Doc<"userSessions">, "externalId" | "sourceId">,
): Promise<Doc<"userSessions"> | null> {
  return await ctx.db
    .query("userSessions")
    .withIndex("by_source_externalId", (q) =>
      q.eq("sourceId", sourceId).eq("externalId", externalId),
    )
    .unique();
}
