/** Rules of user sessions that several functions share. */
import type { Doc, Id } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { refusal } from "./errors.ts";
import { sessionUser, userSession } from "./records.ts";
import type { UserSession } from "./records.ts";
import { toRecord } from "./toRecord.ts";

/** Makes records of sessions and reads each of their users once. */
export class SessionReader {
  private readonly users = new Map<Id<"users">, Promise<Doc<"users"> | null>>();
  private readonly ctx: QueryCtx;

  constructor(ctx: QueryCtx) {
    this.ctx = ctx;
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

/** @throws NOT_FOUND if there is no such session, or the id is not one. */
export async function requireSession(ctx: QueryCtx, id: string): Promise<Doc<"userSessions">> {
  const session = await sessionById(ctx, id);
  if (session === null) throw refusal("NOT_FOUND", "There is no such session.");
  return session;
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
