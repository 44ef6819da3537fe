/** What a health check asks. */
import { v } from "convex/values";
import { authedQuery } from "./model/functions.ts";

/** The deployment answers, and the caller's token is accepted. */
export const ping = authedQuery("system:ping", {
  args: {},
  returns: v.object({ now: v.number() }),
  handler: () => Promise.resolve({ now: Date.now() }),
});
