/** Validators of alerts that tables, arguments and records share. */
import { v } from "convex/values";
import type { Infer } from "convex/values";
import { moment, named } from "./fields.ts";

export const severity = v.union(v.literal("critical"), v.literal("warning"));
export const unit = v.union(
  v.literal("burn"),
  v.literal("share"),
  v.literal("times"),
  v.literal("ms"),
  v.literal("count"),
);
export const phase = v.union(v.literal("ok"), v.literal("pending"), v.literal("firing"));
export const incidentStatus = v.union(
  v.literal("firing"),
  v.literal("acknowledged"),
  v.literal("resolved"),
);
export const ending = v.union(v.literal("recovered"), v.literal("no-data"));
export const historyKind = v.union(
  v.literal("opened"),
  v.literal("announced"),
  v.literal("acknowledged"),
  v.literal("note"),
  v.literal("resolved"),
);
export const deliveryStatus = v.union(v.literal("waiting"), v.literal("sent"), v.literal("failed"));

/** What a rule is and saw, as the worker that evaluated it says. */
export const observed = {
  rule: v.string(),
  title: v.string(),
  severity,
  unit,
  value: v.optional(v.number()),
  threshold: v.number(),
  /** Page that shows the failing requests, and its query parameters. */
  path: v.string(),
  params: v.record(v.string(), v.string()),
};

/** How far a rule is from firing or from being resolved. */
export const progress = {
  phase,
  badForMs: v.number(),
  goodForMs: v.optional(v.number()),
  blindForMs: v.number(),
};

/** One change of one incident, as a message tells it; `test` belongs to no incident. */
export const announcement = named(
  "Announcement",
  v.object({
    ...observed,
    change: v.union(v.literal("firing"), v.literal("resolved"), v.literal("test")),
    at: moment(),
    incidentId: v.optional(v.string()),
    openedAt: v.optional(moment()),
    /** How it ended: `no-data` is not a recovery. */
    ending: v.optional(ending),
  }),
);
export type Announcement = Infer<typeof announcement>;
