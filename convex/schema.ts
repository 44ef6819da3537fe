/**
 * Tables of Earshot. Times are Unix milliseconds, durations milliseconds, costs US dollars unless
 * the name says otherwise. Every index is used by a function; `_creationTime` ends each of them.
 */
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
import {
  announcement,
  deliveryStatus,
  ending,
  historyKind,
  incidentStatus,
  observed,
  progress,
} from "./model/alerts.ts";
import {
  audioAnalysis,
  audioStatus,
  channel,
  dimensions,
  histogram,
  lease,
  memberRole,
  metadata,
  resolution,
  reviewStatus,
  sessionStatus,
  speaker,
  storageOutcome,
  userKind,
  userStatus,
} from "./model/fields.ts";
import {
  content,
  criterion,
  dispute,
  itemState,
  queueFilters,
  queueOrder,
  queueState,
  reviewKind,
  sampling,
  slotState,
} from "./model/reviewFields.ts";

export default defineSchema({
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
    /** Why it is missing or corrupt. */
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

  /** What reviewers are asked. A version never changes; a new one gets the next number. */
  rubrics: defineTable({
    name: v.string(),
    version: v.number(),
    description: v.optional(v.string()),
    criteria: v.array(criterion),
    createdBy: v.string(),
    createdAt: v.number(),
  })
    .index("by_name_version", ["name", "version"])
    .index("by_createdAt", ["createdAt"]),

  reviewQueues: defineTable({
    name: v.string(),
    description: v.optional(v.string()),
    state: queueState,
    rubricId: v.id("rubrics"),
    filters: queueFilters,
    sampling,
    seed: v.string(),
    /** Reviews wanted of each session. */
    target: v.number(),
    order: queueOrder,
    /** Priority of sessions that enter by rule; higher ones are handed out first. */
    priority: v.number(),
    leaseMs: v.number(),
    createdBy: v.string(),
    createdAt: v.number(),
  })
    .index("by_state_createdAt", ["state", "createdAt"])
    .index("by_createdAt", ["createdAt"])
    .index("by_name", ["name"]),

  /** One session in one queue. */
  reviewItems: defineTable({
    queueId: v.id("reviewQueues"),
    sessionId: v.id("userSessions"),
    userId: v.id("users"),
    startedAt: v.number(),
    state: itemState,
    target: v.number(),
    /** Slots that are claimed, and those that are filled. */
    claimed: v.number(),
    submitted: v.number(),
    /** While a slot is free: who has one of the others, see `model/reviewSlots.ts`. */
    lane: v.optional(v.string()),
    /** The priority, negated, and the place among items of the same priority: low ones first. */
    rank: v.number(),
    place: v.number(),
    dispute: v.optional(dispute),
    /** Score of the final decision. */
    decisionScore: v.optional(v.number()),
    createdAt: v.number(),
  })
    .index("by_queue_lane", ["queueId", "lane", "rank", "place"])
    .index("by_queue_session", ["queueId", "sessionId"])
    .index("by_queue_user_startedAt", ["queueId", "userId", "startedAt"])
    .index("by_queue_createdAt", ["queueId", "createdAt"])
    .index("by_queue_state_createdAt", ["queueId", "state", "createdAt"])
    .index("by_queue_dispute_createdAt", ["queueId", "dispute", "createdAt"])
    .index("by_session", ["sessionId"])
    .index("by_user", ["userId"]),

  /** A reviewer's place at an item: at most `target` per item, one per reviewer and item. */
  reviewSlots: defineTable({
    queueId: v.id("reviewQueues"),
    itemId: v.id("reviewItems"),
    reviewerId: v.string(),
    state: slotState,
    /** The place was reserved: an expired or released claim turns back into an assignment. */
    assignedBy: v.optional(v.string()),
    /** Of the claim: the rubric that it began with, its start, its end unless it is renewed. */
    rubricId: v.id("rubrics"),
    claimedAt: v.number(),
    leaseUntil: v.number(),
    score: v.optional(v.number()),
    rank: v.number(),
    place: v.number(),
    createdAt: v.number(),
  })
    .index("by_item_reviewer", ["itemId", "reviewerId"])
    .index("by_queue_reviewer", ["queueId", "reviewerId", "state", "rank", "place"])
    .index("by_queue_lease", ["queueId", "state", "leaseUntil"])
    .index("by_lease", ["state", "leaseUntil"]),

  /** Unfinished reviews; they outlive the claim, so that nothing written is lost. */
  reviewDrafts: defineTable({
    itemId: v.id("reviewItems"),
    /** Whose session it is about. */
    userId: v.id("users"),
    reviewerId: v.string(),
    content,
    updatedAt: v.number(),
    createdAt: v.number(),
  })
    .index("by_item_reviewer", ["itemId", "reviewerId"])
    .index("by_updatedAt", ["updatedAt"])
    .index("by_user", ["userId"]),

  /** Every version of every review and decision; only the latest of a reviewer counts. */
  reviews: defineTable({
    queueId: v.id("reviewQueues"),
    itemId: v.id("reviewItems"),
    sessionId: v.id("userSessions"),
    /** Whose session it is about. */
    userId: v.id("users"),
    reviewerId: v.string(),
    kind: reviewKind,
    rubricId: v.id("rubrics"),
    version: v.number(),
    latest: v.boolean(),
    ...content.fields,
    /** Mean of the session's scores, 1 to 5, three decimals. */
    score: v.optional(v.number()),
    /** From the claim to the submission, milliseconds. */
    durationMs: v.optional(v.number()),
    /** Until when its reviewer may take it back; not of amendments and decisions. */
    undoUntil: v.optional(v.number()),
    /** Taken back by its reviewer. */
    withdrawnAt: v.optional(v.number()),
    createdAt: v.number(),
  })
    .index("by_item_reviewer_kind", ["itemId", "reviewerId", "kind", "version"])
    .index("by_item_latest", ["itemId", "latest"])
    .index("by_session_latest", ["sessionId", "latest", "createdAt"])
    .index("by_queue_latest", ["queueId", "latest", "createdAt"])
    .index("by_reviewer_latest", ["reviewerId", "latest", "createdAt"])
    .index("by_latest", ["latest", "createdAt"])
    .index("by_user", ["userId"]),

  /**
   * Counts kept by writes. `owner` is `queue` (by shard of the session: items, done ones, reviews)
   * or `reviewer:` and an id (reviews and open assignments of theirs).
   */
  reviewTallies: defineTable({
    queueId: v.id("reviewQueues"),
    owner: v.string(),
    shard: v.number(),
    items: v.number(),
    done: v.number(),
    submitted: v.number(),
    assigned: v.number(),
    createdAt: v.number(),
  }).index("by_queue_owner", ["queueId", "owner", "shard"]),

  /** How often two reviewers of a queue agreed, by criterion; kept by writes. */
  reviewAgreements: defineTable({
    queueId: v.id("reviewQueues"),
    rubricId: v.id("rubrics"),
    /** Two reviewers' ids in order. */
    first: v.string(),
    second: v.string(),
    /** How often the first said `a` where the second said `b`; see `model/agreement.ts`. */
    cells: v.array(
      v.object({ criterion: v.string(), a: v.string(), b: v.string(), count: v.number() }),
    ),
    createdAt: v.number(),
  })
    .index("by_queue_pair", ["queueId", "rubricId", "first", "second"])
    .index("by_queue_createdAt", ["queueId", "createdAt"]),

  /** Scores by rubric, model and the UTC day on which the session started; kept by writes. */
  reviewScores: defineTable({
    day: v.number(),
    rubricId: v.id("rubrics"),
    provider: v.string(),
    modelId: v.string(),
    reviews: v.number(),
    /** Thousandths, so that sums do not depend on their order. */
    scoreMillis: v.number(),
    createdAt: v.number(),
  }).index("by_day", ["day", "rubricId", "provider", "modelId"]),

  metricRollups: defineTable({
    metric: v.string(),
    dimensions,
    /** The dimensions as canonical JSON: one series of a metric. */
    series: v.string(),
    resolution,
    bucketStart: v.number(),
    count: v.number(),
    errors: v.record(v.string(), v.number()),
    sum: v.number(),
    max: v.number(),
    histogram,
  })
    .index("by_metric", ["metric", "resolution", "bucketStart"])
    .index("by_series", ["series", "metric", "resolution", "bucketStart"])
    .index("by_resolution", ["resolution", "bucketStart"]),

  /** Batches of `metrics:ingest` that were applied. */
  metricBatches: defineTable({ batchId: v.string(), createdAt: v.number() })
    .index("by_batchId", ["batchId"])
    .index("by_createdAt", ["createdAt"]),

  authEvents: defineTable({
    at: v.number(),
    outcome: v.string(),
    reason: v.string(),
    route: v.string(),
    requestId: v.optional(v.string()),
    /** Keyed hash of the client's address; never the address. */
    clientHash: v.optional(v.string()),
    userId: v.optional(v.string()),
    source: v.optional(v.string()),
  })
    .index("by_at", ["at"])
    .index("by_reason_at", ["reason", "at"])
    .index("by_requestId", ["requestId", "at"]),

  storageEvents: defineTable({
    at: v.number(),
    operation: v.string(),
    outcome: storageOutcome,
    durationMs: v.number(),
    attempts: v.number(),
    role: v.optional(v.string()),
    key: v.optional(v.string()),
    requestId: v.optional(v.string()),
    source: v.optional(v.string()),
  })
    .index("by_at", ["at"])
    .index("by_outcome_at", ["outcome", "at"])
    .index("by_durationMs", ["durationMs"])
    .index("by_requestId", ["requestId", "at"]),

  /** Who did what to whose data. `actorId` is the token's subject; it never comes from arguments. */
  auditEvents: defineTable({
    action: v.string(),
    subjectType: v.string(),
    subjectId: v.string(),
    actorId: v.string(),
    actorRole: v.string(),
    impersonatorId: v.optional(v.string()),
    details: v.optional(metadata),
    requestId: v.optional(v.string()),
    createdAt: v.number(),
  })
    .index("by_createdAt", ["createdAt"])
    .index("by_actor_createdAt", ["actorId", "createdAt"])
    .index("by_subject_createdAt", ["subjectId", "createdAt"]),

  idempotencyKeys: defineTable({
    caller: v.string(),
    key: v.string(),
    functionName: v.string(),
    argumentsHash: v.string(),
    /** The answer as JSON text in Convex's encoding. */
    result: v.string(),
    /** Whose personal data the answer may hold: erasure removes it. */
    userId: v.optional(v.id("users")),
    otherUserId: v.optional(v.id("users")),
    createdAt: v.number(),
  })
    .index("by_caller_key", ["caller", "key"])
    .index("by_user", ["userId"])
    .index("by_otherUser", ["otherUserId"])
    .index("by_createdAt", ["createdAt"]),

  /** Token buckets of callers. */
  rateLimits: defineTable({
    key: v.string(),
    tokens: v.number(),
    refilledAt: v.number(),
    /** When the bucket is full again and the row means nothing any more. */
    fullAt: v.number(),
  })
    .index("by_key", ["key"])
    .index("by_fullAt", ["fullAt"]),

  /** Receipts of erasures; they outlive the rows that they count. */
  erasures: defineTable({
    clerkId: v.string(),
    startedBy: v.string(),
    startedAt: v.number(),
    finishedAt: v.optional(v.number()),
    /** Rows deleted so far, by table. */
    counts: v.record(v.string(), v.number()),
  })
    .index("by_clerkId", ["clerkId"])
    .index("by_startedAt", ["startedAt"]),

  /** One row per job of the worker: who runs it now, and how the last run went. */
  jobLeases: defineTable(lease).index("by_name", ["name"]),

  /** Where each alert rule was at its last evaluation. */
  alertStates: defineTable({
    rule: v.string(),
    ...progress,
    value: v.optional(v.number()),
    threshold: v.number(),
    evaluatedAt: v.number(),
    incidentId: v.optional(v.id("alertIncidents")),
    createdAt: v.number(),
  }).index("by_rule", ["rule"]),

  alertIncidents: defineTable({
    ...observed,
    status: incidentStatus,
    /** What the channels were told last. */
    announced: v.union(v.literal("nothing"), v.literal("firing"), v.literal("resolved")),
    openedAt: v.number(),
    acknowledgedAt: v.optional(v.number()),
    acknowledgedBy: v.optional(v.string()),
    resolvedAt: v.optional(v.number()),
    ending: v.optional(ending),
    worst: v.optional(v.number()),
    source: v.optional(v.string()),
    createdAt: v.number(),
  })
    .index("by_openedAt", ["openedAt"])
    .index("by_status_openedAt", ["status", "openedAt"])
    .index("by_rule_openedAt", ["rule", "openedAt"])
    .index("by_announced_status", ["announced", "status"]),

  /** What happened to an incident, and the notes under it. */
  alertHistory: defineTable({
    incidentId: v.id("alertIncidents"),
    kind: historyKind,
    actorId: v.optional(v.string()),
    text: v.optional(v.string()),
    createdAt: v.number(),
  })
    .index("by_incident_createdAt", ["incidentId", "createdAt"])
    .index("by_createdAt", ["createdAt"]),

  alertSilences: defineTable({
    rule: v.string(),
    reason: v.string(),
    createdBy: v.string(),
    expiresAt: v.number(),
    createdAt: v.number(),
  }).index("by_expiresAt", ["expiresAt"]),

  /** Messages to the channels, sent or still to be sent. `dueAt` also ends a sender's lease. */
  alertDeliveries: defineTable({
    channel: v.string(),
    items: v.array(announcement),
    status: deliveryStatus,
    attempts: v.number(),
    dueAt: v.number(),
    holder: v.optional(v.string()),
    problem: v.optional(v.string()),
    sentAt: v.optional(v.number()),
    createdAt: v.number(),
  })
    .index("by_channel_status", ["channel", "status"])
    .index("by_createdAt", ["createdAt"]),

  /** Progress of migrations: what makes them resumable. */
  batchRuns: defineTable({
    name: v.string(),
    cursor: v.union(v.string(), v.null()),
    done: v.boolean(),
    processed: v.number(),
    changed: v.number(),
    startedAt: v.number(),
    updatedAt: v.number(),
  }).index("by_name", ["name"]),
});
