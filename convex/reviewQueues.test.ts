/** Queues take what their rules say, hand it out in order, and always know how far they are. */
import { expect, test } from "vitest";
import { START, addSession, addUser, as, deployment, refused } from "../tests/convex/harness.ts";
import type { Deployment } from "../tests/convex/harness.ts";
import {
  answers,
  ended,
  expectNoDrift,
  itemsOf,
  openQueue,
  progressOf,
  reviewNext,
  reviewer,
} from "../tests/convex/reviewing.ts";
import { AUDIO, audioKey } from "../tests/convex/samples.ts";
import { api } from "./_generated/api.js";
import { DAY_MS } from "./model/limits.ts";

async function inQueue(t: Deployment, queueId: string) {
  return (await itemsOf(t, queueId)).map(({ session }) => session.externalId).sort();
}

test("sessions enter as they end, once, and only what the filters want", async () => {
  const t = deployment();
  const all = await openQueue(t);
  const failed = await openQueue(t, { name: "Failed", filters: { status: "failed" } });
  const user = await openQueue(t, { name: "User", filters: { clerkId: "user_2" } });
  const late = await openQueue(t, { name: "Late", filters: { from: START + 1, label: "vip" } });
  const id = await addSession(t);
  expect(await inQueue(t, all.id)).toEqual([]);
  const ingest = as(t, "ingest");
  await ingest.mutation(api.userSessions.update, { id, title: "still active" });
  expect(await inQueue(t, all.id)).toEqual([]);
  await ingest.mutation(api.userSessions.update, { id, status: "failed" });
  await ingest.mutation(api.userSessions.update, { id, status: "failed", labels: ["vip"] });
  await addUser(t, "user_2");
  await ended(t, 1, { clerkId: "user_2" }, 7);
  expect(await inQueue(t, all.id)).toEqual(["call-1", "call-7"]);
  expect(await inQueue(t, failed.id)).toEqual(["call-1"]);
  expect(await inQueue(t, user.id)).toEqual(["call-7"]);
  expect(await inQueue(t, late.id)).toEqual([]);
  expect(await progressOf(t, all.id)).toMatchObject({ items: 2, wanted: 2, left: 2 });
  await expectNoDrift(t, all.id);
});

test("a session that gets its recording or label after its end enters then", async () => {
  const t = deployment();
  const { id } = await openQueue(t, { filters: { hasAudio: true } });
  const [sessionId] = await ended(t, 1);
  expect(await inQueue(t, id)).toEqual([]);
  const ingest = as(t, "ingest");
  const begun = { sessionId: sessionId!, key: audioKey(sessionId!, 1), ...AUDIO };
  const audio = await ingest.mutation(api.audioObjects.begin, begun);
  await ingest.mutation(api.audioObjects.markStored, { id: audio.id });
  expect(await inQueue(t, id)).toEqual(["call-0"]);
});

test("a percentage is drawn by the seed, and fill draws the same", async () => {
  const t = deployment();
  const half = { kind: "percentage" as const, percent: 50 };
  const early = await openQueue(t, { sampling: half, seed: "s" });
  await ended(t, 40);
  const late = await openQueue(t, { name: "Late", sampling: half, seed: "s" });
  await as(t, "worker").mutation(api.reviewQueues.fill, { queueId: late.id, cursor: null });
  const chosen = await inQueue(t, early.id);
  expect(chosen.length).toBeGreaterThan(8);
  expect(chosen.length).toBeLessThan(32);
  expect(await inQueue(t, late.id)).toEqual(chosen);
});

test("a quota per user counts by day or in all", async () => {
  const t = deployment();
  const perUser = { kind: "perUser" as const, quota: 2 };
  const daily = await openQueue(t, { sampling: perUser });
  const total = await openQueue(t, {
    name: "Total",
    sampling: { ...perUser, period: "total" as const },
  });
  await ended(t, 3);
  await ended(t, 3, { startedAt: START + DAY_MS }, 3);
  await addUser(t, "user_2");
  await ended(t, 1, { clerkId: "user_2" }, 6);
  expect(await inQueue(t, daily.id)).toEqual(["call-0", "call-1", "call-3", "call-4", "call-6"]);
  expect(await inQueue(t, total.id)).toEqual(["call-0", "call-1", "call-6"]);
});

