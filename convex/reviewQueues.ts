/** Review queues: which sessions are reviewed, how often, and how far that is. */
import { v } from "convex/values";
import type { Doc } from "./_generated/dataModel.js";
import { reserve, reviewerByEmail, reviewerById } from "./model/assigning.ts";
import { recordAudit } from "./model/audit.ts";
import { noteExposure } from "./model/blindness.ts";
import { Checks } from "./model/checks.ts";
import { refusal } from "./model/errors.ts";
import { authedMutation, authedQuery } from "./model/functions.ts";
import {
  ASSIGN_SESSIONS,
  EMAIL_CHARS,
  FILL_SESSIONS,
  QUEUES_PER_PAGE,
  QUEUE_ITEMS_PER_PAGE,
  QUEUE_PRIORITY,
  QUEUE_SESSIONS,
  REVIEW_LEASE_MS,
  REVIEW_TARGET,
  SCAN_DOCUMENTS,
} from "./model/limits.ts";
import { Names } from "./model/names.ts";
import { readPage } from "./model/paging.ts";
import {
  checkedQueue,
  checkedSessions,
  namedSessions,
  refuseNameTaken,
  refuseTooMany,
} from "./model/queueChecks.ts";
import { page, pageArgs, refusedSession } from "./model/records.ts";
import {
  dispute,
  itemState,
  queueFilters,
  queueOrder,
  queueState,
  sampling,
} from "./model/reviewFields.ts";
import { ItemShower, itemSource } from "./model/reviewItems.ts";
import {
  addItem,
  isWanted,
  passesFilters,
  requireItem,
  requireQueue,
  requireRubric,
  sampledCount,
  toQueue,
} from "./model/reviewQueues.ts";
import { reviewItem, reviewQueue, reviewerProgress, sessionPlace } from "./model/reviewRecords.ts";
import {
  dropItem,
  itemsOfSession,
  liveClaims,
  placeFor,
  settleItem,
  slotOf,
  slotsOf,
} from "./model/reviewSlots.ts";
import { draftOf } from "./model/reviewing.ts";
import { addToReviewer, reviewerTallies } from "./model/reviewTallies.ts";
import { indexFor, matchesSession } from "./model/sessionFilters.ts";
import { requireSession } from "./model/sessions.ts";
import { userByKey } from "./model/users.ts";
import { moment, named, whole } from "./model/fields.ts";

const changeable = {
  name: v.optional(v.string()),
  description: v.optional(v.string()),
  filters: v.optional(queueFilters),
  sampling: v.optional(sampling),
  priority: v.optional(whole()),
  leaseMs: v.optional(v.number()),
};

/**
 * Open a queue. Sessions that end from now on enter it by its rule; `fill` adds those that ended
 * before. `target`, `order` and `seed` (made up if absent) stay as they are.
 *
 * @throws NOT_FOUND for an unknown rubric; LIMIT_EXCEEDED for one open queue too many; CONFLICT if
 *   a queue has this name.
 */
export const create = authedMutation("reviewQueues:create", {
  args: {
    ...changeable,
    name: v.string(),
    rubricId: v.string(),
    seed: v.optional(v.string()),
    target: v.optional(whole()),
    order: v.optional(queueOrder),
  },
  returns: reviewQueue,
  handler: async (ctx, { rubricId, target = 1, seed, ...args }) => {
    const checks = checkedQueue(args, ctx.visible);
    checks.integer("target", target, REVIEW_TARGET.min, REVIEW_TARGET.max);
    checks.identifier("seed", seed);
    checks.done();
    const rubric = await requireRubric(ctx, rubricId);
    await refuseNameTaken(ctx, args.name);
    await refuseTooMany(ctx);
    const { name, description, filters = {}, priority = 0, order = "oldest" } = args;
    const id = await ctx.db.insert("reviewQueues", {
      name,
      ...(description === undefined ? {} : { description }),
      state: "open",
      rubricId: rubric._id,
      filters,
      sampling: args.sampling ?? { kind: "all" },
      seed: seed ?? crypto.randomUUID(),
      target,
      order,
      priority,
      leaseMs: args.leaseMs ?? REVIEW_LEASE_MS.usual,
      createdBy: ctx.caller.subject,
      createdAt: Date.now(),
    });
    await recordAudit(ctx, { action: "queue.create", subjectType: "reviewQueue", subjectId: id });
    return await toQueue(ctx, (await ctx.db.get("reviewQueues", id))!);
  },
});

/**
 * Change a queue; fields left out keep their values, an empty description goes. What is in it
 * stays in it. Claims that began with another rubric keep theirs. A closed queue takes nothing in
 * and hands nothing out.
 */
