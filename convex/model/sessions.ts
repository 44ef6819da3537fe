/** Rules of user sessions that several functions share. */
import { v } from "convex/values";
import type { Infer } from "convex/values";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import type { Checks } from "./checks.ts";
import { refusal } from "./errors.ts";
import { TITLE_CHARS } from "./limits.ts";
import { userSessionRow } from "./productTables.ts";
import { sessionUser, userSession } from "./records.ts";
import type { UserSession } from "./records.ts";
import { toRecord } from "./toRecord.ts";
import { wasSessionErased } from "./tombstones.ts";

/** What a writer says of a new session. */
export const newSession = userSessionRow
  .pick(
    "externalId",
    "channel",
    "title",
    "startedAt",
    "provider",
    "modelId",
    "language",
    "metadata",
    "source",
  )
  .extend({ clerkId: v.string() });

/** What a writer may change afterwards. */
export const sessionChanges = userSessionRow
  .pick(
    "status",
    "endedAt",
    "assessmentMs",
    "assessedAt",
    "title",
    "language",
    "labels",
    "metadata",
  )
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
  checks.identifier("source", fields.source);
  checks.labels("labels", fields.labels);
  checks.metadata("metadata", fields.metadata);
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
    return toRecord(sessionUser, user);
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

export async function sessionByExternalId(
  ctx: QueryCtx,
  externalId: string,
): Promise<Doc<"userSessions"> | null> {
  return await ctx.db
    .query("userSessions")
    .withIndex("by_externalId", (q) => q.eq("externalId", externalId))
    .unique();
}