test("fill lets in what ended before, in several calls, and repeats change nothing", async () => {
  const t = deployment();
  const ids = await ended(t, 55);
  await addSession(t, "active");
  const queue = await openQueue(t, { filters: { channel: "voice" } });
  const run = async () => {
    let [added, calls, cursor] = [0, 0, null as string | null];
    do {
      const args = { queueId: queue.id, cursor };
      const part = await as(t, "worker").mutation(api.reviewQueues.fill, args);
      added += part.added;
      calls += 1;
      cursor = part.nextCursor;
    } while (cursor !== null);
    return { added, calls };
  };
  expect(await run()).toEqual({ added: ids.length, calls: 2 });
  expect((await run()).added).toBe(0);
  expect(await progressOf(t, queue.id)).toMatchObject({ items: 55 });
  await expectNoDrift(t, queue.id);
});

test("sessions are added by hand once, and unknown ones are named", async () => {
  const t = deployment();
  const queue = await openQueue(t, { filters: { status: "failed" } });
  const sessionIds = await ended(t, 3);
  const admin = as(t, "admin");
  const add = (ids: string[]) =>
    admin.mutation(api.reviewQueues.addSessions, { queueId: queue.id, sessionIds: ids });
  expect(await add(sessionIds.slice(0, 2))).toEqual({ added: 2, already: 0 });
  expect(await add(sessionIds)).toEqual({ added: 1, already: 2 });
  const { fields } = await refused(add([sessionIds[0]!, "nothing"]), "VALIDATION");
  expect(fields?.map(({ field }) => field)).toEqual(["sessionIds[1]"]);
  await refused(add([]), "VALIDATION");
  await refused(add([sessionIds[0]!, sessionIds[0]!]), "VALIDATION");
  await refused(add(Array.from({ length: 201 }, (_, index) => `s${index}`)), "VALIDATION");
});

test.each([
  ["oldest", ["call-0", "call-1", "call-2"]],
  ["newest", ["call-2", "call-1", "call-0"]],
  ["slowest", ["call-1", "call-0", "call-2"]],
] as const)("the order %s is kept, priority before it", async (order, expected) => {
  const t = deployment();
  const queue = await openQueue(t, { order, filters: { status: "failed" } });
  const ids = await ended(t, 4);
  const slow = { sequence: 9, speaker: "assistant" as const, text: "x", startedAtMs: 9 };
  for (const [index, latencyMs] of [200, 300].entries()) {
    const interactions = [{ ...slow, latencyMs }];
    const args = { sessionId: ids[index]!, interactions };
    await as(t, "ingest").mutation(api.interactions.append, args);
  }
  const admin = as(t, "admin");
  const queueId = queue.id;
  await admin.mutation(api.reviewQueues.addSessions, { queueId, sessionIds: ids.slice(0, 3) });
  await admin.mutation(api.reviewQueues.addSessions, {
    queueId,
    sessionIds: ids.slice(3),
    priority: 1,
  });
  const seen = [];
  for (let index = 0; index < 4; index += 1) seen.push(await reviewNext(t, "kim", queueId));
  expect(seen).toEqual(["call-3", ...expected]);
});

test("priority can be changed later, by hand", async () => {
  const t = deployment();
  const { id: queueId } = await openQueue(t);
  await ended(t, 2);
  const last = (await itemsOf(t, queueId)).find(({ session }) => session.externalId === "call-1")!;
  await as(t, "admin").mutation(api.reviewQueues.prioritise, { itemId: last.id, priority: 9 });
  expect((await itemsOf(t, queueId)).find(({ id }) => id === last.id)?.priority).toBe(9);
  expect(await reviewNext(t, "kim", queueId)).toBe("call-1");
});

