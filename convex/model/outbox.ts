/** The outbox of notifications: changes of incidents become messages of each channel. */
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import type { Announcement } from "./alertFields.ts";
import type { Checks } from "./checks.ts";
import { CHANNELS, ITEMS_PER_MESSAGE } from "./limits.ts";

const CHANNEL = /^[a-z]{1,20}$/;

export function checkChannels(checks: Checks, channels: string[]): void {
  const areNames = channels.every((channel) => CHANNEL.test(channel));
  checks.that(areNames && channels.length <= CHANNELS, "channels", "must be a few plain names");
  checks.that(new Set(channels).size === channels.length, "channels", "must not repeat an entry");
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