export const update = authedMutation("reviewQueues:update", {
  args: {
    id: v.string(),
    ...changeable,
    rubricId: v.optional(v.string()),
    state: v.optional(queueState),
  },
  returns: reviewQueue,
  handler: async (ctx, { id, rubricId, state, ...changes }) => {
    const queue = await requireQueue(ctx, id);
    const isEmptied = changes.description === "";
    checkedQueue(isEmptied ? { ...changes, description: undefined } : changes, ctx.visible).done();
    const rubric = rubricId === undefined ? null : await requireRubric(ctx, rubricId);
    if (changes.name !== undefined && changes.name !== queue.name) {
      await refuseNameTaken(ctx, changes.name);
    }
    if (state === "open" && queue.state === "closed") await refuseTooMany(ctx);
    await ctx.db.patch("reviewQueues", queue._id, {
      ...changes,
      ...(isEmptied ? { description: undefined } : {}),
      ...(rubric === null ? {} : { rubricId: rubric._id }),
      ...(state === undefined ? {} : { state }),
      ...(state === "closed" ? { closedAt: Date.now() } : {}),
    });
    await recordAudit(ctx, { action: "queue.change", subjectType: "reviewQueue", subjectId: id });
    return await toQueue(ctx, (await ctx.db.get("reviewQueues", queue._id))!);
  },
});

/** Return a queue with its progress, or null. */
export const get = authedQuery("reviewQueues:get", {
  args: { id: v.string() },
  returns: v.union(reviewQueue, v.null()),
  handler: async (ctx, { id }) => {
    const queueId = ctx.db.normalizeId("reviewQueues", id);
    const queue = queueId === null ? null : await ctx.db.get("reviewQueues", queueId);
    return queue === null ? null : await toQueue(ctx, queue, ctx.caller.subject);
  },
});

/** Return one page of queues with their progress, newest first. */
export const list = authedQuery("reviewQueues:list", {
  args: { ...pageArgs, state: v.optional(queueState) },
  returns: page(reviewQueue),
  handler: async (ctx, { cursor, limit, state }) => {
    const found = await readPage(ctx, {
      table: "reviewQueues",
      index: state === undefined ? "by_createdAt" : "by_state_createdAt",
      equals: state === undefined ? {} : { state },
      sortField: "createdAt",
      order: "desc",
      cursor,
      limit,
      maxLimit: QUEUES_PER_PAGE,
    });
    const items = await Promise.all(
      found.items.map((queue) => toQueue(ctx, queue, ctx.caller.subject)),
    );
    return { items, nextCursor: found.nextCursor };
  },
});

/** Return the queues that a session is in, and whether the caller can review it there. */
export const ofSession = authedQuery("reviewQueues:ofSession", {
  args: { sessionId: v.string() },
  returns: v.array(sessionPlace),
  handler: async (ctx, { sessionId }) => {
    const session = await requireSession(ctx, sessionId);
    const { subject } = ctx.caller;
    const items = await itemsOfSession(ctx, session._id);
    return await Promise.all(
      items.map(async (item) => {
        const queue = (await ctx.db.get("reviewQueues", item.queueId))!;
        const draft = await draftOf(ctx, item._id, subject);
        return {
          itemId: item._id,
          queueId: queue._id,
          queueName: queue.name,
          state: await placeFor(ctx, queue, item, subject),
          hasDraft: draft !== null,
        };
      }),
    );
  },
});

/**
 * Say how many of the sessions that ended and started since a moment a queue would take.
 *
 * Those that are in it already do not count against a number per user. `isAll` is false if there are
 * more sessions than one call can read: then the newest `among` were looked at.
 */
export const preview = authedQuery("reviewQueues:preview", {
  args: { since: moment(), filters: queueFilters, sampling, seed: v.string() },
  returns: named("QueuePreview", v.object({ taken: whole(), among: whole(), isAll: v.boolean() })),
  handler: async (ctx, { since, filters, sampling, seed }) => {
    checkedQueue({ filters, sampling }, ctx.visible).done();
    const user = filters.clerkId === undefined ? null : await userByKey(ctx, filters.clerkId);
    const found = await readPage(
      ctx,
      {
        table: "userSessions",
        index: "by_startedAt",
        equals: {},
        sortField: "startedAt",
        from: since,
        order: "desc",
        cursor: null,
        limit: SCAN_DOCUMENTS,
        maxLimit: SCAN_DOCUMENTS,
      },
      (session) => session.status !== "active",
    );
    const isOfUser = (session: Doc<"userSessions">) =>
      filters.clerkId === undefined || session.userId === user?._id;
    const passing = found.items.filter(
      (session) => isOfUser(session) && passesFilters(session, filters),
    );
    const taken = sampledCount(passing, { sampling, seed });
    return { taken, among: found.items.length, isAll: found.nextCursor === null };
  },
});