test("a closed queue takes nothing in and hands nothing out, until it is opened again", async () => {
  const t = deployment();
  const { id } = await openQueue(t);
  await ended(t, 2);
  const kim = reviewer(t, "kim");
  const held = (await kim.mutation(api.reviewClaims.next, { queueId: id }))!;
  const admin = as(t, "admin");
  await admin.mutation(api.reviewQueues.update, { id, state: "closed" });
  await ended(t, 1, {}, 5);
  expect(await reviewer(t, "lee").mutation(api.reviewClaims.next, { queueId: id })).toBeNull();
  const fill = as(t, "worker").mutation(api.reviewQueues.fill, { queueId: id, cursor: null });
  await refused(fill, "CONFLICT");
  const other = (await itemsOf(t, id)).find(({ id }) => id !== held.itemId)!;
  const unbegun = { itemId: other.id, ...answers() };
  await refused(reviewer(t, "lee").mutation(api.reviews.submit, unbegun), "CONFLICT");
  // What was begun may be finished.
  await kim.mutation(api.reviews.submit, { itemId: held.itemId, ...answers() });
  await admin.mutation(api.reviewQueues.update, { id, state: "open" });
  expect(await inQueue(t, id)).toEqual(["call-0", "call-1"]);
  expect(await reviewNext(t, "lee", id)).toBe("call-1");
});

test("queues have names of their own, known rubrics, and are limited in number", async () => {
  const t = deployment();
  const { id, rubricId } = await openQueue(t);
  const admin = as(t, "admin");
  const create = (more: object) =>
    admin.mutation(api.reviewQueues.create, { name: "Other", rubricId, ...more });
  await refused(create({ name: "Weekly" }), "CONFLICT");
  await refused(create({ rubricId: "none" }), "NOT_FOUND");
  for (let index = 1; index < 20; index += 1) await create({ name: `queue ${index}` });
  await refused(create({}), "LIMIT_EXCEEDED");
  await admin.mutation(api.reviewQueues.update, { id, state: "closed" });
  await create({});
  const reopen = admin.mutation(api.reviewQueues.update, { id, state: "open" });
  await refused(reopen, "LIMIT_EXCEEDED");
  await refused(admin.mutation(api.reviewQueues.update, { id, name: "Other" }), "CONFLICT");
  const open = { state: "open" as const, cursor: null, limit: 50 };
  expect((await admin.query(api.reviewQueues.list, open)).items).toHaveLength(20);
  expect(await admin.query(api.reviewQueues.get, { id: "none" })).toBeNull();
});

test.each([
  [{ target: 4 }, "target"],
  [{ priority: -1 }, "priority"],
  [{ leaseMs: 10 }, "leaseMs"],
  [{ filters: { status: "active" } }, "filters.status"],
  [{ sampling: { kind: "percentage" } }, "sampling.percent"],
  [{ sampling: { kind: "percentage", percent: 101 } }, "sampling.percent"],
  [{ sampling: { kind: "perUser", quota: 0 } }, "sampling.quota"],
  [{ sampling: { kind: "all", percent: 3 } }, "sampling.percent"],
  [{ sampling: { kind: "all", period: "day" } }, "sampling.period"],
])("a queue with %j is refused", async (wrong, field) => {
  const { fields } = await refused(openQueue(deployment(), wrong), "VALIDATION");
  expect(fields?.map((problem) => problem.field)).toContain(field);
});

test("who is assigned gets the session first, and keeps the place", async () => {
  const t = deployment();
  const { id: queueId } = await openQueue(t);
  const ids = await ended(t, 3);
  const member = { kind: "team" as const, role: "reviewer" as const };
  const ingest = as(t, "ingest");
  await ingest.mutation(api.users.upsert, { clerkId: "lee", email: "lee@example.org", ...member });
  const admin = as(t, "admin");
  const assign = (email: string, sessionIds = [ids[1]!]) =>
    admin.mutation(api.reviewQueues.assign, { queueId, sessionIds, email });
  expect(await assign(" Lee@Example.org ")).toEqual({ assigned: 1, already: 0 });
  expect(await assign("lee@example.org")).toEqual({ assigned: 0, already: 1 });
  const lee = reviewer(t, "lee");
  // Others get the rest.
  expect(await reviewNext(t, "kim", queueId)).toBe("call-0");
  expect(await reviewNext(t, "kim", queueId)).toBe("call-2");
  expect(await reviewNext(t, "kim", queueId)).toBeNull();
  const claim = (await lee.mutation(api.reviewClaims.next, { queueId }))!;
  expect(claim).toMatchObject({ isAssigned: true, session: { externalId: "call-1" } });
  await lee.mutation(api.reviewClaims.release, { itemId: claim.itemId });
  expect(await reviewNext(t, "kim", queueId)).toBeNull();
  const rows = await admin.query(api.reviewQueues.reviewers, { id: queueId });
  expect(rows).toMatchObject([
    { reviewerId: "kim", done: 2 },
    { reviewerId: "lee", done: 0, assigned: 1 },
  ]);
  expect(await reviewNext(t, "lee", queueId)).toBe("call-1");
  await expectNoDrift(t, queueId);
  await refused(assign("lee@example.org", [ids[0]!]), "CONFLICT");
});

