/** Whether Convex answers. */
import { v } from "convex/values";
import { authedQuery } from "./model/functions.ts";
import { moment, named } from "./model/fields.ts";

/** Return the time of Convex's clock: it answers, and the caller's token is accepted. */
export const ping = authedQuery("system:ping", {
  args: {},
  returns: named("Ping", v.object({ now: moment() })),
  handler: () => Promise.resolve({ now: Date.now() }),
});
