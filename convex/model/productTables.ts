/** Tables of what the product stores: users, their sessions, turns and recordings, and their sums. */
import { defineTable } from "convex/server";
import { v } from "convex/values";
import {
  audioAnalysis,
  audioRowStatus,
  audioTag,
  channel,
  histogram,
  identityKind,
  memberRole,
  metadata,
  moment,
  reviewStatus,
  scoreOrigin,
  sessionStatus,
  speaker,
  stages,
  storedUserKind,
  timing,
  toolCall,
  userKind,
  userStatus,
  whole,
} from "./fields.ts";

export const userRow = v.object({
  /** Copies of the Clerk id and the first phone number of their identities, if they have any. */
  clerkId: v.optional(v.string()),
  phone: v.optional(v.string()),
  kind: storedUserKind,
  email: v.optional(v.string()),
  name: v.optional(v.string()),
  imageUrl: v.optional(v.string()),
  role: v.optional(memberRole),
  status: userStatus,
  lastSeenAt: moment(),
  sessionCount: whole(),
  /** Clerk's own `updated_at`: an older webhook does not overwrite a newer one. */
  clerkUpdatedAt: v.optional(moment()),
  /** Of earlier releases; the migration `6-users-words` clears it. */
  searchText: v.optional(v.string()),
  source: v.optional(v.string()),
  /** The source in whose words they are described; absent: Clerk's or the own backend's. */
  describedBy: v.optional(v.string()),
  createdAt: moment(),
});

/** One way in which a user is known; see `identities.ts`. */
export const identityRow = v.object({
  userId: v.id("users"),
  kind: identityKind,
  /** Whose id it is, for ids of writers; see `writers.ts`. */
  source: v.optional(v.string()),
  /** A Clerk id, a number in E.164, or the writer's id. */
  value: v.string(),
  createdAt: moment(),
});

/** Facets: what lists of sessions filter by, each over an index of its own. */
const facetFields = {
  /** The agent that spoke, its version, and where it ran, such as `production`. */
  agentId: v.optional(v.string()),
  agentVersion: v.optional(v.string()),
  environment: v.optional(v.string()),
  /** Who began: `inbound` or `outbound`, as most platforms say. */
  direction: v.optional(v.string()),
  /** BCP 47 tag, such as `de-CH`. */
  language: v.optional(v.string()),
  /** Why the conversation ended, in the words of the platform. */
  endReason: v.optional(v.string()),
};

/** The names of the facets: of several that are asked for, the first one's index is read. */
export const FACETS = [
  "agentVersion",
  "agentId",
  "endReason",
  "language",
  "environment",
  "direction",
] as const satisfies readonly (keyof typeof facetFields)[];

export const userSessionRow = v.object({
  userId: v.id("users"),
  /** The writer's id; `sourceId` is the source, if it was one. */
  externalId: v.string(),
  sourceId: v.optional(v.string()),
  title: v.optional(v.string()),
  channel,
  status: sessionStatus,
  startedAt: moment(),
  endedAt: v.optional(moment()),
  durationMs: v.optional(v.number()),
  interactionCount: whole(),
  /** Highest sequence stored: later ones need no look-up before they are inserted. */
  maxSequence: whole(),
  audioCount: whole(),
  provider: v.optional(v.string()),
  modelId: v.optional(v.string()),
  ...facetFields,
  tokensIn: whole(),
  tokensOut: whole(),
  /** Integer billionths of a dollar, so that sums do not depend on their order. */
  costNanos: whole(),
  worstLatencyMs: v.optional(v.number()),
  worstTtftMs: v.optional(v.number()),
  assessmentMs: v.optional(v.number()),
  assessedAt: v.optional(moment()),
  reviewStatus,
  score: v.optional(v.number()),
  /** A review that was made elsewhere: what counts while there is none of ours. */
  importedReview: v.optional(v.object({ reviewStatus, score: v.optional(v.number()) })),
  labels: v.array(v.string()),
  /** What reviewers changed of the writer's labels: it holds when the writer sends others. */
  labelled: v.optional(v.object({ added: v.array(v.string()), removed: v.array(v.string()) })),
  metadata: v.optional(metadata),
  /** While set, retention and erasure leave the session's data alone. */
  legalHold: v.optional(v.boolean()),
  source: v.optional(v.string()),
  createdAt: moment(),
});

