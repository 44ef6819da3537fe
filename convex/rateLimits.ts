/** Rate limits of the HTTP API, shared by its replicas. */
import { v } from "convex/values";
import { Checks } from "./model/checks.ts";
import { authedMutation } from "./model/functions.ts";
import { HOUR_MS } from "./model/limits.ts";
import { take as takeTokens } from "./model/rateLimit.ts";
import { named, whole } from "./model/fields.ts";

/**
 * Take `cost` (default 1) of the `limit` calls per `periodMs` that `key` has. `retryAfterMs` is 0
 * if they were taken.
 */
export const take = authedMutation("rateLimits:take", {
  // Taken twice, it costs its caller a little patience.
  answer: "once",
  args: {
    key: v.string(),
    limit: whole(),
    periodMs: v.number(),
    cost: v.optional(v.number()),
  },
  returns: named(
    "Taken",
    v.object({ allowed: v.boolean(), remaining: whole(), retryAfterMs: v.number() }),
  ),
  handler: async (ctx, { key, limit, periodMs, cost }) => {
    const checks = new Checks();
    checks.identifier("key", key);
    checks.integer("limit", limit, 1, 1_000_000);
    checks.integer("periodMs", periodMs, 1000, HOUR_MS);
    checks.integer("cost", cost, 1, limit);
    checks.done();
    return await takeTokens(ctx, `api:${key}`, { limit, periodMs }, cost);
  },
});
