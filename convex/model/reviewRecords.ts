/** What the functions of the review workflow return. */
import { v } from "convex/values";
import type { Infer } from "convex/values";
import type { Doc } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { userSession } from "./records.ts";
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
import { userByClerkId } from "./users.ts";

export const rubric = v.object({
  id: v.string(),
  name: v.string(),
  version: v.number(),
  description: v.optional(v.string()),
  criteria: v.array(criterion),
  createdBy: v.string(),
  createdAt: v.number(),
});

/** Sessions of a queue, and reviews that it wants of them. */
const queueProgress = v.object({
  items: v.number(),
  itemsDone: v.number(),
  /** Reviews: those wanted, submitted, worked on at this moment, and the rest. */
  wanted: v.number(),
  done: v.number(),
  inWork: v.number(),
  left: v.number(),
});

export const reviewQueue = v.object({
  id: v.string(),
  name: v.string(),
  description: v.optional(v.string()),
  state: queueState,
  rubricId: v.string(),
  filters: queueFilters,
  sampling,
  seed: v.string(),
  target: v.number(),
  order: queueOrder,
  priority: v.number(),
  leaseMs: v.number(),
  progress: queueProgress,
  createdBy: v.string(),
  createdAt: v.number(),
});

const reviewer = { reviewerId: v.string(), reviewerName: v.optional(v.string()) };

export const reviewerProgress = v.object({
  ...reviewer,
  /** Reviews submitted, worked on at this moment, and reserved for the reviewer. */
  done: v.number(),
  inWork: v.number(),
  assigned: v.number(),
});

/** Who has a slot of an item; `leaseUntil` of a claim only. */
const slot = v.object({ ...reviewer, state: slotState, leaseUntil: v.optional(v.number()) });

export const reviewItem = v.object({
  id: v.string(),
  queueId: v.string(),
  session: userSession,
  state: itemState,
  target: v.number(),
  submitted: v.number(),
  priority: v.number(),
  slots: v.array(slot),
  dispute: v.optional(dispute),
  createdAt: v.number(),
});

/** What a reviewer works on: until when, by which rubric, and what they wrote so far. */
export const claim = v.object({
  itemId: v.string(),
  queueId: v.string(),
  rubricId: v.string(),
  session: userSession,
  /** Reserved for this reviewer: nobody else gets the place. */
  isAssigned: v.boolean(),
  claimedAt: v.number(),
  leaseUntil: v.number(),
  draft: v.union(content, v.null()),
  draftUpdatedAt: v.optional(v.number()),
});

export const review = v.object({
  id: v.string(),
  queueId: v.string(),
  itemId: v.string(),
  sessionId: v.string(),
  ...reviewer,
  kind: reviewKind,
  rubricId: v.string(),
  version: v.number(),
  latest: v.boolean(),
  ...content.fields,
  score: v.optional(v.number()),
  durationMs: v.optional(v.number()),
  /** Until when its reviewer may take it back. */
  undoUntil: v.optional(v.number()),
  withdrawnAt: v.optional(v.number()),
  createdAt: v.number(),
});

/** How two reviewers of a queue answered the same questions; `count` times `a` met `b`. */
export const agreement = v.object({
  rubricId: v.string(),
  first: v.string(),
  firstName: v.optional(v.string()),
  second: v.string(),
  secondName: v.optional(v.string()),
  cells: v.array(
    v.object({ criterion: v.string(), a: v.string(), b: v.string(), count: v.number() }),
  ),
});

/** Reviews with a score of sessions that started on one UTC day, by rubric and model. */
export const scoreTrend = v.object({
  day: v.number(),
  rubricId: v.string(),
  provider: v.optional(v.string()),
  modelId: v.optional(v.string()),
  reviewCount: v.number(),
  meanScore: v.number(),
});

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

export function toRubric({ _id, _creationTime, ...fields }: Doc<"rubrics">) {
  return { id: _id, ...fields };
}
