/** A reviewer's desk: what a queue has for them, where a session can be reviewed, what would enter. */
import { afterEach, expect, test, vi } from "vitest";
import { START, addSession, addUser, as, deployment, refused } from "../tests/convex/harness.ts";
import type { Deployment } from "../tests/convex/harness.ts";
import { answers, ended, itemsOf, openQueue, reviewer } from "../tests/convex/reviewing.ts";
import { api } from "./_generated/api.js";
import { DAY_MS } from "./model/limits.ts";

afterEach(() => {
  vi.useRealTimers();
});

async function own(t: Deployment, name: string, id: string) {
  return (await reviewer(t, name).query(api.reviewQueues.get, { id }))!.own;
}

async function placesOf(t: Deployment, name: string, sessionId: string) {
  const places = await reviewer(t, name).query(api.reviewQueues.ofSession, { sessionId });
  return places.map(({ queueName, state }) => `${queueName}: ${state}`);
}

test("a queue says whether it has something for this reviewer", async () => {
  const t = deployment();
  const { id } = await openQueue(t, { target: 2 });
  expect(await own(t, "ada", id)).toEqual({ claimed: false, waiting: false });
  const [sessionId] = await ended(t, 1);
  expect(await own(t, "ada", id)).toEqual({ claimed: false, waiting: true });
  const { itemId } = (await reviewer(t, "ada").mutation(api.reviewClaims.next, { queueId: id }))!;
  expect(await own(t, "ada", id)).toEqual({ claimed: true, waiting: true });
  await reviewer(t, "ada").mutation(api.reviews.submit, { itemId, ...answers() });
  expect(await own(t, "ada", id)).toEqual({ claimed: false, waiting: false });
  expect(await own(t, "ben", id)).toEqual({ claimed: false, waiting: true });
  expect(await placesOf(t, "ada", sessionId!)).toEqual(["Weekly: submitted"]);
  const queues = (await reviewer(t, "ben").query(api.reviewQueues.list, { cursor: null, limit: 5 }))
    .items;
  expect(queues.map((queue) => queue.own)).toEqual([{ claimed: false, waiting: true }]);
});

test("a session names its queues, and whose places are free", async () => {
  vi.useFakeTimers();
  vi.setSystemTime(START + DAY_MS);
  const t = deployment();
  const weekly = await openQueue(t);
  const closed = await openQueue(t, { name: "Closed" });
  const [sessionId] = await ended(t, 1);
  await as(t, "admin").mutation(api.reviewQueues.update, { id: closed.id, state: "closed" });
  expect(await placesOf(t, "ada", sessionId!)).toEqual(["Weekly: free", "Closed: closed"]);
  await reviewer(t, "ada").mutation(api.reviewClaims.next, { queueId: weekly.id });
  expect(await placesOf(t, "ada", sessionId!)).toEqual(["Weekly: claimed", "Closed: closed"]);
  expect(await placesOf(t, "ben", sessionId!)).toEqual(["Weekly: taken", "Closed: closed"]);
  vi.setSystemTime(START + 2 * DAY_MS);
  expect(await placesOf(t, "ben", sessionId!)).toEqual(["Weekly: free", "Closed: closed"]);
  const [item] = await itemsOf(t, weekly.id);
  const claim = await reviewer(t, "ben").mutation(api.reviewClaims.take, { itemId: item!.id });
  expect(claim.session.id).toBe(sessionId);
  expect(
    await reviewer(t, "ben").query(api.reviewQueues.ofSession, {
      sessionId: await addSession(t, "other"),
    }),
  ).toEqual([]);
});

test("a preview counts what a queue would take of the sessions since a moment", async () => {
  const t = deployment();
  await addUser(t, "user_2");
  await ended(t, 6);
  await ended(t, 2, { clerkId: "user_2", channel: "chat" }, 6);
  await addSession(t, "still active", { startedAt: START + 1 });
  const { id: rubricId } = await openQueue(t, { filters: { label: "none" } });
  const preview = async (args: object = {}) => {
    const all = { since: START, filters: {}, sampling: { kind: "all" as const }, seed: "s" };
    const found = await as(t, "admin").query(api.reviewQueues.preview, { ...all, ...args });
    expect(found).toMatchObject({ isAll: true });
    return [found.taken, found.among];
  };
  expect(await preview()).toEqual([8, 8]);
  expect(await preview({ since: START + 5 * 60_000 })).toEqual([3, 3]);
  expect(await preview({ filters: { channel: "chat" } })).toEqual([2, 8]);
  expect(await preview({ filters: { clerkId: "user_1" } })).toEqual([6, 8]);
  expect(await preview({ filters: { clerkId: "nobody" } })).toEqual([0, 8]);
  expect(await preview({ sampling: { kind: "perUser", quota: 1 } })).toEqual([2, 8]);
  expect(rubricId).toBeDefined();
});

