/** Recent slow and failed operations on the bucket, one by one. */
import { v } from "convex/values";
import { order, storageOutcome } from "./model/fields.ts";
import { authedQuery } from "./model/functions.ts";
import { readPage } from "./model/paging.ts";
import { page, pageArgs, storageEvent } from "./model/records.ts";

/**
 * Storage events by time, newest first by default; `from` inclusive, `to` exclusive. With
 * `eventRequestId`, those of one request.
 */
export const list = authedQuery("storageEvents:list", {
  args: {
    ...pageArgs,
    from: v.optional(v.number()),
    to: v.optional(v.number()),
    operation: v.optional(v.string()),
    outcome: v.optional(storageOutcome),
    eventRequestId: v.optional(v.string()),
    order: v.optional(order),
  },
  returns: page(storageEvent),
  handler: async (ctx, { cursor, limit, from, to, operation, outcome, eventRequestId, order }) => {
    const source = sourceOf(outcome, eventRequestId);
    const found = await readPage(
      ctx,
      {
        table: "storageEvents",
        ...source,
        sortField: "at",
        from,
        to,
        order: order ?? "desc",
        cursor,
        limit,
        filters: { operation, outcome },
      },
      (event) =>
        (operation === undefined || event.operation === operation) &&
        (outcome === undefined || event.outcome === outcome),
    );
    const items = found.items.map(({ _id, _creationTime, ...fields }) => ({ id: _id, ...fields }));
    return { items, nextCursor: found.nextCursor };
  },
});

/** Storage events by duration, slowest first; `from` inclusive, `to` exclusive. */
export const slowest = authedQuery("storageEvents:slowest", {
  args: { ...pageArgs, from: v.number(), to: v.number(), operation: v.optional(v.string()) },
  returns: page(storageEvent),
  handler: async (ctx, { cursor, limit, from, to, operation }) => {
    const found = await readPage(
      ctx,
      {
        table: "storageEvents",
        index: "by_durationMs",
        equals: {},
        sortField: "durationMs",
        order: "desc",
        cursor,
        limit,
        filters: { operation, start: from, end: to },
      },
      (event) =>
        event.at >= from &&
        event.at < to &&
        (operation === undefined || event.operation === operation),
    );
    const items = found.items.map(({ _id, _creationTime, ...fields }) => ({ id: _id, ...fields }));
    return { items, nextCursor: found.nextCursor };
  },
});

type Outcome = typeof storageOutcome.type;

function sourceOf(outcome: Outcome | undefined, requestId: string | undefined) {
  if (requestId !== undefined) return { index: "by_requestId" as const, equals: { requestId } };
  if (outcome !== undefined) return { index: "by_outcome_at" as const, equals: { outcome } };
  return { index: "by_at" as const, equals: {} };
}
