/** Tables of reviews: what is asked, of which sessions, by whom, and what came of it. */
import { defineTable } from "convex/server";
import { v } from "convex/values";
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
} from "./reviewFields.ts";

export const reviewTables = {
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
};