test("the share that a preview tells is the share that enters by the same seed", async () => {
  const t = deployment();
  await ended(t, 12);
  const rule = { sampling: { kind: "percentage" as const, percent: 50 }, seed: "a seed" };
  const told = await as(t, "admin").query(api.reviewQueues.preview, {
    since: START,
    filters: {},
    ...rule,
  });
  const { id } = await openQueue(t, rule);
  await as(t, "admin").mutation(api.reviewQueues.fill, { queueId: id, cursor: null });
  expect(await itemsOf(t, id)).toHaveLength(told.taken);
});

test("one session that cannot be added or assigned is named and stops no other", async () => {
  const t = deployment();
  const admin = as(t, "admin");
  for (const name of ["ada", "ben"]) {
    const member = { clerkId: name, kind: "team" as const, role: "reviewer" as const };
    await as(t, "ingest").mutation(api.users.upsert, member);
  }
  const { id: queueId } = await openQueue(t, { filters: { label: "none" } });
  const [first, second] = (await ended(t, 2)) as [string, string];
  const sessionIds = ["no-session", first];
  const unknown = {
    sessionId: "no-session",
    reason: "The id names no session that can be reviewed.",
  };
  await refused(
    admin.mutation(api.reviewQueues.addSessions, { queueId, sessionIds }),
    "VALIDATION",
  );
  expect(
    await admin.mutation(api.reviewQueues.addSessions, { queueId, sessionIds, partly: true }),
  ).toEqual({ added: 1, already: 0, refused: [unknown] });
  const assign = async (reviewerId: string, ids: string[]) =>
    await admin.mutation(api.reviewQueues.assign, {
      queueId,
      sessionIds: ids,
      reviewerId,
      partly: true,
    });
  expect(await assign("ada", [first])).toEqual({ assigned: 1, already: 0, refused: [] });
  expect(await assign("ben", ["no-session", first, second])).toEqual({
    assigned: 1,
    already: 0,
    refused: [unknown, { sessionId: first, reason: "All places at a session are taken." }],
  });
  expect(await assign("ada", [first])).toEqual({ assigned: 0, already: 1, refused: [] });
  await refused(assign("user_1", [first]), "VALIDATION");
  const nobody = { queueId, sessionIds: [first] };
  await refused(admin.mutation(api.reviewQueues.assign, nobody), "VALIDATION");
});

test("reviews name the answers that others do not share, and their sessions if asked", async () => {
  const t = deployment();
  const { id: queueId } = await openQueue(t, { target: 2 });
  const [sessionId] = await ended(t, 1);
  for (const [name, score, fair] of [
    ["ada", 4, true],
    ["ben", 2, false],
  ] as const) {
    const claim = await reviewer(t, name).mutation(api.reviewClaims.next, { queueId });
    await reviewer(t, name).mutation(api.reviews.submit, {
      itemId: claim!.itemId,
      ...answers(score),
      turns: [
        { sequence: 1, answers: { fair } },
        { sequence: 0, answers: { fair: true } },
      ],
    });
  }
  const found = await as(t, "admin").query(api.reviews.ofSession, { sessionId: sessionId! });
  const both = [{ key: "tone" }, { key: "fair", sequence: 1 }];
  expect(found.map(({ differs }) => differs)).toEqual([both, both]);
  const page = { cursor: null, limit: 50 };
  const named = await as(t, "viewer").query(api.reviews.list, { ...page, named: true });
  expect(named.items.map(({ sessionTitle }) => sessionTitle)).toEqual(["call-0", "call-0"]);
  const plain = await as(t, "viewer").query(api.reviews.list, page);
  expect(plain.items[0]).not.toHaveProperty("sessionTitle");
  await refused(
    as(t, "viewer").query(api.reviews.list, { ...page, limit: 51, named: true }),
    "VALIDATION",
  );
});

test("the audit trail names actors, users and sessions if asked, and keeps masking them", async () => {
  const t = deployment();
  await as(t, "ingest").mutation(api.users.upsert, {
    clerkId: "ada",
    kind: "team",
    role: "viewer",
    name: "Ada L.",
  });
  await addUser(t, "user_1", { name: "Jo" });
  const id = await addSession(t, "call-1", { title: "Refund for jo@example.org" });
  await reviewer(t, "ada").mutation(api.listening.open, { id, note: true });
  const page = { cursor: null, limit: 50, sessionId: id };
  const [event] = (await as(t, "admin").query(api.audit.list, { ...page, named: true })).items;
  expect(event).toMatchObject({
    actorName: "Ada L.",
    userName: "Jo",
    sessionTitle: "Refund for [email]",
  });
  const [plain] = (await as(t, "admin").query(api.audit.list, page)).items;
  expect(plain).not.toHaveProperty("actorName");
});
