/** What the functions of the review workflow return. */
import { v } from "convex/values";
import type { Infer } from "convex/values";
import type { Doc } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { userSession } from "./records.ts";
import { content, slotState } from "./reviewFields.ts";
import {
  reviewAgreementRow,
  reviewItemRow,
  reviewQueueRow,
  reviewRow,
  rubricRow,
} from "./reviewTables.ts";
import { userByClerkId } from "./users.ts";
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

export const reviewQueue = named(
  "ReviewQueue",
  reviewQueueRow.omit("closedAt").extend({ ...id, progress: queueProgress }),
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

export const review = named(
  "Review",
  reviewRow.omit("userId", "counted").extend({ ...id, reviewerName: v.optional(v.string()) }),
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

/** Names of team members by Clerk id, each read once. */
export class Names {
  private readonly known = new Map<string, Promise<Doc<"users"> | null>>();
  private readonly ctx: QueryCtx;

  constructor(ctx: QueryCtx) {
    this.ctx = ctx;
  }

  async of(clerkId: string): Promise<string | undefined> {
    let pending = this.known.get(clerkId);
    if (pending === undefined) {
      pending = userByClerkId(this.ctx, clerkId);
      this.known.set(clerkId, pending);
    }
    return (await pending)?.name;
  }

  async reviewer(reviewerId: string): Promise<{ reviewerId: string; reviewerName?: string }> {
    const name = await this.of(reviewerId);
    return { reviewerId, ...(name === undefined ? {} : { reviewerName: name }) };
  }
}
