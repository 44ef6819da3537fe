/** Recent slow and failed operations on the bucket, one by one. */
import { v } from "convex/values";
import { order, storageOutcome } from "./model/fields.ts";
import { authedQuery } from "./model/functions.ts";
import { readPage } from "./model/paging.ts";
import { page, pageArgs, storageEvent } from "./model/records.ts";

/** Storage events by time, newest first by default; `from` inclusive, `to` exclusive. */
export const list = authedQuery("storageEvents:list", {
  args: {
    ...pageArgs,
    from: v.optional(v.number()),
    to: v.optional(v.number()),
    operation: v.optional(v.string()),
    outcome: v.optional(storageOutcome),
    order: v.optional(order),
  },
  returns: page(storageEvent),
  handler: async (ctx, { cursor, limit, from, to, operation, outcome, order }) => {
    const source =
      outcome === undefined
        ? { index: "by_at" as const, equals: {} }
        : { index: "by_outcome_at" as const, equals: { outcome } };
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
        filters: { operation },
      },
      (event) => operation === undefined || event.operation === operation,
    );
    const items = found.items.map(({ _id, _creationTime, ...fields }) => ({ id: _id, ...fields }));
    return { items, nextCursor: found.nextCursor };
  },
});