/** Return who reviews in a queue, and how far they are; those with most reviews first. */
export const reviewers = authedQuery("reviewQueues:reviewers", {
  args: { id: v.string() },
  returns: v.array(reviewerProgress),
  handler: async (ctx, { id }) => {
    const queue = await requireQueue(ctx, id);
    const names = new Names(ctx);
    const live = new Set((await liveClaims(ctx, queue._id)).map(({ reviewerId }) => reviewerId));
    const rows = await reviewerTallies(ctx, queue._id);
    const progress = rows.map(async ({ reviewerId, submitted, assigned }) => ({
      ...(await names.reviewer(reviewerId)),
      done: submitted,
      inWork: live.has(reviewerId) ? 1 : 0,
      assigned,
    }));
    return (await Promise.all(progress)).sort((one, other) => other.done - one.done);
  },
});

/** Return one page of a queue's sessions with who has their places, newest entry first. */
export const items = authedQuery("reviewQueues:items", {
  args: {
    ...pageArgs,
    queueId: v.string(),
    state: v.optional(itemState),
    dispute: v.optional(dispute),
  },
  returns: page(reviewItem),
  handler: async (ctx, { cursor, limit, queueId, state, dispute }) => {
    const queue = await requireQueue(ctx, queueId);
    const found = await readPage(
      ctx,
      {
        table: "reviewItems",
        ...itemSource(queue, { state, dispute }),
        sortField: "createdAt",
        order: "desc",
        cursor,
        limit,
        maxLimit: QUEUE_ITEMS_PER_PAGE,
        filters: { state },
      },
      (item) => state === undefined || item.state === state,
    );
    const shower = new ItemShower(ctx);
    const items = await Promise.all(found.items.map((item) => shower.shown(item)));
    return { items, nextCursor: found.nextCursor };
  },
});

/**
 * Put up to 200 sessions into a queue by hand, whatever its rule says.
 *
 * A session that is there already stays as it is. Unknown sessions, and those of users who are
 * being erased, are refused; with `partly`, they are named in `refused` and stop no other.
 */
export const addSessions = authedMutation("reviewQueues:addSessions", {
  args: {
    queueId: v.string(),
    sessionIds: v.array(v.string()),
    priority: v.optional(whole()),
    partly: v.optional(v.boolean()),
  },
  returns: named(
    "SessionsAdded",
    v.object({ added: whole(), already: whole(), refused: v.optional(v.array(refusedSession)) }),
  ),
  handler: async (ctx, { queueId, sessionIds, priority, partly = false }) => {
    const checks = checkedSessions(sessionIds, QUEUE_SESSIONS);
    checks.integer("priority", priority, QUEUE_PRIORITY.min, QUEUE_PRIORITY.max);
    checks.done();
    const queue = await requireQueue(ctx, queueId);
    const { sessions, refused } = await namedSessions(ctx, sessionIds, partly);
    let added = 0;
    for (const session of sessions) {
      if (await addItem(ctx, queue, session, priority)) added += 1;
    }
    const already = sessions.length - added;
    return { added, already, ...(partly ? { refused } : {}) };
  },
});

/**
 * Let in the sessions that ended before the queue was made, oldest first.
 *
 * Only those that the queue's rule takes enter. Call again with `nextCursor` until it is null.
 * Repeats are harmless.
 */
export const fill = authedMutation("reviewQueues:fill", {
  args: { queueId: v.string(), cursor: v.union(v.string(), v.null()) },
  returns: named(
    "QueueFill",
    v.object({
      checked: whole(),
      added: whole(),
      nextCursor: v.union(v.string(), v.null()),
    }),
  ),
  handler: async (ctx, { queueId, cursor }) => {
    const queue = await requireQueue(ctx, queueId);
    if (queue.state === "closed") throw refusal("CONFLICT", "The review queue is closed.");
    const { filters } = queue;
    const user = filters.clerkId === undefined ? null : await userByKey(ctx, filters.clerkId);
    if (filters.clerkId !== undefined && user === null) {
      return { checked: 0, added: 0, nextCursor: null };
    }
    // Not by review status: sessions change theirs while this goes on.
    const source = indexFor(user, { ...filters, reviewStatus: undefined });
    const { from, to, ...rest } = filters;
    const found = await readPage(
      ctx,
      {
        table: "userSessions",
        ...source,
        sortField: "startedAt",
        from,
        to,
        order: "asc",
        cursor,
        limit: FILL_SESSIONS,
        filters: rest,
      },
      (session) => session.status !== "active" && matchesSession(session, filters),
    );
    let added = 0;
    for (const session of found.items) {
      const owner = await ctx.db.get("users", session.userId);
      if (owner === null || owner.status === "erasing") continue;
      const isTaken = await isWanted(ctx, queue, session, owner);
      if (isTaken && (await addItem(ctx, queue, session))) added += 1;
    }
    return { checked: found.items.length, added, nextCursor: found.nextCursor };
  },
});

