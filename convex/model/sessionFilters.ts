/** By what sessions can be listed. */
import { v } from "convex/values";
import type { ObjectType } from "convex/values";
import type { Doc } from "../_generated/dataModel.js";
import { channel, moment, reviewStatus, sessionStatus } from "./fields.ts";
import { SLOW_TURN_MS } from "./limits.ts";
import type { Listing } from "./paging.ts";

export const sessionFilters = {
  clerkId: v.optional(v.string()),
  from: v.optional(moment()),
  to: v.optional(moment()),
  status: v.optional(sessionStatus),
  channel: v.optional(channel),
  reviewStatus: v.optional(reviewStatus),
  label: v.optional(v.string()),
  hasAudio: v.optional(v.boolean()),
  provider: v.optional(v.string()),
  modelId: v.optional(v.string()),
  slow: v.optional(v.boolean()),
};
type Filters = ObjectType<typeof sessionFilters>;

/** The index that leaves the least to scan. */
export function indexFor(
  user: Doc<"users"> | null,
  { reviewStatus }: Filters,
): Pick<Listing<"userSessions">, "index" | "equals"> {
  if (user !== null) return { index: "by_user_startedAt", equals: { userId: user._id } };
  if (reviewStatus !== undefined) {
    return { index: "by_reviewStatus_startedAt", equals: { reviewStatus } };
  }
  return { index: "by_startedAt", equals: {} };
}

/** Say whether a session is wanted, whatever the index already answered. */
export function matchesSession(session: Doc<"userSessions">, wanted: Filters): boolean {
  const isSlow = (session.worstLatencyMs ?? 0) > SLOW_TURN_MS;
  return (
    (wanted.status === undefined || session.status === wanted.status) &&
    (wanted.channel === undefined || session.channel === wanted.channel) &&
    (wanted.reviewStatus === undefined || session.reviewStatus === wanted.reviewStatus) &&
    (wanted.label === undefined || session.labels.includes(wanted.label)) &&
    (wanted.hasAudio === undefined || session.audioCount > 0 === wanted.hasAudio) &&
    (wanted.provider === undefined || session.provider === wanted.provider) &&
    (wanted.modelId === undefined || session.modelId === wanted.modelId) &&
    (wanted.slow === undefined || isSlow === wanted.slow)
  );
}
