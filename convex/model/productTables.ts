/** Tables of what the product stores: users, their sessions, turns and recordings, and their sums. */
import { defineTable } from "convex/server";
import { v } from "convex/values";
import {
  audioAnalysis,
  audioStatus,
  channel,
  histogram,
  memberRole,
  metadata,
  reviewStatus,
  sessionStatus,
  speaker,
  userKind,
  userStatus,
} from "./fields.ts";

export const productTables = {
  users: defineTable({
    clerkId: v.string(),
    kind: userKind,
    email: v.optional(v.string()),
    name: v.optional(v.string()),
    imageUrl: v.optional(v.string()),
    role: v.optional(memberRole),
    status: userStatus,
    lastSeenAt: v.number(),
    sessionCount: v.number(),
    /** Clerk's own `updated_at`: an older webhook does not overwrite a newer one. */
    clerkUpdatedAt: v.optional(v.number()),
    /** Name, e-mail address and Clerk id; absent only on rows older than migration 1. */
    searchText: v.optional(v.string()),
    source: v.optional(v.string()),
    createdAt: v.number(),
  })
    .index("by_clerkId", ["clerkId"])
    .index("by_email", ["email"])
    .index("by_kind_createdAt", ["kind", "createdAt"])
    .index("by_kind_lastSeenAt", ["kind", "lastSeenAt"])
    .searchIndex("search", { searchField: "searchText", filterFields: ["kind"] }),

  userSessions: defineTable({
    userId: v.id("users"),
    externalId: v.string(),
    title: v.optional(v.string()),
    channel,
    status: sessionStatus,
    startedAt: v.number(),
    endedAt: v.optional(v.number()),
    durationMs: v.optional(v.number()),
    interactionCount: v.number(),
    /** Highest sequence stored: later ones need no look-up before they are inserted. */
    maxSequence: v.number(),
    audioCount: v.number(),
    provider: v.optional(v.string()),
    modelId: v.optional(v.string()),
    tokensIn: v.number(),
    tokensOut: v.number(),
    /** Integer billionths of a dollar, so that sums do not depend on their order. */
    costNanos: v.number(),
    worstLatencyMs: v.optional(v.number()),
    worstTtftMs: v.optional(v.number()),
    assessmentMs: v.optional(v.number()),
    assessedAt: v.optional(v.number()),
    reviewStatus,
    score: v.optional(v.number()),
    /** A review that was made elsewhere: what counts while there is none of ours. */
    importedReview: v.optional(v.object({ reviewStatus, score: v.optional(v.number()) })),
    labels: v.array(v.string()),
    metadata: v.optional(metadata),
    /** While set, retention and erasure leave the session's data alone. */
    legalHold: v.optional(v.boolean()),
    source: v.optional(v.string()),
    createdAt: v.number(),
  })
    .index("by_user_startedAt", ["userId", "startedAt"])
    .index("by_startedAt", ["startedAt"])
    .index("by_reviewStatus_startedAt", ["reviewStatus", "startedAt"])
    .index("by_user_legalHold", ["userId", "legalHold"])
    .index("by_externalId", ["externalId"]),

  interactions: defineTable({
    sessionId: v.id("userSessions"),
    userId: v.id("users"),
    sequence: v.number(),
    speaker,
    text: v.string(),
    startedAtMs: v.number(),
    durationMs: v.optional(v.number()),
    audioObjectId: v.optional(v.id("audioObjects")),
    requestId: v.optional(v.string()),
    provider: v.optional(v.string()),
    modelId: v.optional(v.string()),
    tokensIn: v.optional(v.number()),
    tokensOut: v.optional(v.number()),
    cost: v.optional(v.number()),
    ttftMs: v.optional(v.number()),
    latencyMs: v.optional(v.number()),
    createdAt: v.number(),
  })
    .index("by_session_sequence", ["sessionId", "sequence"])
    .index("by_user_createdAt", ["userId", "createdAt"])
    .index("by_requestId", ["requestId"])
    .searchIndex("search", { searchField: "text", filterFields: ["sessionId"] }),

  audioObjects: defineTable({
    key: v.string(),
    userId: v.id("users"),
    sessionId: v.id("userSessions"),
    /** Absent: a recording of the whole session. */
    interactionId: v.optional(v.id("interactions")),
    sequence: v.optional(v.number()),
    contentType: v.string(),
    bytes: v.number(),
    sha256: v.string(),
    durationMs: v.optional(v.number()),
    status: audioStatus,
    analysis: v.optional(audioAnalysis),
    peaksKey: v.optional(v.string()),
    sampleRate: v.optional(v.number()),
    channels: v.optional(v.number()),
    etag: v.optional(v.string()),
    /** FFmpeg's name of it; whether browsers play it is known to the dashboard. */
    codec: v.optional(v.string()),
    /** Time stamp of the first sound in the file: a cut-out of a stream does not begin at zero. */
    mediaStartMs: v.optional(v.number()),
    /** Why it is missing or corrupt, or what is wrong with it although it plays. */
    reason: v.optional(v.string()),
    expiresAt: v.number(),
    createdAt: v.number(),
  })
    .index("by_key", ["key"])
    .index("by_session_sequence", ["sessionId", "sequence"])
    .index("by_user_createdAt", ["userId", "createdAt"])
    .index("by_status_expiresAt", ["status", "expiresAt"])
    .index("by_status_createdAt", ["status", "createdAt"])
    .index("by_analysis_createdAt", ["analysis", "createdAt"])
    .index("by_createdAt", ["createdAt"]),

  /**
   * Sums kept by writes. `owner` is a session's id (day and shard 0), a user's id (one row per UTC
   * day on which a session started) or `all` (one row per day and shard: writers of different
   * sessions seldom meet in one row).
   */
  totals: defineTable({
    owner: v.string(),
    day: v.number(),
    shard: v.number(),
    sessions: v.number(),
    interactions: v.number(),
    tokensIn: v.number(),
    tokensOut: v.number(),
    costNanos: v.number(),
    ttft: histogram,
    ttftSumMicros: v.number(),
    latency: histogram,
    latencySumMicros: v.number(),
  }).index("by_owner_day", ["owner", "day", "shard"]),
};