export const interactionRow = v.object({
  sessionId: v.id("userSessions"),
  userId: v.id("users"),
  sequence: whole(),
  speaker,
  text: v.string(),
  startedAtMs: v.number(),
  durationMs: v.optional(v.number()),
  audioObjectId: v.optional(v.id("audioObjects")),
  requestId: v.optional(v.string()),
  provider: v.optional(v.string()),
  modelId: v.optional(v.string()),
  tokensIn: v.optional(whole()),
  tokensOut: v.optional(whole()),
  cost: v.optional(v.number()),
  ttftMs: v.optional(v.number()),
  latencyMs: v.optional(v.number()),
  /** Only of the speaker `tool`, whose text may be empty. */
  tool: v.optional(toolCall),
  /** Somebody began to speak before the turn was at its end. */
  interrupted: v.optional(v.boolean()),
  stages: v.optional(stages),
  timing: v.optional(timing),
  language: v.optional(v.string()),
  createdAt: moment(),
});

export const audioObjectRow = v.object({
  key: v.string(),
  userId: v.id("users"),
  sessionId: v.id("userSessions"),
  /** Absent: a recording of the whole session. */
  interactionId: v.optional(v.id("interactions")),
  sequence: v.optional(whole()),
  contentType: v.string(),
  bytes: whole(),
  sha256: v.string(),
  durationMs: v.optional(v.number()),
  status: audioRowStatus,
  /** Copy of the session's hold, which follows in batches: it only keeps queues short. */
  held: v.optional(v.literal(true)),
  tag: v.optional(audioTag),
  analysis: v.optional(audioAnalysis),
  peaksKey: v.optional(v.string()),
  sampleRate: v.optional(whole()),
  channels: v.optional(whole()),
  etag: v.optional(v.string()),
  /** FFmpeg's name of it; whether browsers play it is known to the dashboard. */
  codec: v.optional(v.string()),
  /** Time stamp of the first sound in the file: a cut-out of a stream does not begin at zero. */
  mediaStartMs: v.optional(whole()),
  /** Why it is missing or corrupt, or what is wrong with it although it plays. */
  reason: v.optional(v.string()),
  expiresAt: moment(),
  createdAt: moment(),
});

/** A judgement of a session or of a turn; names as of OpenTelemetry's `gen_ai.evaluation.*`. */
export const scoreRow = v.object({
  sessionId: v.id("userSessions"),
  userId: v.id("users"),
  /** Of the turn; absent: of the whole session. */
  sequence: v.optional(whole()),
  name: v.string(),
  value: v.optional(v.number()),
  label: v.optional(v.string()),
  explanation: v.optional(v.string()),
  origin: scoreOrigin,
  /** Who or what judged, as the writer names it. */
  evaluator: v.string(),
  /** Who stored it: the subject of the token. */
  writtenBy: v.string(),
  /** Of the session: lists of sessions are in this order. */
  startedAt: moment(),
  /** Whether it is the latest version. */
  current: v.boolean(),
  createdAt: moment(),
});

/** Costs in billionths of a dollar, sums of durations in microseconds: see `totals.ts`. */
const sums = {
  sessions: whole(),
  interactions: whole(),
  tokensIn: whole(),
  tokensOut: whole(),
  costNanos: whole(),
  ttft: histogram,
  ttftSumMicros: whole(),
  latency: histogram,
  latencySumMicros: whole(),
};

