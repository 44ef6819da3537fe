/** Alerts: where each rule is, the incidents that come of it, and what is silenced. */
import { v } from "convex/values";
import { incidentStatus, observed } from "./model/alertFields.ts";
import {
  alertState,
  evaluated,
  evaluation,
  incident,
  incidentEntry,
  incidentRecord,
  openIncidentCounts,
  silence as silenceRecord,
} from "./model/alertRecords.ts";
import { recordAudit } from "./model/audit.ts";
import { Checks } from "./model/checks.ts";
import { refusal } from "./model/errors.ts";
import { moment, order } from "./model/fields.ts";
import { authedMutation, authedQuery } from "./model/functions.ts";
import {
  addHistory,
  announce,
  checkObserved,
  incidentById,
  openIncidents,
  requireIncident,
  settle,
  stateOf,
} from "./model/incidents.ts";
import {
  DAY_MS,
  EVALUATION_MS,
  INCIDENT_NOTES,
  NOTE_CHARS,
  OPEN_INCIDENTS,
  PAGE_ITEMS,
  RULES_PER_ROUND,
} from "./model/limits.ts";
import { checkChannels } from "./model/outbox.ts";
import { readPage } from "./model/paging.ts";
import { limitCaller } from "./model/rateLimit.ts";
import { created, noted, page, pageArgs } from "./model/records.ts";
import { silencesAt } from "./model/silences.ts";
import { toRecord } from "./model/toRecord.ts";

/** Return where every rule was at its last evaluation. */
export const states = authedQuery("alerts:states", {
  args: {},
  returns: v.array(alertState),
  handler: async (ctx) => {
    const rows = await ctx.db.query("alertStates").withIndex("by_rule").take(OPEN_INCIDENTS);
    return rows.map((row) => toRecord(alertState, row));
  },
});

/**
 * Store one round of evaluations: incidents open and end.
 *
 * Each change is queued for the channels in the same transaction. A round that goes on from states
 * which another worker has advanced meanwhile changes nothing and answers `applied: false`; so of
 * two workers that both believe to hold the lease, one evaluates.
 *
 * An incident is announced when it fires, unless it is silenced or acknowledged; if it still fires
 * when its silence ends, then. Its end is announced if its beginning was.
 */
export const evaluate = authedMutation("alerts:evaluate", {
  args: { at: moment(), channels: v.array(v.string()), results: v.array(evaluation) },
  returns: evaluated,
  handler: async (ctx, { at, channels, results }) => {
    const checks = new Checks();
    const isNow = Math.abs(Date.now() - at) <= EVALUATION_MS;
    checks.that(isNow, "at", "must be within five minutes of now");
    checkChannels(checks, channels);
    checks.that(results.length <= RULES_PER_ROUND, "results", `must be at most ${RULES_PER_ROUND}`);
    const names = new Set(results.map(({ rule }) => rule));
    checks.that(names.size === results.length, "results", "must not repeat a rule");
    results.forEach((item, index) => checkObserved(checks, `results[${index}].`, item));
    checks.done();
    const known = await Promise.all(results.map(({ rule }) => stateOf(ctx, rule)));
    const isStale = results.some(({ after }, index) => {
      return (known[index]?.evaluatedAt ?? null) !== after;
    });
    if (isStale) return { applied: false, opened: 0, resolved: 0, announced: 0 };
    const counts = { opened: 0, resolved: 0 };
    for (const [index, item] of results.entries()) {
      await settle(ctx, known[index] ?? null, item, at, counts);
    }
    return { applied: true, ...counts, announced: await announce(ctx, channels, at) };
  },
});

/**
 * Record an incident that is over; it is never announced.
 *
 * It is one that nobody could store while it lasted, or one of demo data. If an incident of the
 * same rule and source overlaps it (another replica's record of the same outage), that one is
 * stretched over both.
 */
