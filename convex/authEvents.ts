/** Recent decisions about sign-ins. */
import { v } from "convex/values";
import { eventListArgs, listEvents } from "./model/events.ts";
import { authedQuery } from "./model/functions.ts";
import { authEvent, page } from "./model/records.ts";
import { toRecord } from "./model/toRecord.ts";

/**
 * Return one page of sign-in events by time, newest first by default.
 *
 * `from` is inclusive, `to` exclusive. With `eventRequestId`, those of one request.
 */
export const list = authedQuery("authEvents:list", {
  args: {
    ...eventListArgs,
    reason: v.optional(v.string()),
    outcome: v.optional(v.string()),
    route: v.optional(v.string()),
  },
  returns: page(authEvent),
  handler: async (ctx, { reason, outcome, route, ...wanted }) => {
    const equals = { reason, outcome, route };
    const found = await listEvents(ctx, "authEvents", wanted, "reason", equals);
    return { ...found, items: found.items.map((event) => toRecord(authEvent, event)) };
  },
});
