/** Items of review queues as their lists show them. */
import type { Doc } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { Names } from "./names.ts";
import { reviewItem } from "./reviewRecords.ts";
import type { Slot } from "./reviewRecords.ts";
import { slotsOf } from "./reviewSlots.ts";
import { SessionReader } from "./sessions.ts";
import { toRecord } from "./toRecord.ts";

type ItemFilters = {
  state: "open" | "done" | undefined;
  dispute: "open" | "settled" | undefined;
};

/** The index that answers the filters, the dispute before the state. */
export function itemSource({ _id: queueId }: Doc<"reviewQueues">, { state, dispute }: ItemFilters) {
  if (dispute !== undefined) {
    return { index: "by_queue_dispute_createdAt" as const, equals: { queueId, dispute } };
  }
  if (state !== undefined) {
    return { index: "by_queue_state_createdAt" as const, equals: { queueId, state } };
  }
  return { index: "by_queue_createdAt" as const, equals: { queueId } };
}

/** Makes records of items and reads each name and user once. */
export class ItemShower {
  private readonly ctx: QueryCtx;
  private readonly names: Names;
  private readonly sessions: SessionReader;

  constructor(ctx: QueryCtx) {
    this.ctx = ctx;
    this.names = new Names(ctx);
    this.sessions = new SessionReader(ctx);
  }

  async shown(item: Doc<"reviewItems">) {
    const session = (await this.ctx.db.get("userSessions", item.sessionId))!;
    const slots = await slotsOf(this.ctx, item._id);
    return toRecord(reviewItem, item, {
      session: await this.sessions.record(session),
      priority: 0 - item.rank,
      slots: await Promise.all(slots.map((slot) => this.slot(slot))),
    });
  }

  /** `leaseUntil` tells whether a claim is live: one that is over ends without a write. */
  private async slot({ reviewerId, state, leaseUntil }: Doc<"reviewSlots">): Promise<Slot> {
    const who = await this.names.reviewer(reviewerId);
    return { ...who, state, ...(state === "claimed" ? { leaseUntil } : {}) };
  }
}