export const record = authedMutation("alerts:record", {
  args: {
    ...observed,
    openedAt: moment(),
    resolvedAt: moment(),
    note: v.optional(v.string()),
    source: v.optional(v.string()),
  },
  returns: created,
  handler: async (ctx, { note, openedAt, resolvedAt, source, ...about }) => {
    const checks = new Checks();
    checkObserved(checks, "", about);
    checks.time("openedAt", openedAt);
    checks.time("resolvedAt", resolvedAt);
    checks.that(openedAt <= resolvedAt, "resolvedAt", "must not be before openedAt");
    checks.text("note", note, NOTE_CHARS);
    checks.identifier("source", source);
    checks.done();
    const before = await ctx.db
      .query("alertIncidents")
      .withIndex("by_rule_openedAt", (q) => q.eq("rule", about.rule).lte("openedAt", resolvedAt))
      .order("desc")
      .first();
    const isSame = before?.source === source && (before?.resolvedAt ?? 0) >= openedAt;
    if (before !== null && isSame) {
      await ctx.db.patch("alertIncidents", before._id, {
        openedAt: Math.min(before.openedAt, openedAt),
        resolvedAt: Math.max(before.resolvedAt!, resolvedAt),
        worst: Math.max(before.worst ?? 0, about.value ?? 0),
      });
      if (note !== undefined) await addHistory(ctx, before._id, "note", resolvedAt, { text: note });
      return { id: before._id, created: false };
    }
    const id = await ctx.db.insert("alertIncidents", {
      ...about,
      ...(about.value === undefined ? {} : { worst: about.value }),
      ...(source === undefined ? {} : { source }),
      status: "resolved",
      ending: "recovered",
      announced: "nothing",
      openedAt,
      resolvedAt,
      createdAt: Date.now(),
    });
    await addHistory(ctx, id, "opened", openedAt);
    if (note !== undefined) await addHistory(ctx, id, "note", resolvedAt, { text: note });
    await addHistory(ctx, id, "resolved", resolvedAt, { text: "recovered" });
    return { id, created: true };
  },
});

/** Return one page of incidents by beginning, newest first by default. */
export const list = authedQuery("alerts:list", {
  args: {
    ...pageArgs,
    status: v.optional(incidentStatus),
    rule: v.optional(v.string()),
    from: v.optional(moment()),
    to: v.optional(moment()),
    order: v.optional(order),
  },
  returns: page(incident),
  handler: async (ctx, { cursor, limit, status, rule, from, to, order }) => {
    const source =
      rule === undefined
        ? status === undefined
          ? { index: "by_openedAt" as const, equals: {} }
          : { index: "by_status_openedAt" as const, equals: { status } }
        : { index: "by_rule_openedAt" as const, equals: { rule } };
    const found = await readPage(
      ctx,
      {
        table: "alertIncidents",
        ...source,
        sortField: "openedAt",
        from,
        to,
        order: order ?? "desc",
        cursor,
        limit,
        filters: { status, rule },
      },
      (row) => status === undefined || row.status === status,
    );
    return {
      items: found.items.map((row) => toRecord(incident, row)),
      nextCursor: found.nextCursor,
    };
  },
});

/** Return how many incidents are open, for the menu. */
export const summary = authedQuery("alerts:summary", {
  args: {},
  returns: openIncidentCounts,
  handler: async (ctx) => {
    const open = await openIncidents(ctx);
    const firingCount = open.filter(({ status }) => status === "firing").length;
    return { firingCount, acknowledgedCount: open.length - firingCount };
  },
});

/** Return one incident with its history, oldest first, or null. */
export const get = authedQuery("alerts:get", {
  args: { id: v.string() },
  returns: v.union(incidentRecord, v.null()),
  handler: async (ctx, { id }) => {
    const row = await incidentById(ctx, id);
    if (row === null) return null;
    const history = await ctx.db
      .query("alertHistory")
      .withIndex("by_incident_createdAt", (q) => q.eq("incidentId", row._id))
      .take(INCIDENT_NOTES + PAGE_ITEMS);
    return {
      incident: toRecord(incident, row),
      history: history.map((entry) => toRecord(incidentEntry, entry)),
    };
  },
});

/**
 * Say that somebody looks after an incident: it is not announced any more. A repeat changes
 * nothing.
 *
 * @throws NOT_FOUND; CONFLICT if the incident is over.
 */
