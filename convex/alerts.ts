/** Alerts: where each rule is, and the incidents that come of it. */
import { v } from "convex/values";
import type { Infer } from "convex/values";
import type { Doc, Id } from "./_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "./_generated/server.js";
import {
  OPEN_INCIDENTS,
  RULES_PER_ROUND,
  addHistory,
  announcementOf,
  checkChannels,
  checkObserved,
  ending,
  enqueue,
  historyKind,
  incidentFields,
  incidentStatus,
  observed,
  openIncidents,
  progress,
  silencesAt,
} from "./model/alerts.ts";
import { recordAudit } from "./model/audit.ts";
import { Checks } from "./model/checks.ts";
import { refusal } from "./model/errors.ts";
import { order } from "./model/fields.ts";
import { authedMutation, authedQuery } from "./model/functions.ts";
import { DAY_MS, PAGE_ITEMS } from "./model/limits.ts";
import { readPage } from "./model/paging.ts";
import { limitCaller } from "./model/rateLimit.ts";
import { page, pageArgs } from "./model/records.ts";

const NOTE_CHARS = 2000;
const NOTES = 500;
/** How long an evaluation may have taken, and how wrong the clock of its worker may be. */
const EVALUATION_MS = 5 * 60_000;

const ruleState = v.object({
  rule: v.string(),
  ...progress,
  value: v.optional(v.number()),
  threshold: v.number(),
  evaluatedAt: v.number(),
  incidentId: v.optional(v.string()),
});

const incident = v.object({
  id: v.string(),
  ...incidentFields,
});

const entry = v.object({
  id: v.string(),
  kind: historyKind,
  actorId: v.optional(v.string()),
  text: v.optional(v.string()),
  createdAt: v.number(),
});

/** Where every rule was at its last evaluation. */
export const states = authedQuery("alerts:states", {
  args: {},
  returns: v.array(ruleState),
  handler: async (ctx) => {
    const rows = await ctx.db.query("alertStates").withIndex("by_rule").take(OPEN_INCIDENTS);
    return rows.map(({ _id, _creationTime, createdAt, ...fields }) => fields);
  },
});

const result = v.object({
  ...observed,
  ...progress,
  /** `evaluatedAt` of the state that this result goes on from; null for a rule's first. */
  after: v.union(v.number(), v.null()),
  change: v.optional(v.union(v.literal("firing"), ending)),
});
type Result = Infer<typeof result>;

/**
 * Store one round of evaluations and what came of it: incidents open and end, and each change is
 * queued for the channels, in one transaction. A round that goes on from states which another
 * worker has advanced meanwhile changes nothing and answers `applied: false`; so of two workers
 * that both believe to hold the lease, one evaluates.
 *
 * An incident is announced when it fires, unless it is silenced or acknowledged; if it still fires
 * when its silence ends, then. Its end is announced if its beginning was.
 */
