/** Rules of alerts that several functions share: incidents, silences, the outbox. */
import { v } from "convex/values";
import type { Infer } from "convex/values";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import type { Checks } from "./checks.ts";
import { PAGE_ITEMS } from "./limits.ts";
import { hasAtMost } from "./texts.ts";

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

/** An incident as it is stored and told. */
export const incidentFields = {
  ...observed,
  status: incidentStatus,
  openedAt: v.number(),
  acknowledgedAt: v.optional(v.number()),
  acknowledgedBy: v.optional(v.string()),
  resolvedAt: v.optional(v.number()),
  ending: v.optional(ending),
  worst: v.optional(v.number()),
  source: v.optional(v.string()),
  createdAt: v.number(),
};

/** How far a rule is from firing or from being resolved. */
export const progress = {
  phase,
  badForMs: v.number(),
  goodForMs: v.optional(v.number()),
  blindForMs: v.number(),
};

/** One change of one incident, as a message tells it; `test` belongs to no incident. */
export const announcement = v.object({
  ...observed,
  change: v.union(v.literal("firing"), v.literal("resolved"), v.literal("test")),
  at: v.number(),
  incidentId: v.optional(v.string()),
  openedAt: v.optional(v.number()),
  /** How it ended: `no-data` is not a recovery. */
  ending: v.optional(ending),
});
export type Announcement = Infer<typeof announcement>;

/** Rules that one evaluation may report. */
export const RULES_PER_ROUND = 50;
/** Incidents that may be open at once: at most one per rule, so this is never reached. */
export const OPEN_INCIDENTS = 100;
const ITEMS_PER_MESSAGE = 50;
const CHANNEL = /^[a-z]{1,20}$/;
const CHANNELS = 5;

/** Check a rule and what it saw. */
export function checkObserved(
  checks: Checks,
  path: string,
  item: Omit<Infer<typeof announcement>, "change" | "at">,
): void {
  checks.identifier(`${path}rule`, item.rule);
  checks.text(`${path}title`, item.title, 200);
  checks.number(`${path}value`, item.value, -Number.MAX_VALUE, Number.MAX_VALUE);
  checks.number(`${path}threshold`, item.threshold, -Number.MAX_VALUE, Number.MAX_VALUE);
  // Shown as a link: only ever to a page of the dashboard.
  checks.that(/^\/[a-z-]{0,40}$/.test(item.path), `${path}path`, "must be a page");
  const params = Object.entries(item.params);
  const areShort = params.every(([name, value]) => hasAtMost(name, 40) && hasAtMost(value, 100));
  checks.that(params.length <= 8 && areShort, `${path}params`, "must be few and short");
}

export function checkChannels(checks: Checks, channels: string[]): void {
  const areNames = channels.every((channel) => CHANNEL.test(channel));
  checks.that(areNames && channels.length <= CHANNELS, "channels", "must be a few plain names");
  checks.that(new Set(channels).size === channels.length, "channels", "must not repeat an entry");
}

/** Incidents that are not resolved, newest first. */
export async function openIncidents(ctx: QueryCtx): Promise<Doc<"alertIncidents">[]> {
  const found = await Promise.all(
    (["firing", "acknowledged"] as const).map((status) =>
      ctx.db
        .query("alertIncidents")
        .withIndex("by_status_openedAt", (q) => q.eq("status", status))
        .order("desc")
        .take(OPEN_INCIDENTS),
    ),
  );
  return found.flat();
}

/** Silences that have not run out at `now`. */
export async function silencesAt(ctx: QueryCtx, now: number): Promise<Doc<"alertSilences">[]> {
  return await ctx.db
    .query("alertSilences")
    .withIndex("by_expiresAt", (q) => q.gt("expiresAt", now))
    .take(PAGE_ITEMS);
}

export async function addHistory(
  ctx: MutationCtx,
  incidentId: Id<"alertIncidents">,
  kind: Infer<typeof historyKind>,
  createdAt: number,
  more: { actorId?: string; text?: string } = {},
): Promise<Id<"alertHistory">> {
  return await ctx.db.insert("alertHistory", { incidentId, kind, createdAt, ...more });
}

/**
 * Queue changes for each channel, as one message. They join the message that waits there (for an
 * earlier one, or for the channel's rate), unless it was tried already: a message never changes
 * once a receiver may have seen it.
 */
export async function enqueue(
  ctx: MutationCtx,
  channels: string[],
  items: Announcement[],
): Promise<void> {
  if (items.length === 0) return;
  const now = Date.now();
  for (const channel of channels) {
    const last = await ctx.db
      .query("alertDeliveries")
      .withIndex("by_channel_status", (q) => q.eq("channel", channel).eq("status", "waiting"))
      .order("desc")
      .first();
    if (last?.attempts === 0 && last.items.length + items.length <= ITEMS_PER_MESSAGE) {
      await ctx.db.patch("alertDeliveries", last._id, { items: [...last.items, ...items] });
      continue;
    }
    await ctx.db.insert("alertDeliveries", {
      channel,
      items,
      status: "waiting",
      attempts: 0,
      dueAt: now,
      createdAt: now,
    });
  }
}

/** Describe a change of an incident. */
export function announcementOf(
  incident: Doc<"alertIncidents">,
  change: "firing" | "resolved",
  at: number,
): Announcement {
  const { rule, title, severity, unit, value, threshold, path, params, openedAt } = incident;
  return {
    ...{ rule, title, severity, unit, threshold, path, params, openedAt, change, at },
    ...(value === undefined ? {} : { value }),
    ...(change === "firing" || incident.ending === undefined ? {} : { ending: incident.ending }),
    incidentId: incident._id,
  };
}