export const productTables = {
  users: defineTable(userRow)
    .index("by_clerkId", ["clerkId"])
    .index("by_email", ["email"])
    .index("by_kind_createdAt", ["kind", "createdAt"])
    .index("by_kind_lastSeenAt", ["kind", "lastSeenAt"]),

  identities: defineTable(identityRow)
    .index("by_identity", ["kind", "value", "source"])
    .index("by_user", ["userId"]),

  /** Words by which users are found: a row for each word of each user. */
  userWords: defineTable({ userId: v.id("users"), kind: userKind, word: v.string() })
    .index("by_kind_word", ["kind", "word"])
    .index("by_user", ["userId"]),

  userSessions: defineTable(userSessionRow)
    .index("by_user_startedAt", ["userId", "startedAt"])
    .index("by_startedAt", ["startedAt"])
    .index("by_reviewStatus_startedAt", ["reviewStatus", "startedAt"])
    .index("by_agentVersion_startedAt", ["agentVersion", "startedAt"])
    .index("by_agentId_startedAt", ["agentId", "startedAt"])
    .index("by_endReason_startedAt", ["endReason", "startedAt"])
    .index("by_language_startedAt", ["language", "startedAt"])
    .index("by_environment_startedAt", ["environment", "startedAt"])
    .index("by_direction_startedAt", ["direction", "startedAt"])
    .index("by_user_legalHold", ["userId", "legalHold"])
    .index("by_source_externalId", ["sourceId", "externalId"]),

  interactions: defineTable(interactionRow)
    .index("by_session_sequence", ["sessionId", "sequence"])
    .index("by_user_createdAt", ["userId", "createdAt"])
    .index("by_requestId", ["requestId"]),

  /** What of a turn is searched: its words in normal form. It goes when the turn goes. */
  searchTexts: defineTable({
    interactionId: v.id("interactions"),
    sessionId: v.id("userSessions"),
    userId: v.id("users"),
    words: v.string(),
  })
    .index("by_interaction", ["interactionId"])
    .searchIndex("search", { searchField: "words", filterFields: ["sessionId", "userId"] }),

  scores: defineTable(scoreRow)
    .index("by_key", ["sessionId", "name", "evaluator", "writtenBy", "sequence", "current"])
    .index("by_session_current", ["sessionId", "current", "createdAt"])
    .index("by_session_name", ["sessionId", "name", "current"])
    .index("by_name_startedAt", ["name", "current", "startedAt"])
    .index("by_user", ["userId"]),

  audioObjects: defineTable(audioObjectRow)
    .index("by_key", ["key"])
    .index("by_session_sequence", ["sessionId", "sequence"])
    .index("by_user_createdAt", ["userId", "createdAt"])
    .index("by_status_held_expiresAt", ["status", "held", "expiresAt"])
    .index("by_tag_createdAt", ["tag", "createdAt"])
    .index("by_session_tag", ["sessionId", "tag"])
    .index("by_status_createdAt", ["status", "createdAt"])
    .index("by_analysis_createdAt", ["analysis", "createdAt"])
    .index("by_createdAt", ["createdAt"]),

  /**
   * Sums. `owner` is a session's id (day 0), written by its appends, or a user's id or `all` (one row
   * per UTC day on which a session started), written by the job that folds `pendingTotals` in.
   * `shard` is 0; earlier releases spread the rows of `all` over eight.
   */
  totals: defineTable({ owner: v.string(), day: moment(), shard: whole(), ...sums }).index(
    "by_owner_day",
    ["owner", "day", "shard"],
  ),

  /** What is not yet in the sums of a user's day and of everybody's: see `pendingTotals.ts`. */
  pendingTotals: defineTable({
    /** Absent: it counts for everybody only. */
    userId: v.optional(v.id("users")),
    day: moment(),
    /** When a session of the user began. */
    lastSeenAt: v.optional(moment()),
    ...sums,
  }).index("by_user_sessions", ["userId", "sessions"]),
};
