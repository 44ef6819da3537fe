/** The audit trail: who listened to, viewed, exported, revealed or erased what. */
import { v } from "convex/values";
import type { Doc } from "./_generated/dataModel.js";
import { recordAudit } from "./model/audit.ts";
import { Checks } from "./model/checks.ts";
import { metadata, moment, order } from "./model/fields.ts";
import { authedMutation, authedQuery } from "./model/functions.ts";
import { DETAILS_BYTES } from "./model/limits.ts";
import { readPage } from "./model/paging.ts";
import { limitCaller } from "./model/rateLimit.ts";
import { auditEvent, noted, page, pageArgs } from "./model/records.ts";
import { toRecord } from "./model/toRecord.ts";

/**
 * What may be noted from outside. Other acts (`erase`, `reveal`, `audio.play`, `audio.renew`,
 * `audio.export`, `session.hold`, `session.release`) are noted by the functions that do them, so
 * that nobody can claim them.
 */
const ACTIONS = [
  "session.view",
  "session.export",
  "transcript.export",
  "user.view",
  "user.export",
  "audit.export",
  "review.export",
];
/** Note an act of the caller; who acts is taken from the token. */
export const record = authedMutation("audit:record", {
  args: {
    action: v.string(),
    subjectType: v.string(),
    subjectId: v.string(),
    details: v.optional(metadata),
  },
  returns: noted,
  handler: async (ctx, args) => {
    const checks = new Checks();
    checks.that(ACTIONS.includes(args.action), "action", `must be one of ${ACTIONS.join(", ")}`);
    checks.identifier("subjectType", args.subjectType);
    checks.identifier("subjectId", args.subjectId);
    checks.metadata("details", args.details, DETAILS_BYTES);
    checks.done();
    await limitCaller(ctx, "audit");
    return { id: await recordAudit(ctx, args) };
  },
});

/**
 * Return one page of audit events, newest first by default.
 *
 * `from` is inclusive, `to` exclusive.
 */
export const list = authedQuery("audit:list", {
  args: {
    ...pageArgs,
    from: v.optional(moment()),
    to: v.optional(moment()),
    actorId: v.optional(v.string()),
    subjectId: v.optional(v.string()),
    action: v.optional(v.string()),
    order: v.optional(order),
  },
  returns: page(auditEvent),
  handler: async (ctx, { cursor, limit, from, to, order, ...wanted }) => {
    const found = await readPage(
      ctx,
      {
        table: "auditEvents",
        ...sourceOf(wanted),
        sortField: "createdAt",
        from,
        to,
        order: order ?? "desc",
        cursor,
        limit,
        filters: wanted,
      },
      (event) => matches(event, wanted),
    );
    const items = found.items.map((event) => toRecord(auditEvent, event));
    return { items, nextCursor: found.nextCursor };
  },
});

type Filters = { actorId?: string; subjectId?: string; action?: string };

function sourceOf({ actorId, subjectId }: Filters) {
  if (subjectId !== undefined) {
    return { index: "by_subject_createdAt" as const, equals: { subjectId } };
  }
  if (actorId !== undefined) return { index: "by_actor_createdAt" as const, equals: { actorId } };
  return { index: "by_createdAt" as const, equals: {} };
}

function matches(event: Doc<"auditEvents">, { actorId, subjectId, action }: Filters): boolean {
  return (
    (actorId === undefined || event.actorId === actorId) &&
    (subjectId === undefined || event.subjectId === subjectId) &&
    (action === undefined || event.action === action)
  );
}
