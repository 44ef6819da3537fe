/** Audit events: written only here, with the actor of the verified token. */
import { v } from "convex/values";
import type { Infer } from "convex/values";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { named } from "./fields.ts";
import type { Caller } from "./identity.ts";
import { keyOf } from "./identities.ts";
import { FACETS, userSessionRow } from "./productTables.ts";

/** Everything that is ever on record. */
export const AUDIT_ACTIONS = [
  "alert.acknowledge",
  "alert.silence",
  "alert.unsilence",
  "audio.export",
  "audio.play",
  "audio.renew",
  "audit.export",
  "erase",
  "key.create",
  "key.revoke",
  "key.rotate",
  "queue.change",
  "queue.create",
  "reveal",
  "review.decide",
  "review.export",
  "session.export",
  "session.hold",
  "session.label",
  "session.release",
  "session.view",
  "transcript.export",
  "user.export",
  "user.find",
  "user.view",
] as const;

const exportFormat = v.union(
  v.literal("csv"),
  v.literal("json"),
  v.literal("markdown"),
  v.literal("srt"),
  v.literal("text"),
  v.literal("vtt"),
);
/** How a list or transcript was taken away: the form of the file, and the filters of the list. */
export const exportDetails = named(
  "ExportDetails",
  v.object({
    format: v.optional(exportFormat),
    reason: v.optional(v.string()),
    action: v.optional(v.string()),
    actor: v.optional(v.string()),
    ...userSessionRow.pick(...FACETS).fields,
    audio: v.optional(v.string()),
    channel: v.optional(v.string()),
    label: v.optional(v.string()),
    latency: v.optional(v.string()),
    longest: v.optional(v.string()),
    shortest: v.optional(v.string()),
    slowest: v.optional(v.string()),
    reviewer: v.optional(v.string()),
    model: v.optional(v.string()),
    period: v.optional(v.string()),
    provider: v.optional(v.string()),
    queue: v.optional(v.string()),
    review: v.optional(v.string()),
    scored: v.optional(v.string()),
    score_from: v.optional(v.string()),
    score_to: v.optional(v.string()),
    session: v.optional(v.string()),
    since: v.optional(v.string()),
    sort: v.optional(v.string()),
    status: v.optional(v.string()),
    subject: v.optional(v.string()),
    until: v.optional(v.string()),
    user: v.optional(v.string()),
  }),
);
export type AuditEntry = {
  action: (typeof AUDIT_ACTIONS)[number];
  subjectType: string;
  subjectId: string;
  /** The session and the user (`keyOf`) whom it is about, if there are any. */
  sessionId?: Id<"userSessions">;
  userId?: string;
  details?: Infer<typeof exportDetails> & {
    found?: boolean;
    /** Labels that were set and taken away. */
    added?: string[];
    removed?: string[];
    recordings?: number;
    sessionId?: Id<"userSessions">;
  };
};

/** Name a session and its user as what an act was about. */
export async function aboutSession(ctx: QueryCtx, { _id, userId }: Doc<"userSessions">) {
  const user = await ctx.db.get("users", userId);
  return { sessionId: _id, ...(user === null ? {} : { userId: keyOf(user) }) };
}

export async function recordAudit(
  ctx: MutationCtx & { caller: Caller; requestId: string | undefined },
  entry: AuditEntry,
): Promise<Id<"auditEvents">> {
  const { subject, role, impersonatorId } = ctx.caller;
  return await ctx.db.insert("auditEvents", {
    ...entry,
    actorId: subject,
    actorRole: role,
    ...(impersonatorId === undefined ? {} : { impersonatorId }),
    ...(ctx.requestId === undefined ? {} : { requestId: ctx.requestId }),
    createdAt: Date.now(),
  });
}
