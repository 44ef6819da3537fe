/** Recent decisions of the gate, one by one. */
import { v } from "convex/values";
import { order } from "./model/fields.ts";
import { authedQuery } from "./model/functions.ts";
import { readPage } from "./model/paging.ts";
import { authEvent, page, pageArgs } from "./model/records.ts";

/**
 * Auth events by time, newest first by default; `from` inclusive, `to` exclusive. With
 * `eventRequestId`, those of one request.
 */
export const list = authedQuery("authEvents:list", {
  args: {
    ...pageArgs,
    from: v.optional(v.number()),
    to: v.optional(v.number()),
    reason: v.optional(v.string()),
    outcome: v.optional(v.string()),
    route: v.optional(v.string()),
    eventRequestId: v.optional(v.string()),
    order: v.optional(order),
  },
  returns: page(authEvent),
  handler: async (ctx, args) => {
    const { cursor, limit, from, to, reason, outcome, route, eventRequestId, order } = args;
    const source = sourceOf(reason, eventRequestId);
    const found = await readPage(
      ctx,
      {
        table: "authEvents",
        ...source,
        sortField: "at",
        from,
        to,
        order: order ?? "desc",
        cursor,
        limit,
        filters: { reason, outcome, route },
      },
      (event) =>
        (reason === undefined || event.reason === reason) &&
        (outcome === undefined || event.outcome === outcome) &&
        (route === undefined || event.route === route),
    );
    const items = found.items.map(({ _id, _creationTime, ...fields }) => ({ id: _id, ...fields }));
    return { items, nextCursor: found.nextCursor };
  },
});

function sourceOf(reason: string | undefined, requestId: string | undefined) {
  if (requestId !== undefined) return { index: "by_requestId" as const, equals: { requestId } };
  if (reason !== undefined) return { index: "by_reason_at" as const, equals: { reason } };
  return { index: "by_at" as const, equals: {} };
}
