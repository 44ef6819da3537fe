/** Tables that account for what was done: audit events, receipts of erasures, tombstones. */
import { defineTable } from "convex/server";
import { v } from "convex/values";
import { metadata, moment, whole } from "./fields.ts";

/** Who did what to whose data. `actorId` is the token's subject; it never comes from arguments. */
export const auditEventRow = v.object({
  action: v.string(),
  subjectType: v.string(),
  subjectId: v.string(),
  actorId: v.string(),
  actorRole: v.string(),
  /** Who acted as the actor, if somebody did. */
  impersonatorId: v.optional(v.string()),
  /** The session, and the user by Clerk id, that it is about; absent on rows before migration 4. */
  sessionId: v.optional(v.string()),
  userId: v.optional(v.string()),
  details: v.optional(metadata),
  requestId: v.optional(v.string()),
  createdAt: moment(),
});

/** Receipts of erasures; they outlive the rows that they count. */
export const erasureRow = v.object({
  clerkId: v.string(),
  /** Absent on erasures of earlier releases, until their next step. */
  userId: v.optional(v.id("users")),
  startedBy: v.string(),
  startedAt: moment(),
  finishedAt: v.optional(moment()),
  /** Rows deleted so far, by table. */
  counts: v.record(v.string(), whole()),
  /** Until when a URL that was signed before could be used for an upload. */
  uploadsUntil: v.optional(moment()),
  /** When the bucket was compared again after that, and nothing of the user was left. */
  sweptAt: v.optional(moment()),
  /** What was done, signed by the worker (RFC 7515). */
  receipt: v.optional(v.string()),
});

/** What a key may do; `read-clear` reads without masks. */
export const keyScope = v.union(
  v.literal("write"),
  v.literal("read"),
  v.literal("read-clear"),
  v.literal("scores"),
);

/** A key of the product's own backend. Its secret is nowhere: `hash` is its SHA-256. */
export const apiKeyRow = v.object({
  name: v.string(),
  scope: keyScope,
  /** The part of the key by which it is found. */
  publicId: v.string(),
  hash: v.string(),
  /** After a rotation the former secret works for a while. */
  formerHash: v.optional(v.string()),
  formerUntil: v.optional(moment()),
  createdBy: v.string(),
  createdAt: moment(),
  rotatedAt: v.optional(moment()),
  expiresAt: v.optional(moment()),
  revokedAt: v.optional(moment()),
  lastUsedAt: v.optional(moment()),
});

export const accountTables = {
  apiKeys: defineTable(apiKeyRow)
    .index("by_publicId", ["publicId"])
    .index("by_createdAt", ["createdAt"])
    .index("by_revokedAt", ["revokedAt"]),

  auditEvents: defineTable(auditEventRow)
    .index("by_createdAt", ["createdAt"])
    .index("by_actor_createdAt", ["actorId", "createdAt"])
    .index("by_subject_createdAt", ["subjectId", "createdAt"])
    .index("by_session_createdAt", ["sessionId", "createdAt"])
    .index("by_user_createdAt", ["userId", "createdAt"]),

  erasures: defineTable(erasureRow)
    .index("by_clerkId", ["clerkId"])
    .index("by_userId", ["userId"])
    .index("by_sweptAt_startedAt", ["sweptAt", "startedAt"])
    .index("by_startedAt", ["startedAt"]),

  /** Of an erased user or conversation: an HMAC of its id, see `model/tombstones.ts`. */
  tombstones: defineTable({
    kind: v.union(v.literal("user"), v.literal("session")),
    digest: v.string(),
    /** Of a session, so that what is left of it in the bucket is known for what it is. */
    sessionId: v.optional(v.string()),
    createdAt: moment(),
  })
    .index("by_digest", ["digest"])
    .index("by_sessionId", ["sessionId"]),

  /** Random keys that the deployment made for itself. */
  deploymentKeys: defineTable({ name: v.string(), value: v.string(), createdAt: moment() }).index(
    "by_name",
    ["name"],
  ),
};
