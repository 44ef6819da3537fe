/** Incidents: opened and ended by evaluations of rules, looked after by people. */
import type { Infer } from "convex/values";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import type { Announcement, historyKind } from "./alertFields.ts";
import type { Evaluation } from "./alertRecords.ts";
import type { Checks } from "./checks.ts";
import { refusal } from "./errors.ts";
import { OPEN_INCIDENTS } from "./limits.ts";
import { announcementOf, enqueue } from "./outbox.ts";
import { silencesAt } from "./silences.ts";

/** Check a rule and what it saw. */
export function checkObserved(
  checks: Checks,
  path: string,
  item: Omit<Announcement, "change" | "at">,
): void {
  checks.identifier(`${path}rule`, item.rule);
  checks.text(`${path}title`, item.title, 200);
  checks.number(`${path}value`, item.value, -Number.MAX_VALUE, Number.MAX_VALUE);
  checks.number(`${path}threshold`, item.threshold, -Number.MAX_VALUE, Number.MAX_VALUE);
  // Shown as a link: only ever to a page of the dashboard.
  checks.that(/^\/[a-z-]{0,40}$/.test(item.path), `${path}path`, "must be a page");
  const params = Object.entries(item.params);
  const areShort = params.every(([name, value]) => name.length <= 40 && value.length <= 100);
  checks.that(params.length <= 8 && areShort, `${path}params`, "must be few and short");
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

export async function incidentById(
  ctx: QueryCtx,
  id: string,
): Promise<Doc<"alertIncidents"> | null> {
  const known = ctx.db.normalizeId("alertIncidents", id);
  return known === null ? null : await ctx.db.get("alertIncidents", known);
}

/** @throws NOT_FOUND if there is no such incident, or the id is not one. */
export async function requireIncident(ctx: QueryCtx, id: string): Promise<Doc<"alertIncidents">> {
  const row = await incidentById(ctx, id);
  if (row === null) throw refusal("NOT_FOUND", "There is no such incident.");
  return row;
}

/** The state of a rule, or null before its first evaluation. */
export async function stateOf(ctx: QueryCtx, rule: string): Promise<Doc<"alertStates"> | null> {
  return await ctx.db
    .query("alertStates")
    .withIndex("by_rule", (q) => q.eq("rule", rule))
    .unique();
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

/** Store what one evaluation found, and open or end the incident of its rule. */
export async function settle(
  ctx: MutationCtx,
  state: Doc<"alertStates"> | null,
  item: Evaluation,
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
export async function announce(ctx: MutationCtx, channels: string[], at: number): Promise<number> {
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
