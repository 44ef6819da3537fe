/** Names of people by their ids and titles of sessions, each read once. */
import type { Doc, Id } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { userByKey } from "./users.ts";

export class Names {
  private readonly people = new Map<string, Promise<Doc<"users"> | null>>();
  private readonly sessions = new Map<string, Promise<Doc<"userSessions"> | null>>();
  private readonly ctx: QueryCtx;

  constructor(ctx: QueryCtx) {
    this.ctx = ctx;
  }

  async of(clerkId: string): Promise<string | undefined> {
    let pending = this.people.get(clerkId);
    if (pending === undefined) {
      pending = userByKey(this.ctx, clerkId);
      this.people.set(clerkId, pending);
    }
    return (await pending)?.name;
  }

  async reviewer(reviewerId: string): Promise<{ reviewerId: string; reviewerName?: string }> {
    const name = await this.of(reviewerId);
    return { reviewerId, ...(name === undefined ? {} : { reviewerName: name }) };
  }

  /** The title, else the writer's id; undefined for a session that is gone. */
  async ofSession(id: string): Promise<string | undefined> {
    let pending = this.sessions.get(id);
    if (pending === undefined) {
      const sessionId: Id<"userSessions"> | null = this.ctx.db.normalizeId("userSessions", id);
      pending =
        sessionId === null ? Promise.resolve(null) : this.ctx.db.get("userSessions", sessionId);
      this.sessions.set(id, pending);
    }
    const session = await pending;
    return session?.title ?? session?.externalId;
  }
}
