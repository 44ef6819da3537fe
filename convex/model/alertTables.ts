/** Tables of alerts: rules' states, incidents with their history, silences and messages. */
import { defineTable } from "convex/server";
import { v } from "convex/values";
import {
  announcement,
  deliveryStatus,
  ending,
  historyKind,
  incidentStatus,
  observed,
  progress,
} from "./alertFields.ts";
import { moment, whole } from "./fields.ts";

export const alertStateRow = v.object({
  rule: v.string(),
  ...progress,
  value: v.optional(v.number()),
  threshold: v.number(),
  evaluatedAt: moment(),
  incidentId: v.optional(v.id("alertIncidents")),
  createdAt: moment(),
});

export const incidentRow = v.object({
  ...observed,
  status: incidentStatus,
  openedAt: moment(),
  acknowledgedAt: v.optional(moment()),
  acknowledgedBy: v.optional(v.string()),
  resolvedAt: v.optional(moment()),
  ending: v.optional(ending),
  worst: v.optional(v.number()),
  source: v.optional(v.string()),
  createdAt: moment(),
  /** What the channels were told last. */
  announced: v.union(v.literal("nothing"), v.literal("firing"), v.literal("resolved")),
});

/** What happened to an incident, and the notes under it. */
export const historyRow = v.object({
  incidentId: v.id("alertIncidents"),
  kind: historyKind,
  actorId: v.optional(v.string()),
  text: v.optional(v.string()),
  createdAt: moment(),
});

export const silenceRow = v.object({
  rule: v.string(),
  reason: v.string(),
  createdBy: v.string(),
  expiresAt: moment(),
  createdAt: moment(),
});

/** Messages to the channels, sent or still to be sent. `dueAt` also ends a sender's lease. */
export const deliveryRow = v.object({
  channel: v.string(),
  items: v.array(announcement),
  status: deliveryStatus,
  attempts: whole(),
  dueAt: moment(),
  holder: v.optional(v.string()),
  problem: v.optional(v.string()),
  sentAt: v.optional(moment()),
  createdAt: moment(),
});

export const alertTables = {
  /** Where each alert rule was at its last evaluation. */
  alertStates: defineTable(alertStateRow).index("by_rule", ["rule"]),

  alertIncidents: defineTable(incidentRow)
    .index("by_openedAt", ["openedAt"])
    .index("by_status_openedAt", ["status", "openedAt"])
    .index("by_rule_openedAt", ["rule", "openedAt"])
    .index("by_announced_status", ["announced", "status"]),

  alertHistory: defineTable(historyRow)
    .index("by_incident_createdAt", ["incidentId", "createdAt"])
    .index("by_createdAt", ["createdAt"]),

  alertSilences: defineTable(silenceRow).index("by_expiresAt", ["expiresAt"]),

  alertDeliveries: defineTable(deliveryRow)
    .index("by_channel_status", ["channel", "status"])
    .index("by_createdAt", ["createdAt"]),
};