/**
 * Reserve a place at each of up to 50 sessions for a reviewer.
 *
 * They are named by Clerk id or e-mail address. Sessions that are not in the queue enter it. Who has a place already keeps it. With `partly`,
 * sessions without a free place, and those that cannot be reviewed, are named in `refused` and stop
 * no other.
 *
 * @throws VALIDATION if it is not a team member who may review; CONFLICT if a session has no free
 *   place.
 */
export const assign = authedMutation("reviewQueues:assign", {
  args: {
    queueId: v.string(),
    sessionIds: v.array(v.string()),
    email: v.optional(v.string()),
    reviewerId: v.optional(v.string()),
    partly: v.optional(v.boolean()),
  },
  returns: named(
    "SessionsAssigned",
    v.object({ assigned: whole(), already: whole(), refused: v.optional(v.array(refusedSession)) }),
  ),
  handler: async (ctx, { queueId, sessionIds, email, reviewerId, partly = false }) => {
    const checks = checkedSessions(sessionIds, ASSIGN_SESSIONS);
    checks.text("email", email, EMAIL_CHARS);
    const isOne = (email === undefined) !== (reviewerId === undefined);
    checks.that(isOne, "email", "must be given, or reviewerId must");
    checks.done();
    const queue = await requireQueue(ctx, queueId);
    const reviewer =
      email === undefined
        ? await reviewerById(ctx, reviewerId!)
        : await reviewerByEmail(ctx, email);
    const { sessions, refused } = await namedSessions(ctx, sessionIds, partly);
    let assigned = 0;
    for (const session of sessions) {
      const place = await reserve(ctx, queue, session, reviewer);
      if (place === true) assigned += 1;
      else if (place === false) continue;
      else if (partly) refused.push({ sessionId: session._id, reason: place });
      else throw refusal("CONFLICT", place);
    }
    const already = sessionIds.length - assigned - refused.length;
    return { assigned, already, ...(partly ? { refused } : {}) };
  },
});

/** Take an assignment back that was not begun; what is begun or done stays. */
export const unassign = authedMutation("reviewQueues:unassign", {
  args: { itemId: v.string(), reviewerId: v.string() },
  returns: named("Unassigned", v.object({ changed: v.boolean() })),
  handler: async (ctx, { itemId, reviewerId }) => {
    const item = await requireItem(ctx, itemId);
    const slot = await slotOf(ctx, item._id, reviewerId);
    if (slot?.state !== "assigned") return { changed: false };
    await ctx.db.delete("reviewSlots", slot._id);
    await addToReviewer(ctx, item.queueId, reviewerId, { assigned: -1 });
    await settleItem(ctx, item._id);
    return { changed: true };
  },
});

/**
 * Take a session out of a queue; its drafts are of no use any more.
 *
 * @throws CONFLICT if it has a review, or somebody works on it.
 */
export const removeItem = authedMutation("reviewQueues:removeItem", {
  args: { itemId: v.string() },
  returns: v.null(),
  handler: async (ctx, { itemId }) => {
    const item = await requireItem(ctx, itemId);
    if (item.submitted > 0) throw refusal("CONFLICT", "The session has a review in this queue.");
    const slots = await slotsOf(ctx, item._id);
    const now = Date.now();
    if (slots.some(({ state, leaseUntil }) => state === "claimed" && leaseUntil > now)) {
      throw refusal("CONFLICT", "Somebody reviews the session at this moment.");
    }
    await dropItem(ctx, item);
    const [other] = await itemsOfSession(ctx, item.sessionId);
    if (other !== undefined) await noteExposure(ctx, other);
    return null;
  },
});

/** Hand a session out earlier or later than others of its queue. */
export const prioritise = authedMutation("reviewQueues:prioritise", {
  args: { itemId: v.string(), priority: whole() },
  returns: v.null(),
  handler: async (ctx, { itemId, priority }) => {
    const checks = new Checks();
    checks.integer("priority", priority, QUEUE_PRIORITY.min, QUEUE_PRIORITY.max);
    checks.done();
    const item = await requireItem(ctx, itemId);
    const rank = 0 - priority;
    await ctx.db.patch("reviewItems", item._id, { rank });
    for (const slot of await slotsOf(ctx, item._id)) {
      await ctx.db.patch("reviewSlots", slot._id, { rank });
    }
    return null;
  },
});
