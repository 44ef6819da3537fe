/** Tables of alerts: rules' states, incidents with their history, silences and messages. */
import { defineTable } from "convex/server";
import { v } from "convex/values";
import { announcement, deliveryStatus, historyKind, incidentFields, progress } from "./alerts.ts";

export const alertTables = {
  /** Where each alert rule was at its last evaluation. */
  alertStates: defineTable({
    rule: v.string(),
    ...progress,
    value: v.optional(v.number()),
    threshold: v.number(),
    evaluatedAt: v.number(),
    incidentId: v.optional(v.id("alertIncidents")),
    createdAt: v.number(),
  }).index("by_rule", ["rule"]),

  alertIncidents: defineTable({
    ...incidentFields,
    /** What the channels were told last. */
    announced: v.union(v.literal("nothing"), v.literal("firing"), v.literal("resolved")),
  })
    .index("by_openedAt", ["openedAt"])
    .index("by_status_openedAt", ["status", "openedAt"])
    .index("by_rule_openedAt", ["rule", "openedAt"])
    .index("by_announced_status", ["announced", "status"]),

  /** What happened to an incident, and the notes under it. */
  alertHistory: defineTable({
    incidentId: v.id("alertIncidents"),
    kind: historyKind,
    actorId: v.optional(v.string()),
    text: v.optional(v.string()),
    createdAt: v.number(),
  })
    .index("by_incident_createdAt", ["incidentId", "createdAt"])
    .index("by_createdAt", ["createdAt"]),

  alertSilences: defineTable({
    rule: v.string(),
    reason: v.string(),
    createdBy: v.string(),
    expiresAt: v.number(),
    createdAt: v.number(),
  }).index("by_expiresAt", ["expiresAt"]),

  /** Messages to the channels, sent or still to be sent. `dueAt` also ends a sender's lease. */
  alertDeliveries: defineTable({
    channel: v.string(),
    items: v.array(announcement),
    status: deliveryStatus,
    attempts: v.number(),
    dueAt: v.number(),
    holder: v.optional(v.string()),
    problem: v.optional(v.string()),
    sentAt: v.optional(v.number()),
    createdAt: v.number(),
  })
    .index("by_channel_status", ["channel", "status"])
    .index("by_createdAt", ["createdAt"]),
};
