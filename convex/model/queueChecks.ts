/** What the functions of review queues accept. */
import type { Doc } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { Checks } from "./checks.ts";
import type { Infer } from "convex/values";
import { refusal } from "./errors.ts";
import { DESCRIPTION_CHARS, OPEN_QUEUES, QUEUE_PRIORITY, REVIEW_LEASE_MS } from "./limits.ts";
import type { Sampling } from "./reviewFields.ts";
import type { refusedSession } from "./records.ts";
import { FACETS } from "./productTables.ts";
import { openQueues } from "./reviewQueues.ts";
import { sessionById } from "./sessions.ts";

/** Checks that each session is named once, and not too many are. */
export function checkedSessions(sessionIds: string[], max: number): Checks {
  const checks = new Checks();
  const isFew = sessionIds.length > 0 && sessionIds.length <= max;
  checks.that(isFew, "sessionIds", `must have 1 to ${max} entries`);
  const isOnce = new Set(sessionIds).size === sessionIds.length;
  checks.that(isOnce, "sessionIds", "must not repeat an entry");
  return checks;
}

type Changes = {
  name?: string;
  description?: string;
  filters?: Doc<"reviewQueues">["filters"];
  sampling?: Sampling;
  priority?: number;
  leaseMs?: number;
};

/**
 * Checks what a queue is made of; fields that are left out pass. A filter must be as its maker sees it,
 * so that nobody learns by the sessions that enter what is masked for them.
 */
export function checkedQueue(
  { name, description, filters, sampling, priority, leaseMs }: Changes,
  visible: (text: string) => string,
) {
  const checks = new Checks();
  checks.identifier("name", name);
  checks.text("description", description, DESCRIPTION_CHARS);
  checks.integer("priority", priority, QUEUE_PRIORITY.min, QUEUE_PRIORITY.max);
  checks.integer("leaseMs", leaseMs, REVIEW_LEASE_MS.min, REVIEW_LEASE_MS.max);
  if (sampling !== undefined) checkSampling(checks, sampling);
  const isEnded = filters?.status !== "active";
  checks.that(isEnded, "filters.status", "must be one of a session that has ended");
  checks.time("filters.from", filters?.from);
  checks.time("filters.to", filters?.to);
  for (const field of ["minDurationMs", "maxDurationMs", "minLatencyMs"] as const) {
    checks.duration(`filters.${field}`, filters?.[field]);
  }
  for (const field of ["clerkId", "label", "provider", "modelId", ...FACETS] as const) {
    const value = filters?.[field];
    checks.identifier(`filters.${field}`, value);
    const isVisible = value === undefined || visible(value) === value;
    checks.that(isVisible, `filters.${field}`, "must not be what masking hides");
  }
  return checks;
}

/** Each kind has its own figures, and no other. */
function checkSampling(checks: Checks, { kind, percent, quota, period }: Sampling): void {
  const isShare = kind === "percentage";
  checks.that((percent !== undefined) === isShare, "sampling.percent", "is for a percentage");
  checks.number("sampling.percent", percent, 0, 100);
  const isQuota = kind === "perUser";
  checks.that((quota !== undefined) === isQuota, "sampling.quota", "is for sessions per user");
  checks.integer("sampling.quota", quota, 1, 100);
  checks.that(isQuota || period === undefined, "sampling.period", "is for sessions per user");
}

/** @throws CONFLICT if a queue has this name. */
export async function refuseNameTaken(ctx: QueryCtx, name: string): Promise<void> {
  const other = await ctx.db
    .query("reviewQueues")
    .withIndex("by_name", (q) => q.eq("name", name))
    .first();
  if (other !== null) throw refusal("CONFLICT", "Another review queue has this name.");
}

/** @throws LIMIT_EXCEEDED if no more queues can be opened. */
export async function refuseTooMany(ctx: QueryCtx): Promise<void> {
  if ((await openQueues(ctx)).length >= OPEN_QUEUES) {
    throw refusal("LIMIT_EXCEEDED", `At most ${OPEN_QUEUES} review queues can be open.`);
  }
}

/**
 * The sessions with these ids that can be reviewed; the others are refused.
 *
 * @param partly - the others are returned with the reason instead.
 * @throws VALIDATION naming those that do not exist or are being erased.
 */
export async function namedSessions(ctx: QueryCtx, ids: string[], partly: boolean) {
  const message = "names no session that can be reviewed";
  const checks = new Checks();
  const sessions: Doc<"userSessions">[] = [];
  const refused: Infer<typeof refusedSession>[] = [];
  for (const [index, sessionId] of ids.entries()) {
    const session = await sessionById(ctx, sessionId);
    const user = session === null ? null : await ctx.db.get("users", session.userId);
    const isUsable = session !== null && user?.status !== "erasing";
    if (isUsable) sessions.push(session);
    else if (partly) refused.push({ sessionId, reason: `The id ${message}.` });
    else checks.that(false, `sessionIds[${index}]`, message);
  }
  checks.done();
  return { sessions, refused };
}