export const acknowledge = authedMutation("alerts:acknowledge", {
  args: { id: v.string() },
  returns: incident,
  handler: async (ctx, { id }) => {
    const row = await requireIncident(ctx, id);
    if (row.status === "resolved") throw refusal("CONFLICT", "The incident is over.");
    if (row.status === "acknowledged") return toRecord(incident, row);
    const now = Date.now();
    const change = {
      status: "acknowledged" as const,
      acknowledgedAt: now,
      acknowledgedBy: ctx.caller.subject,
    };
    await ctx.db.patch("alertIncidents", row._id, change);
    await addHistory(ctx, row._id, "acknowledged", now, { actorId: ctx.caller.subject });
    await recordAudit(ctx, {
      action: "alert.acknowledge",
      subjectType: "alert",
      subjectId: row._id,
    });
    return toRecord(incident, { ...row, ...change });
  },
});

/**
 * Write a note under an incident.
 *
 * @throws NOT_FOUND; LIMIT_EXCEEDED after 500 notes.
 */
export const note = authedMutation("alerts:note", {
  args: { id: v.string(), text: v.string() },
  returns: noted,
  handler: async (ctx, { id, text }) => {
    const checks = new Checks();
    checks.text("text", text.trim(), NOTE_CHARS);
    checks.done();
    const row = await requireIncident(ctx, id);
    await limitCaller(ctx, "alerts.note");
    const known = await ctx.db
      .query("alertHistory")
      .withIndex("by_incident_createdAt", (q) => q.eq("incidentId", row._id))
      .take(INCIDENT_NOTES);
    if (known.length === INCIDENT_NOTES)
      throw refusal("LIMIT_EXCEEDED", "The incident has too many notes.");
    const more = { actorId: ctx.caller.subject, text: text.trim() };
    return { id: await addHistory(ctx, row._id, "note", Date.now(), more) };
  },
});

/**
 * Keep a rule (`*`: all of them) from being announced for a while, at most seven days. What fires
 * meanwhile is shown, and announced afterwards if it still fires.
 */
export const silence = authedMutation("alerts:silence", {
  args: { rule: v.string(), durationMs: v.number(), reason: v.string() },
  returns: silenceRecord,
  handler: async (ctx, { rule, durationMs, reason }) => {
    const checks = new Checks();
    checks.identifier("rule", rule, 100);
    checks.number("durationMs", durationMs, 60_000, 7 * DAY_MS);
    checks.text("reason", reason.trim(), NOTE_CHARS);
    checks.done();
    await limitCaller(ctx, "alerts.silence");
    const now = Date.now();
    const active = await silencesAt(ctx, now);
    if (active.length === PAGE_ITEMS) throw refusal("LIMIT_EXCEEDED", "Too many silences.");
    const createdBy = ctx.caller.subject;
    const row = { rule, reason: reason.trim(), createdBy, expiresAt: now + durationMs };
    const id = await ctx.db.insert("alertSilences", { ...row, createdAt: now });
    await recordAudit(ctx, { action: "alert.silence", subjectType: "alertRule", subjectId: rule });
    return { id, ...row, createdAt: now };
  },
});

/** End a silence now; one that is over stays over. */
export const endSilence = authedMutation("alerts:endSilence", {
  args: { id: v.string() },
  returns: v.null(),
  handler: async (ctx, { id }) => {
    const known = ctx.db.normalizeId("alertSilences", id);
    const row = known === null ? null : await ctx.db.get("alertSilences", known);
    if (row === null) throw refusal("NOT_FOUND", "There is no such silence.");
    const now = Date.now();
    if (row.expiresAt <= now) return null;
    await ctx.db.patch("alertSilences", row._id, { expiresAt: now });
    await recordAudit(ctx, {
      action: "alert.unsilence",
      subjectType: "alertRule",
      subjectId: row.rule,
    });
    return null;
  },
});

/** Return the silences that have not run out, the next to do so first. */
export const silences = authedQuery("alerts:silences", {
  args: {},
  returns: v.array(silenceRecord),
  handler: async (ctx) => {
    const rows = await silencesAt(ctx, Date.now());
    return rows.map((row) => toRecord(silenceRecord, row));
  },
});
