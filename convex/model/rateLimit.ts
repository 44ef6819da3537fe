/** Token buckets, shared by all callers of the deployment. */
import type { MutationCtx } from "../_generated/server.js";
import { refusal } from "./errors.ts";
import type { Caller } from "./identity.ts";
import { HOUR_MS } from "./limits.ts";
import { SERVICE_ROLES } from "./permissions.ts";

/** `limit` calls per `periodMs` on average, and at most `limit` at once. */
export type Rate = { limit: number; periodMs: number };
type Taken = { allowed: boolean; remaining: number; retryAfterMs: number };

/**
 * What one team member may have recorded in the audit log, revealed, or kept (KiB). Machines are
 * limited by the HTTP API, which takes many calls at once from their buckets: they call from many
 * processes, and a row that each call wrote would make the calls conflict.
 */
const MEMBER_RATE: Rate = { limit: 300, periodMs: 60_000 };

/** Take `cost` tokens from the bucket `key`, or say when there will be enough. */
export async function take(
  ctx: MutationCtx,
  key: string,
  { limit, periodMs }: Rate,
  cost = 1,
): Promise<Taken> {
  const now = Date.now();
  const row = await ctx.db
    .query("rateLimits")
    .withIndex("by_key", (q) => q.eq("key", key))
    .unique();
  const refilled = row === null ? limit : row.tokens + ((now - row.refilledAt) * limit) / periodMs;
  const available = Math.min(limit, refilled);
  if (available < cost) {
    const retryAfterMs = Math.ceil(((cost - available) * periodMs) / limit);
    // Nothing is written: refusals must stay cheap.
    return { allowed: false, remaining: Math.floor(available), retryAfterMs };
  }
  const tokens = available - cost;
  const state = {
    key,
    tokens,
    refilledAt: now,
    fullAt: now + ((limit - tokens) * periodMs) / limit,
  };
  if (row === null) await ctx.db.insert("rateLimits", state);
  else await ctx.db.patch("rateLimits", row._id, state);
  return { allowed: true, remaining: Math.floor(tokens), retryAfterMs: 0 };
}

/** @throws RATE_LIMITED if a team member did this too often in the last minute. */
export async function limitCaller(ctx: MutationCtx & { caller: Caller }, what: string) {
  await limitMember(ctx, ctx.caller, what, 1);
}

/** Bytes that are kept are counted in these. */
const KEPT_UNIT = 1024;

/**
 * Limit what is kept of the keyed calls of one team member.
 *
 * @throws RATE_LIMITED if it was too much in the last minute.
 */
export async function limitKept(ctx: MutationCtx, caller: Caller, bytes: number): Promise<void> {
  await limitMember(ctx, caller, "keyed", Math.max(1, Math.ceil(bytes / KEPT_UNIT)));
}

/** What one team member may add to what is stored, KiB. */
const GROWTH_RATE: Rate = { limit: 16 * 1024, periodMs: 3 * HOUR_MS };

/**
 * Limit what one team member adds to what is stored: a row, and these bytes.
 *
 * @throws RATE_LIMITED if it was too much in the last hours.
 */
export async function limitGrowth(ctx: MutationCtx, caller: Caller, bytes: number): Promise<void> {
  await limitMember(ctx, caller, "growth", 1 + Math.ceil(bytes / KEPT_UNIT), GROWTH_RATE);
}

async function limitMember(
  ctx: MutationCtx,
  caller: Caller,
  what: string,
  cost: number,
  rate = MEMBER_RATE,
) {
  if (SERVICE_ROLES.includes(caller.role)) return;
  const taken = await take(ctx, `${what}:${caller.tokenIdentifier}`, rate, cost);
  if (!taken.allowed) throw refusal("RATE_LIMITED", "Too many calls in a short time.");
}
