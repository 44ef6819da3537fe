/** By what sessions can be listed. */
import { v } from "convex/values";
import type { ObjectType } from "convex/values";
import type { Doc } from "../_generated/dataModel.js";
import { moment } from "./fields.ts";
import { SLOW_TURN_MS } from "./limits.ts";
import type { Listing } from "./paging.ts";
import { FACETS, userSessionRow } from "./productTables.ts";

/** Filters that ask for one value of a field. */
const sameAs = userSessionRow
  .pick("status", "channel", "reviewStatus", "provider", "modelId", ...FACETS)
  .partial();
const SAME = Object.keys(sameAs.fields) as (keyof typeof sameAs.fields)[];

export const sessionFilters = {
  clerkId: v.optional(v.string()),
  from: v.optional(moment()),
  to: v.optional(moment()),
  ...sameAs.fields,
  label: v.optional(v.string()),
  hasAudio: v.optional(v.boolean()),
  slow: v.optional(v.boolean()),
  /** Length of the session, both inclusive, and the slowest full turn at least, milliseconds. */
  minDurationMs: v.optional(v.number()),
  maxDurationMs: v.optional(v.number()),
  minLatencyMs: v.optional(v.number()),
};
type Filters = ObjectType<typeof sessionFilters>;

/** The index that leaves the least to scan. */
export function indexFor(
  user: Doc<"users"> | null,
  wanted: Filters,
): Pick<Listing<"userSessions">, "index" | "equals"> {
  if (user !== null) return { index: "by_user_startedAt", equals: { userId: user._id } };
  const facet = FACETS.find((name) => wanted[name] !== undefined);
  if (facet !== undefined) {
    return { index: `by_${facet}_startedAt`, equals: { [facet]: wanted[facet] } };
  }
  const { reviewStatus } = wanted;
  if (reviewStatus !== undefined) {
    return { index: "by_reviewStatus_startedAt", equals: { reviewStatus } };
  }
  return { index: "by_startedAt", equals: {} };
}

/** Say whether a session is wanted, whatever the index already answered. */
export function matchesSession(session: Doc<"userSessions">, wanted: Filters): boolean {
  const isSlow = (session.worstLatencyMs ?? 0) > SLOW_TURN_MS;
  return (
    SAME.every((name) => wanted[name] === undefined || session[name] === wanted[name]) &&
    (wanted.label === undefined || session.labels.includes(wanted.label)) &&
    (wanted.hasAudio === undefined || session.audioCount > 0 === wanted.hasAudio) &&
    (wanted.slow === undefined || isSlow === wanted.slow) &&
    isWithin(session.durationMs, wanted.minDurationMs, wanted.maxDurationMs) &&
    isWithin(session.worstLatencyMs, wanted.minLatencyMs)
  );
}

/** Say whether a figure is within bounds; one that is not known is within none. */
function isWithin(value: number | undefined, min?: number, max?: number): boolean {
  if (min === undefined && max === undefined) return true;
  return value !== undefined && value >= (min ?? 0) && value <= (max ?? Infinity);
}