test("an assignment can be taken back until it is begun", async () => {
  const t = deployment();
  const { id: queueId } = await openQueue(t);
  const [sessionId] = await ended(t, 1);
  await as(t, "ingest").mutation(api.users.upsert, {
    clerkId: "lee",
    kind: "team",
    role: "reviewer",
    email: "lee@example.org",
  });
  const admin = as(t, "admin");
  const args = { queueId, sessionIds: [sessionId!], email: "lee@example.org" };
  await admin.mutation(api.reviewQueues.assign, args);
  const [item] = await itemsOf(t, queueId);
  const unassign = () =>
    admin.mutation(api.reviewQueues.unassign, { itemId: item!.id, reviewerId: "lee" });
  expect(await unassign()).toEqual({ changed: true });
  expect(await unassign()).toEqual({ changed: false });
  await expectNoDrift(t, queueId);
  await admin.mutation(api.reviewQueues.assign, args);
  await reviewer(t, "lee").mutation(api.reviewClaims.next, { queueId });
  expect(await unassign()).toEqual({ changed: false });
});

test.each([
  ["nobody@example.org", {}],
  ["x@example.org", { kind: "product" }],
  ["x@example.org", { kind: "team", role: "viewer" }],
  ["x@example.org", { kind: "team" }],
  ["x@example.org", { kind: "team", role: "reviewer", status: "banned" }],
])("%s, a %j, is not assigned", async (email, more) => {
  const t = deployment();
  const { id: queueId } = await openQueue(t);
  const sessionIds = await ended(t, 1);
  await addUser(t, "user_x", { email: "x@example.org", ...more });
  const call = as(t, "admin").mutation(api.reviewQueues.assign, { queueId, sessionIds, email });
  const { fields } = await refused(call, "VALIDATION");
  expect(fields?.map(({ field }) => field)).toEqual(["email"]);
});

test("a session leaves a queue unless it is reviewed or worked on", async () => {
  const t = deployment();
  const { id: queueId } = await openQueue(t);
  await ended(t, 2);
  const kim = reviewer(t, "kim");
  const claim = (await kim.mutation(api.reviewClaims.next, { queueId }))!;
  const admin = as(t, "admin");
  const remove = (itemId: string) => admin.mutation(api.reviewQueues.removeItem, { itemId });
  await refused(remove(claim.itemId), "CONFLICT");
  const other = (await itemsOf(t, queueId)).find(({ id }) => id !== claim.itemId)!;
  await remove(other.id);
  await refused(remove(other.id), "NOT_FOUND");
  await kim.mutation(api.reviews.submit, { itemId: claim.itemId, ...answers() });
  await refused(remove(claim.itemId), "CONFLICT");
  expect(await progressOf(t, queueId)).toMatchObject({ items: 1, itemsDone: 1 });
  await expectNoDrift(t, queueId);
});

test("a recount finds wrong counts and mends them", async () => {
  const t = deployment();
  const { id: queueId } = await openQueue(t, { target: 2 });
  await ended(t, 3);
  await reviewNext(t, "kim", queueId);
  await t.run(async (ctx) => {
    for (const row of await ctx.db.query("reviewTallies").take(50)) {
      await ctx.db.patch("reviewTallies", row._id, { submitted: 7, items: 9 });
    }
    const item = (await ctx.db.query("reviewItems").first())!;
    await ctx.db.patch("reviewItems", item._id, { submitted: 2, lane: "x" });
    await ctx.db.patch("userSessions", item.sessionId, { reviewStatus: "reviewed", score: 1 });
  });
  const run = (fix: boolean) =>
    as(t, "worker").mutation(api.repair.queues, { queueId, cursor: null, fix });
  const { drift } = await run(true);
  const fields = new Set(drift.map(({ field }) => field));
  expect([...fields].sort()).toEqual(["items", "lane", "reviewStatus", "score", "submitted"]);
  expect((await run(false)).drift).toEqual([]);
  expect(await progressOf(t, queueId)).toMatchObject({ items: 3, done: 1 });
});
