/** Recent slow and failed operations on the bucket. */
import { v } from "convex/values";
import { eventListArgs, listEvents } from "./model/events.ts";
import { moment, storageOutcome } from "./model/fields.ts";
import { authedQuery } from "./model/functions.ts";
import { readPage } from "./model/paging.ts";
import { page, pageArgs, storageEvent } from "./model/records.ts";
import { toRecord } from "./model/toRecord.ts";

/**
 * Return one page of storage operations by time, newest first by default.
 *
 * `from` is inclusive, `to` exclusive. With `eventRequestId`, those of one request.
 */
export const list = authedQuery("storageEvents:list", {
  args: {
    ...eventListArgs,
    operation: v.optional(v.string()),
    outcome: v.optional(storageOutcome),
  },
  returns: page(storageEvent),
  handler: async (ctx, { operation, outcome, ...wanted }) => {
    const equals = { operation, outcome };
    const found = await listEvents(ctx, "storageEvents", wanted, "outcome", equals);
    return { ...found, items: found.items.map((event) => toRecord(storageEvent, event)) };
  },
});

/**
 * Return one page of storage operations by duration, slowest first.
 *
 * `from` is inclusive, `to` exclusive.
 */
export const slowest = authedQuery("storageEvents:slowest", {
  args: { ...pageArgs, from: moment(), to: moment(), operation: v.optional(v.string()) },
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
    return { ...found, items: found.items.map((event) => toRecord(storageEvent, event)) };
  },
});