export const evaluate = authedMutation("alerts:evaluate", {
  args: { at: v.number(), channels: v.array(v.string()), results: v.array(result) },
  returns: v.object({
    applied: v.boolean(),
    opened: v.number(),
    resolved: v.number(),
    announced: v.number(),
  }),
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

async function settle(
  ctx: MutationCtx,
  state: Doc<"alertStates"> | null,
  item: Result,
  at: number,
  counts: { opened: number; resolved: number },
): Promise<void> {
  const { after, change, rule, title, severity, unit, path, params, ...seen } = item;
  let incidentId = state?.incidentId;
  if (change === "firing" && incidentId === undefined) {
    const about = { rule, title, severity, unit, path, params, threshold: seen.threshold };
    incidentId = await open(ctx, about, seen.value, at);
    counts.opened += 1;
  } else if (incidentId !== undefined && change !== undefined && change !== "firing") {
    await end(ctx, incidentId, change, at);
    incidentId = undefined;
    counts.resolved += 1;
  } else if (incidentId !== undefined) {
    await follow(ctx, incidentId, seen);
  }
  const row = {
    rule,
    ...seen,
    evaluatedAt: at,
    ...(incidentId === undefined ? {} : { incidentId }),
  };
  if (state === null) await ctx.db.insert("alertStates", { ...row, createdAt: at });
  else await ctx.db.replace("alertStates", state._id, { ...row, createdAt: state.createdAt });
}

async function open(
  ctx: MutationCtx,
  about: Pick<
    Doc<"alertIncidents">,
    "rule" | "title" | "severity" | "unit" | "path" | "params" | "threshold"
  >,
  value: number | undefined,
  at: number,
): Promise<Id<"alertIncidents">> {
  const id = await ctx.db.insert("alertIncidents", {
    ...about,
    ...(value === undefined ? {} : { value, worst: value }),
    status: "firing",
    announced: "nothing",
    openedAt: at,
    createdAt: Date.now(),
  });
  await addHistory(ctx, id, "opened", at);
  return id;
}

async function end(
  ctx: MutationCtx,
  id: Id<"alertIncidents">,
  ending: "recovered" | "no-data",
  at: number,
): Promise<void> {
  await ctx.db.patch("alertIncidents", id, { status: "resolved", ending, resolvedAt: at });
  await addHistory(ctx, id, "resolved", at, { text: ending });
}

/** Keep the value of an open incident current, and the worst that was seen. */
async function follow(
  ctx: MutationCtx,
  id: Id<"alertIncidents">,
  { value, threshold }: { value?: number; threshold: number },
): Promise<void> {
  const row = await ctx.db.get("alertIncidents", id);
  if (row === null || value === undefined) return;
  const worst = Math.max(row.worst ?? value, value);
  await ctx.db.patch("alertIncidents", id, { value, threshold, worst });
}

/** Queue what the channels have not been told yet. */
async function announce(ctx: MutationCtx, channels: string[], at: number): Promise<number> {
  if (channels.length === 0) return 0;
  const silences = await silencesAt(ctx, at);
  const isSilenced = (rule: string) => silences.some((it) => it.rule === rule || it.rule === "*");
  const open = await openIncidents(ctx);
  const fresh = open.filter(
    ({ announced, status, rule }) =>
      announced === "nothing" && status === "firing" && !isSilenced(rule),
  );
  const over = await ctx.db
    .query("alertIncidents")
    .withIndex("by_announced_status", (q) => q.eq("announced", "firing").eq("status", "resolved"))
    .take(OPEN_INCIDENTS);
  for (const row of fresh) await ctx.db.patch("alertIncidents", row._id, { announced: "firing" });
  for (const row of over) await ctx.db.patch("alertIncidents", row._id, { announced: "resolved" });
  for (const row of [...fresh, ...over]) await addHistory(ctx, row._id, "announced", at);
  await enqueue(ctx, channels, [
    ...over.map((row) => announcementOf(row, "resolved", at)),
    ...fresh.map((row) => announcementOf(row, "firing", at)),
  ]);
  return fresh.length + over.length;
}

/**
 * Record an incident that is over: one that nobody could store while it lasted, or one of demo
 * data. It is never announced. If an incident of the same rule and source overlaps it (another
 * replica's record of the same outage), that one is stretched over both.
 */
export const record = authedMutation("alerts:record", {
  args: {
    ...observed,
    openedAt: v.number(),
    resolvedAt: v.number(),
    note: v.optional(v.string()),
    source: v.optional(v.string()),
  },
  returns: v.object({ id: v.string(), created: v.boolean() }),
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

/** Incidents by beginning, newest first by default. */
export const list = authedQuery("alerts:list", {
  args: {
    ...pageArgs,
    status: v.optional(incidentStatus),
    rule: v.optional(v.string()),
    from: v.optional(v.number()),
    to: v.optional(v.number()),
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
    return { items: found.items.map(toIncident), nextCursor: found.nextCursor };
  },
});

/** How many incidents are open, for the menu. */
export const summary = authedQuery("alerts:summary", {
  args: {},
  returns: v.object({ firingCount: v.number(), acknowledgedCount: v.number() }),
  handler: async (ctx) => {
    const open = await openIncidents(ctx);
    const firingCount = open.filter(({ status }) => status === "firing").length;
    return { firingCount, acknowledgedCount: open.length - firingCount };
  },
});

/** One incident with its history, oldest first, or null. */
export const get = authedQuery("alerts:get", {
  args: { id: v.string() },
  returns: v.union(v.object({ incident, history: v.array(entry) }), v.null()),
  handler: async (ctx, { id }) => {
    const row = await incidentById(ctx, id);
    if (row === null) return null;
    const history = await ctx.db
      .query("alertHistory")
      .withIndex("by_incident_createdAt", (q) => q.eq("incidentId", row._id))
      .take(NOTES + PAGE_ITEMS);
    return {
      incident: toIncident(row),
      history: history.map(({ _id, _creationTime, incidentId, ...fields }) => ({
        id: _id,
        ...fields,
      })),
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
    if (row.status === "acknowledged") return toIncident(row);
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
    return toIncident({ ...row, ...change });
  },
});

/**
 * Write a note under an incident.
 *
 * @throws NOT_FOUND; LIMIT_EXCEEDED after 500 notes.
 */
export const note = authedMutation("alerts:note", {
  args: { id: v.string(), text: v.string() },
  returns: v.object({ id: v.string() }),
  handler: async (ctx, { id, text }) => {
    const checks = new Checks();
    checks.text("text", text.trim(), NOTE_CHARS);
    checks.done();
    const row = await requireIncident(ctx, id);
    await limitCaller(ctx, "alerts.note");
    const known = await ctx.db
      .query("alertHistory")
      .withIndex("by_incident_createdAt", (q) => q.eq("incidentId", row._id))
      .take(NOTES);
    if (known.length === NOTES) throw refusal("LIMIT_EXCEEDED", "The incident has too many notes.");
    const more = { actorId: ctx.caller.subject, text: text.trim() };
    return { id: await addHistory(ctx, row._id, "note", Date.now(), more) };
  },
});

const silenceRecord = v.object({
  id: v.string(),
  rule: v.string(),
  reason: v.string(),
  createdBy: v.string(),
  expiresAt: v.number(),
  createdAt: v.number(),
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

/** Silences that have not run out, the next to do so first. */
export const silences = authedQuery("alerts:silences", {
  args: {},
  returns: v.array(silenceRecord),
  handler: async (ctx) => {
    const rows = await silencesAt(ctx, Date.now());
    return rows.map(({ _id, _creationTime, ...fields }) => ({ id: _id, ...fields }));
  },
});

async function stateOf(ctx: QueryCtx, rule: string): Promise<Doc<"alertStates"> | null> {
  return await ctx.db
    .query("alertStates")
    .withIndex("by_rule", (q) => q.eq("rule", rule))
    .unique();
}

async function incidentById(ctx: QueryCtx, id: string): Promise<Doc<"alertIncidents"> | null> {
  const known = ctx.db.normalizeId("alertIncidents", id);
  return known === null ? null : await ctx.db.get("alertIncidents", known);
}

async function requireIncident(ctx: QueryCtx, id: string): Promise<Doc<"alertIncidents">> {
  const row = await incidentById(ctx, id);
  if (row === null) throw refusal("NOT_FOUND", "There is no such incident.");
  return row;
}

function toIncident({ _id, _creationTime, announced, ...fields }: Doc<"alertIncidents">) {
  return { id: _id, ...fields };
}
