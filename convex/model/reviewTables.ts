/** Tables of reviews: what is asked, of which sessions, by whom, and what came of it. */
import { defineTable } from "convex/server";
import { v } from "convex/values";
import {
  content,
  agreementCell,
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
import { moment, whole } from "./fields.ts";

/** What reviewers are asked. A version never changes; a new one gets the next number. */
export const rubricRow = v.object({
  name: v.string(),
  version: whole(),
  description: v.optional(v.string()),
  criteria: v.array(criterion),
  createdBy: v.string(),
  createdAt: moment(),
});

export const reviewQueueRow = v.object({
  name: v.string(),
  description: v.optional(v.string()),
  state: queueState,
  rubricId: v.id("rubrics"),
  filters: queueFilters,
  sampling,
  seed: v.string(),
  /** Reviews wanted of each session. */
  target: whole(),
  order: queueOrder,
  /** Priority of sessions that enter by rule; higher ones are handed out first. */
  priority: whole(),
  leaseMs: v.number(),
  /** When it was closed last: what was written in it could then be read. */
  closedAt: v.optional(moment()),
  createdBy: v.string(),
  createdAt: moment(),
});

/** One session in one queue. */
export const reviewItemRow = v.object({
  queueId: v.id("reviewQueues"),
  sessionId: v.id("userSessions"),
  userId: v.id("users"),
  startedAt: moment(),
  state: itemState,
  target: whole(),
  /** Slots that are claimed, and those that are filled. */
  claimed: whole(),
  submitted: whole(),
  /** While a slot is free: who has one of the others, see `model/reviewSlots.ts`. */
  lane: v.optional(v.string()),
  /** The priority, negated, and the place among items of the same priority: low ones first. */
  rank: whole(),
  place: v.number(),
  dispute: v.optional(dispute),
  /** Who ever submitted a review here, taken back or not, and when first: see `blindness.ts`. */
  writers: v.optional(v.array(v.object({ reviewerId: v.string(), at: moment() }))),
  /** Everybody could read the reviews of the session at some time. */
  exposed: v.optional(v.boolean()),
  /** Score of the final decision. */
  decisionScore: v.optional(v.number()),
  createdAt: moment(),
});

/** Every version of every review and decision; only the latest of a reviewer counts. */
export const reviewRow = v.object({
  queueId: v.id("reviewQueues"),
  itemId: v.id("reviewItems"),
  sessionId: v.id("userSessions"),
  /** Whose session it is about. */
  userId: v.id("users"),
  reviewerId: v.string(),
  kind: reviewKind,
  rubricId: v.id("rubrics"),
  version: whole(),
  latest: v.boolean(),
  /**
   * It counts for agreement: the last one that its reviewer wrote before those of others became
   * visible to them. Absent on older rows: then the latest counts.
   */
  counted: v.optional(v.boolean()),
  ...content.fields,
  /** Mean of the session's scores, 1 to 5, three decimals. */
  score: v.optional(v.number()),
  /** From the claim to the submission, milliseconds. */
  durationMs: v.optional(v.number()),
  /** Until when its reviewer may take it back; not of amendments and decisions. */
  undoUntil: v.optional(moment()),
  /** Taken back by its reviewer. */
  withdrawnAt: v.optional(moment()),
  createdAt: moment(),
});

/** How often two reviewers of a queue agreed, by criterion; kept by writes. */
export const reviewAgreementRow = v.object({
  queueId: v.id("reviewQueues"),
  rubricId: v.id("rubrics"),
  /** Two reviewers' ids in order. */
  first: v.string(),
  second: v.string(),
  /** How often the first said `a` where the second said `b`; see `model/agreement.ts`. */
  cells: v.array(agreementCell),
  createdAt: moment(),
});

export const reviewTables = {
  rubrics: defineTable(rubricRow)
    .index("by_name_version", ["name", "version"])
    .index("by_createdAt", ["createdAt"]),

  reviewQueues: defineTable(reviewQueueRow)
    .index("by_state_createdAt", ["state", "createdAt"])
    .index("by_createdAt", ["createdAt"])
    .index("by_name", ["name"]),

  reviewItems: defineTable(reviewItemRow)
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
    claimedAt: moment(),
    leaseUntil: moment(),
    score: v.optional(v.number()),
    rank: whole(),
    place: v.number(),
    createdAt: moment(),
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
    updatedAt: moment(),
    createdAt: moment(),
  })
    .index("by_item_reviewer", ["itemId", "reviewerId"])
    .index("by_updatedAt", ["updatedAt"])
    .index("by_user", ["userId"]),

  reviews: defineTable(reviewRow)
    .index("by_item_reviewer_kind", ["itemId", "reviewerId", "kind", "version"])
    .index("by_item_latest", ["itemId", "latest"])
    .index("by_item_counted", ["itemId", "counted"])
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
    shard: whole(),
    items: whole(),
    done: whole(),
    submitted: whole(),
    assigned: whole(),
    createdAt: moment(),
  }).index("by_queue_owner", ["queueId", "owner", "shard"]),

  reviewAgreements: defineTable(reviewAgreementRow)
    .index("by_queue_pair", ["queueId", "rubricId", "first", "second"])
    .index("by_queue_createdAt", ["queueId", "createdAt"]),

  /** Scores by rubric, model and the UTC day on which the session started; kept by writes. */
  reviewScores: defineTable({
    day: moment(),
    rubricId: v.id("rubrics"),
    provider: v.string(),
    modelId: v.string(),
    reviews: whole(),
    /** Thousandths, so that sums do not depend on their order. */
    scoreMillis: whole(),
    createdAt: moment(),
  }).index("by_day", ["day", "rubricId", "provider", "modelId"]),
};
