/** The audit trail: who listened to, viewed, exported, revealed or erased what. */
import { v } from "convex/values";
import type { Doc } from "./_generated/dataModel.js";
import { aboutSession, exportDetails, recordAudit } from "./model/audit.ts";
import { Checks } from "./model/checks.ts";
import { refusal } from "./model/errors.ts";
import { moment, order } from "./model/fields.ts";
import { authedMutation, authedQuery } from "./model/functions.ts";
import type { AuthedMutationCtx } from "./model/functions.ts";
import { keyOf } from "./model/identities.ts";
import { readPage } from "./model/paging.ts";
import { allows, rolesFor } from "./model/permissions.ts";
import { NAMED_ITEMS } from "./model/limits.ts";
import { Names } from "./model/names.ts";
import { limitCaller } from "./model/rateLimit.ts";
import { auditEvent, noted, page, pageArgs } from "./model/records.ts";
import { requireSession } from "./model/sessions.ts";
import { requireVisibleUser } from "./model/users.ts";
import { toRecord } from "./model/toRecord.ts";

/** What the export of a list says of it: its form and its filters. */
const LISTED = Object.keys(exportDetails.fields).filter((name) => name !== "reason");
/**
 * What may be noted from outside, by those who may do it: acts of the app that no function does, upon
 * what exists. All other acts are noted by the functions that do them, so that nobody can claim them.
 */
const NOTED = {
  "session.view": { subjectType: "userSession", roles: rolesFor("userSessions:get"), says: [] },
  "transcript.export": {
    subjectType: "userSession",
    roles: rolesFor("interactions:list"),
    says: ["format"],
  },
  "user.view": { subjectType: "user", roles: rolesFor("users:get"), says: [] },
  "user.export": { subjectType: "user", roles: ["admin"], says: ["reason"] },
  "session.export": {
    subjectType: "userSessions",
    roles: rolesFor("userSessions:list"),
    says: LISTED,
  },
  "audit.export": { subjectType: "auditEvents", roles: rolesFor("audit:list"), says: LISTED },
  "review.export": { subjectType: "reviews", roles: rolesFor("reviews:list"), says: LISTED },
} as const;
type Noted = { subjectType: string; roles: readonly string[]; says: readonly string[] };
/** What a whole list is called where a subject has its id. */
const LIST = "list";

/**
 * Note an act of the caller upon what exists; who acts is taken from the token.
 *
 * @throws NOT_FOUND for an unknown session or user; FORBIDDEN for an act that is not the caller's;
 *   VALIDATION for a subject of another kind.
 */
export const record = authedMutation("audit:record", {
  args: {
    action: v.union(
      v.literal("session.view"),
      v.literal("transcript.export"),
      v.literal("user.view"),
      v.literal("user.export"),
      v.literal("session.export"),
      v.literal("audit.export"),
      v.literal("review.export"),
    ),
    subjectType: v.string(),
    subjectId: v.string(),
    details: v.optional(exportDetails),
  },
  returns: noted,
  handler: async (ctx, { action, subjectType, subjectId, details }) => {
    const { subjectType: listed, roles, says }: Noted = NOTED[action];
    // Sessions are exported as a list, or one by one.
    const isSingle = action === "session.export" && subjectType === "userSession";
    const needed = isSingle ? subjectType : listed;
    if (!allows(ctx.caller.role, roles)) {
      throw refusal("FORBIDDEN", `${action} is for the role ${roles.join(" or ")}.`);
    }
    const checks = new Checks();
    checks.that(subjectType === needed, "subjectType", `must be ${needed}`);
    for (const [name, value] of Object.entries(details ?? {})) {
      checks.identifier(`details.${name}`, value);
      checks.that(says.includes(name), `details.${name}`, `is not said of ${action}`);
    }
    checks.done();
    await limitCaller(ctx, "audit");
    const about = await aboutSubject(ctx, needed, subjectId);
    const entry = { action, subjectType, subjectId, ...about };
    return { id: await recordAudit(ctx, { ...entry, ...(details && { details }) }) };
  },
});

async function aboutSubject(ctx: AuthedMutationCtx, subjectType: string, subjectId: string) {
  if (subjectType === "userSession") {
    return await aboutSession(ctx, await requireSession(ctx, subjectId));
  }
  if (subjectType === "user") return { userId: keyOf(await requireVisibleUser(ctx, subjectId)) };
  const checks = new Checks();
  checks.that(subjectId === LIST, "subjectId", `must be ${LIST}`);
  checks.done();
  return {};
}

/**
 * Return one page of audit events, newest first by default.
 *
 * `from` is inclusive, `to` exclusive; `sessionId` and `userId` (Clerk id) ask for all that was about
 * them, whatever its subject. With `named`, up to 50 events come with the names of their actors and
 * users and the titles of their sessions.
 */
export const list = authedQuery("audit:list", {
  args: {
    ...pageArgs,
    from: v.optional(moment()),
    to: v.optional(moment()),
    actorId: v.optional(v.string()),
    subjectId: v.optional(v.string()),
    sessionId: v.optional(v.string()),
    userId: v.optional(v.string()),
    action: v.optional(v.string()),
    order: v.optional(order),
    named: v.optional(v.boolean()),
  },
  returns: page(auditEvent),
  handler: async (ctx, { cursor, limit, from, to, order, named, ...wanted }) => {
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
        ...(named === true ? { maxLimit: NAMED_ITEMS } : {}),
        filters: wanted,
      },
      (event) => matches(event, wanted),
    );
    const names = named === true ? new Names(ctx) : null;
    const items = await Promise.all(
      found.items.map(async (event) =>
        toRecord(auditEvent, event, names === null ? {} : await namesIn(names, event)),
      ),
    );
    return { items, nextCursor: found.nextCursor };
  },
});

async function namesIn(names: Names, { actorId, userId, sessionId }: Doc<"auditEvents">) {
  return {
    actorName: await names.of(actorId),
    userName: userId === undefined ? undefined : await names.of(userId),
    sessionTitle: sessionId === undefined ? undefined : await names.ofSession(sessionId),
  };
}

type Filters = Partial<
  Pick<Doc<"auditEvents">, "actorId" | "subjectId" | "sessionId" | "userId"> & { action: string }
>;
const FILTERS = ["actorId", "subjectId", "sessionId", "userId", "action"] as const;

function sourceOf({ actorId, subjectId, sessionId, userId }: Filters) {
  if (subjectId !== undefined) {
    return { index: "by_subject_createdAt" as const, equals: { subjectId } };
  }
  if (sessionId !== undefined) {
    return { index: "by_session_createdAt" as const, equals: { sessionId } };
  }
  if (userId !== undefined) return { index: "by_user_createdAt" as const, equals: { userId } };
  if (actorId !== undefined) return { index: "by_actor_createdAt" as const, equals: { actorId } };
  return { index: "by_createdAt" as const, equals: {} };
}

function matches(event: Doc<"auditEvents">, wanted: Filters): boolean {
  return FILTERS.every((name) => wanted[name] === undefined || event[name] === wanted[name]);
}
