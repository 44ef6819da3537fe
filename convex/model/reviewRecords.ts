/** What the functions of the review workflow return. */
import { v } from "convex/values";
import type { Infer } from "convex/values";
import { userSession } from "./records.ts";
import { content, slotState } from "./reviewFields.ts";
import {
  reviewAgreementRow,
  reviewItemRow,
  reviewQueueRow,
  reviewRow,
  rubricRow,
} from "./reviewTables.ts";
import { moment, named, whole } from "./fields.ts";

/** In Convex's functions an id is a text: one that names nothing is not an error of types. */
const id = { id: v.string() };

export const rubric = named("Rubric", rubricRow.extend(id));

/** Sessions of a queue, and reviews that it wants of them. */
const queueProgress = named(
  "QueueProgress",
  v.object({
    items: whole(),
    itemsDone: whole(),
    /** Reviews: those wanted, submitted, worked on at this moment, and the rest. */
    wanted: whole(),
    done: whole(),
    inWork: whole(),
    left: whole(),
  }),
);

/** What a queue has for one reviewer. */
export const ownWork = named(
  "OwnWork",
  v.object({
    /** They hold a claim, its lease over or not. */
    claimed: v.boolean(),
    /** There is a session for them: claimed, assigned to them, or free. */
    waiting: v.boolean(),
  }),
);

export const reviewQueue = named(
  "ReviewQueue",
  reviewQueueRow.omit("closedAt").extend({
    ...id,
    progress: queueProgress,
    /** What it has for the caller, in lists and of one queue. */
    own: v.optional(ownWork),
  }),
);

/** A queue that a session is in, and whether the caller can review the session there. */
export const sessionPlace = named(
  "SessionPlace",
  v.object({
    itemId: v.string(),
    queueId: v.string(),
    queueName: v.string(),
    /**
     * `free`: they can claim it; `assigned`, `claimed` or `submitted`: their own place; `taken`: all
     * places are others'; `closed`: the queue is.
     */
    state: v.union(
      v.literal("free"),
      v.literal("assigned"),
      v.literal("claimed"),
      v.literal("submitted"),
      v.literal("taken"),
      v.literal("closed"),
    ),
    /** They wrote something that is not submitted. */
    hasDraft: v.boolean(),
  }),
);

const reviewer = { reviewerId: v.string(), reviewerName: v.optional(v.string()) };

export const reviewerProgress = named(
  "ReviewerProgress",
  v.object({
    ...reviewer,
    /** Reviews submitted, worked on at this moment, and reserved for the reviewer. */
    done: whole(),
    inWork: whole(),
    assigned: whole(),
  }),
);

/** Who has a slot of an item; `leaseUntil` of a claim only. */
const slot = named(
  "ReviewSlot",
  v.object({ ...reviewer, state: slotState, leaseUntil: v.optional(moment()) }),
);

export const reviewItem = named(
  "ReviewItem",
  reviewItemRow
    .pick("queueId", "state", "target", "submitted", "dispute", "createdAt")
    .extend({ ...id, session: userSession, priority: whole(), slots: v.array(slot) }),
);

/** What a reviewer works on: until when, by which rubric, and what they wrote so far. */
export const claim = named(
  "Claim",
  v.object({
    itemId: v.string(),
    queueId: v.string(),
    rubricId: v.string(),
    session: userSession,
    /** Reserved for this reviewer: nobody else gets the place. */
    isAssigned: v.boolean(),
    claimedAt: moment(),
    leaseUntil: moment(),
    draft: v.union(content, v.null()),
    draftUpdatedAt: v.optional(moment()),
  }),
);

/** A question that two reviews answered differently; `sequence` for one about a turn. */
export const difference = named(
  "AnswerDifference",
  v.object({ key: v.string(), sequence: v.optional(whole()) }),
);

export const review = named(
  "Review",
  reviewRow.omit("userId", "counted").extend({
    ...id,
    reviewerName: v.optional(v.string()),
    /** What the session is called, if it was asked for. */
    sessionTitle: v.optional(v.string()),
    /** Answers that another review of the session does not share: of the session, and of turns. */
    differs: v.optional(v.array(difference)),
  }),
);

/** How two reviewers of a queue answered the same questions; `count` times `a` met `b`. */
export const agreement = named(
  "ReviewAgreement",
  reviewAgreementRow.pick("rubricId", "first", "second", "cells").extend({
    firstName: v.optional(v.string()),
    secondName: v.optional(v.string()),
  }),
);

/** Reviews with a score of sessions that started on one UTC day, by rubric and model. */
export const scoreTrend = named(
  "ScoreTrend",
  v.object({
    day: moment(),
    rubricId: v.string(),
    provider: v.optional(v.string()),
    modelId: v.optional(v.string()),
    reviewCount: whole(),
    meanScore: v.number(),
  }),
);

export type Claim = Infer<typeof claim>;
export type Review = Infer<typeof review>;
export type Slot = Infer<typeof slot>;
