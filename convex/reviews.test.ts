/** A review is submitted once, keeps all its versions, and the session's result follows from it. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { START, as, deployment, refused } from "../tests/convex/harness.ts";
import type { Deployment } from "../tests/convex/harness.ts";
import {
  PAGE,
  answers,
  ended,
  expectNoDrift,
  itemsOf,
  openQueue,
  progressOf,
  reviewNext,
  reviewer,
} from "../tests/convex/reviewing.ts";
import { rubricArgs, written } from "../tests/convex/samples.ts";
import { api } from "./_generated/api.js";
import { DAY_MS, REVIEW_UNDO_MS } from "./model/limits.ts";

beforeEach(() => {
  vi.useFakeTimers();
  vi.setSystemTime(START + DAY_MS);
});

afterEach(() => {
  vi.useRealTimers();
});

async function begin(sessions: number, more: object = {}) {
  const t = deployment();
  const queue = await openQueue(t, more);
  const ids = await ended(t, sessions, { provider: "openai", modelId: "gpt" });
  const oldestFirst = (await itemsOf(t, queue.id)).sort(
    (one, other) => one.session.startedAt - other.session.startedAt,
  );
  const items = oldestFirst.map(({ id }) => id);
  const submit = (name: string, score = 4, itemId = items[0]!, extra: object = {}) =>
    reviewer(t, name).mutation(api.reviews.submit, { itemId, ...answers(score), ...extra });
  return { t, queueId: queue.id, rubricId: queue.rubricId, ids, items, submit };
}

async function resultOf(t: Deployment, id: string) {
  const session = (await as(t, "viewer").query(api.userSessions.get, { id }))!;
  return [session.reviewStatus, session.score];
}

test("submit-and-next is one call, and a repeated key is one review", async () => {
  const { t, queueId, items, submit } = await begin(2);
  const key = { next: true, idempotencyKey: "k" };
  const done = await submit("kim", 4, items[0], key);
  expect(done.review).toMatchObject({ version: 1, latest: true, score: 4, reviewerId: "kim" });
  expect(done.next?.itemId).toBe(items[1]);
  expect(await submit("kim", 4, items[0], key)).toEqual(done);
  await refused(submit("kim", 5), "CONFLICT");
  expect(await progressOf(t, queueId)).toMatchObject({ done: 1, itemsDone: 1, inWork: 1 });
});

test("the time from the claim to the review is kept", async () => {
  const { t, queueId, submit } = await begin(1);
  await reviewer(t, "kim").mutation(api.reviewClaims.next, { queueId });
  vi.advanceTimersByTime(90_000);
  expect((await submit("kim")).review.durationMs).toBe(90_000);
});

test("a session is in review until it has all its reviews, then has their mean score", async () => {
  const { t, ids, submit } = await begin(1, { target: 2 });
  expect(await resultOf(t, ids[0]!)).toEqual(["unreviewed", undefined]);
  await submit("kim", 2);
  expect(await resultOf(t, ids[0]!)).toEqual(["in_review", undefined]);
  await submit("lee", 5);
  expect(await resultOf(t, ids[0]!)).toEqual(["reviewed", 3.5]);
});

test("an imported review holds until one is made here, and again when that is taken back", async () => {
  const { t, ids, items, queueId, submit } = await begin(1);
  const imported = { id: ids[0]!, reviewStatus: "reviewed" as const, score: 2 };
  await as(t, "worker").mutation(api.userSessions.setReview, imported);
  expect(await resultOf(t, ids[0]!)).toEqual(["reviewed", 2]);
  await submit("kim", 5);
  expect(await resultOf(t, ids[0]!)).toEqual(["reviewed", 5]);
  await as(t, "worker").mutation(api.userSessions.setReview, { ...imported, score: 3 });
  expect(await resultOf(t, ids[0]!)).toEqual(["reviewed", 5]);
  const kim = reviewer(t, "kim");
  await kim.mutation(api.reviews.undo, { itemId: items[0]! });
  await kim.mutation(api.reviewClaims.release, { itemId: items[0]! });
  expect(await resultOf(t, ids[0]!)).toEqual(["reviewed", 3]);
  await expectNoDrift(t, queueId);
});

test("an amendment is a new version, the latest counts, the first stays", async () => {
  const { t, ids, items, queueId, rubricId, submit } = await begin(1);
  await submit("kim", 2);
  const kim = reviewer(t, "kim");
  const amended = await kim.mutation(api.reviews.amend, { itemId: items[0]!, ...answers(5) });
  expect(amended).toMatchObject({ version: 2, score: 5 });
  expect(amended.undoUntil).toBeUndefined();
  const history = { itemId: items[0]!, reviewerId: "kim", ...PAGE };
  const versions = await kim.query(api.reviews.history, history);
  expect(versions.items.map(({ version, latest, score }) => [version, latest, score])).toEqual([
    [2, true, 5],
    [1, false, 2],
  ]);
  expect(await resultOf(t, ids[0]!)).toEqual(["reviewed", 5]);
  expect(await progressOf(t, queueId)).toMatchObject({ done: 1 });
  const days = { from: START, to: START + 1, rubricId };
  expect(await kim.query(api.reviews.trends, days)).toMatchObject([
    { provider: "openai", modelId: "gpt", reviewCount: 1, meanScore: 5 },
  ]);
  await refused(kim.mutation(api.reviews.undo, { itemId: items[0]! }), "CONFLICT");
  await refused(reviewer(t, "lee").query(api.reviews.history, history), "FORBIDDEN");
  const lee = reviewer(t, "lee");
  await refused(lee.mutation(api.reviews.amend, { itemId: items[0]!, ...answers() }), "CONFLICT");
});

test("a review is taken back within two minutes, and is a draft again", async () => {
  const { t, ids, items, queueId, submit } = await begin(2, { target: 2 });
  const kim = reviewer(t, "kim");
  const full = written("why not");
  await kim.mutation(api.reviews.submit, { itemId: items[0]!, ...full, next: true });
  await submit("lee", 1);
  vi.advanceTimersByTime(REVIEW_UNDO_MS - 1);
  const claim = await kim.mutation(api.reviews.undo, { itemId: items[0]! });
  expect(claim).toMatchObject({ itemId: items[0], draft: full });
  expect(await resultOf(t, ids[0]!)).toEqual(["in_review", undefined]);
  expect(await resultOf(t, ids[1]!)).toEqual(["unreviewed", undefined]);
  expect(await progressOf(t, queueId)).toMatchObject({ done: 1, inWork: 1, left: 2 });
  const pairs = await as(t, "admin").query(api.reviews.agreements, { queueId, ...PAGE });
  expect(pairs.items.flatMap(({ cells }) => cells)).toEqual([]);
  const again = await kim.mutation(api.reviews.submit, { itemId: items[0]!, ...full });
  expect(again.review.version).toBe(2);
  await expectNoDrift(t, queueId);
  vi.advanceTimersByTime(REVIEW_UNDO_MS);
  await refused(kim.mutation(api.reviews.undo, { itemId: items[0]! }), "CONFLICT");
});

test("a reviewer sees others' reviews after submitting their own", async () => {
  const { t, ids, items, submit } = await begin(1, { target: 2 });
  await submit("kim", 2);
  const seen = async (role: string, name: string) => {
    const caller = as(t, role, name);
    const ofSession = await caller.query(api.reviews.ofSession, { sessionId: ids[0]! });
    const listed = await caller.query(api.reviews.list, PAGE);
    expect(listed.items.map(({ id }) => id)).toEqual(ofSession.map(({ id }) => id).reverse());
    return ofSession.map(({ reviewerId }) => reviewerId);
  };
  expect(await seen("reviewer", "lee")).toEqual([]);
  await reviewer(t, "lee").mutation(api.reviewClaims.take, { itemId: items[0]! });
  expect(await seen("reviewer", "lee")).toEqual([]);
  expect(await seen("reviewer", "kim")).toEqual(["kim"]);
  expect(await seen("viewer", "vic")).toEqual(["kim"]);
  expect(await seen("admin", "boss")).toEqual(["kim"]);
  vi.advanceTimersByTime(1000);
  await submit("lee", 3);
  expect(await seen("reviewer", "lee")).toEqual(["kim", "lee"]);
  // Nobody can be swayed any more: the session has all its reviews.
  expect(await seen("reviewer", "max")).toEqual(["kim", "lee"]);
});

test("what is left in a closed queue hides nothing", async () => {
  const { t, ids, queueId, submit } = await begin(1, { target: 2 });
  await submit("kim");
  await as(t, "admin").mutation(api.reviewQueues.update, { id: queueId, state: "closed" });
  const sessionId = ids[0]!;
  expect(await reviewer(t, "max").query(api.reviews.ofSession, { sessionId })).toHaveLength(1);
});

test("reviews are listed by queue, reviewer, rubric and time", async () => {
  const { t, queueId, rubricId, items, submit } = await begin(2, { target: 2 });
  await submit("kim");
  vi.advanceTimersByTime(1000);
  await submit("lee");
  await submit("lee", 3, items[1]);
  const viewer = as(t, "viewer");
  const found = async (filters: object) =>
    (await viewer.query(api.reviews.list, { ...PAGE, ...filters })).items.map(
      ({ reviewerId, itemId }) => `${reviewerId} ${items.indexOf(itemId)}`,
    );
  expect(await found({ order: "asc" })).toEqual(["kim 0", "lee 0", "lee 1"]);
  expect(await found({ reviewerId: "kim" })).toEqual(["kim 0"]);
  expect(await found({ queueId, reviewerId: "lee", order: "asc" })).toEqual(["lee 0", "lee 1"]);
  expect(await found({ to: START + DAY_MS + 1 })).toEqual(["kim 0"]);
  expect(await found({ rubricId, kind: "decision" })).toEqual([]);
  expect(await found({ queueId: "none" })).toEqual([]);
  const first = await viewer.query(api.reviews.list, { cursor: null, limit: 2 });
  const rest = { cursor: first.nextCursor, limit: 2 };
  expect((await viewer.query(api.reviews.list, rest)).items).toHaveLength(1);
});

test("reviews that differ are listed until an admin decides, and the decision's score counts", async () => {
  const { t, ids, items, queueId, submit } = await begin(2, { target: 2 });
  const admin = as(t, "admin", "boss");
  const decide = (score: number) =>
    admin.mutation(api.reviews.adjudicate, { itemId: items[0]!, ...answers(score) });
  await submit("kim", 2);
  await refused(decide(3), "CONFLICT");
  await submit("lee", 5);
  for (const name of ["kim", "lee"]) await submit(name, 4, items[1]);
  const disputed = async (dispute: string) =>
    (await itemsOf(t, queueId, { dispute })).map(({ id }) => id);
  expect(await disputed("open")).toEqual([items[0]]);
  await decide(3);
  expect(await resultOf(t, ids[0]!)).toEqual(["reviewed", 3]);
  expect([await disputed("open"), await disputed("settled")]).toEqual([[], [items[0]]]);
  await decide(1);
  expect(await resultOf(t, ids[0]!)).toEqual(["reviewed", 1]);
  const decisions = { itemId: items[0]!, reviewerId: "boss", kind: "decision" as const, ...PAGE };
  expect((await admin.query(api.reviews.history, decisions)).items).toHaveLength(2);
  const counted = await admin.query(api.reviews.ofSession, { sessionId: ids[0]! });
  expect(counted.filter(({ kind }) => kind === "decision")).toHaveLength(1);
  const kim = reviewer(t, "kim");
  await refused(kim.mutation(api.reviews.amend, { itemId: items[0]!, ...answers() }), "CONFLICT");
  const trail = await admin.query(api.audit.list, { action: "review.decide", ...PAGE });
  expect(trail.items).toHaveLength(2);
  await expectNoDrift(t, queueId);
});

test("a dispute that an amendment ends is none any more", async () => {
  const { t, items, queueId, submit } = await begin(1, { target: 2 });
  await submit("kim", 2);
  await submit("lee", 5);
  const amend = { itemId: items[0]!, ...answers(5) };
  await reviewer(t, "kim").mutation(api.reviews.amend, amend);
  expect(await itemsOf(t, queueId, { dispute: "open" })).toEqual([]);
});

test("agreement counts each pair of reviews as it was written before others were visible", async () => {
  const { t, items, queueId, rubricId, submit } = await begin(2, { target: 3 });
  await submit("max", 4);
  await submit("kim", 4);
  await submit("lee", 5);
  await submit("kim", 1, items[1]);
  await submit("lee", 1, items[1]);
  const amend = { itemId: items[0]!, ...answers(3) };
  await reviewer(t, "kim").mutation(api.reviews.amend, amend);
  const { items: pairs } = await as(t, "reviewer").query(api.reviews.agreements, {
    queueId,
    ...PAGE,
  });
  const tone = (a: string, b: string) => ({ criterion: "tone", a, b, count: 1 });
  const counted = pairs.map(({ first, second, cells }) => [first, second, cells]);
  expect(counted.sort()).toEqual([
    ["kim", "lee", [tone("1", "1"), tone("4", "5")]],
    ["kim", "max", [tone("4", "4")]],
    ["lee", "max", [tone("5", "4")]],
  ]);
  expect(pairs.every((pair) => pair.rubricId === rubricId)).toBe(true);
});

test("a claim keeps the rubric that it began with", async () => {
  const { t, queueId, rubricId, submit } = await begin(2);
  const kim = reviewer(t, "kim");
  await kim.mutation(api.reviewClaims.next, { queueId });
  const admin = as(t, "admin");
  const second = await admin.mutation(api.rubrics.publish, rubricArgs("second"));
  await admin.mutation(api.reviewQueues.update, { id: queueId, rubricId: second.id });
  expect((await submit("kim")).review.rubricId).toBe(rubricId);
  expect((await kim.mutation(api.reviewClaims.next, { queueId }))?.rubricId).toBe(second.id);
});

test("the transcript stays as it was said", async () => {
  const { t, ids, items } = await begin(1);
  const sessionId = ids[0]!;
  const read = () => as(t, "viewer").query(api.interactions.list, { sessionId, ...PAGE });
  const before = await read();
  const review = { itemId: items[0]!, ...written("what was said") };
  await reviewer(t, "kim").mutation(api.reviews.submit, review);
  expect(await read()).toEqual(before);
});

test("erasing a user takes their reviews out of every count", async () => {
  const { t, ids, items, queueId, rubricId, submit } = await begin(2, { target: 2 });
  await as(t, "ingest").mutation(api.users.upsert, { clerkId: "user_2", kind: "product" });
  const [other] = await ended(t, 1, { clerkId: "user_2" }, 5);
  await submit("kim", 2);
  await submit("lee", 5);
  await as(t, "admin").mutation(api.reviews.adjudicate, { itemId: items[0]!, ...answers() });
  await reviewer(t, "kim").mutation(api.reviewClaims.next, { queueId });
  const draft = { itemId: items[1]!, ...answers() };
  await reviewer(t, "kim").mutation(api.reviewClaims.saveDraft, draft);
  const worker = as(t, "worker");
  await worker.mutation(api.erasure.start, { clerkId: "user_1" });
  const refusedNow = reviewer(t, "max").mutation(api.reviewClaims.take, { itemId: items[1]! });
  await refused(refusedNow, "CONFLICT");
  const step = () => worker.mutation(api.erasure.step, { clerkId: "user_1", deletedKeys: [] });
  let last = await step();
  while (!last.done) last = await step();
  expect(last.counts).toMatchObject({ reviewItems: 2, reviews: 3, reviewDrafts: 1 });
  expect(await progressOf(t, queueId)).toMatchObject({ items: 1, done: 0, inWork: 0 });
  const viewer = as(t, "viewer");
  expect(await viewer.query(api.reviews.trends, { from: START, to: START + 1, rubricId })).toEqual(
    [],
  );
  const pairs = await as(t, "admin").query(api.reviews.agreements, { queueId, ...PAGE });
  expect(pairs.items.flatMap(({ cells }) => cells)).toEqual([]);
  await expectNoDrift(t, queueId);
  expect(await reviewNext(t, "kim", queueId)).toBe("call-5");
  expect(await resultOf(t, other!)).toEqual(["in_review", undefined]);
  await refused(viewer.query(api.reviews.ofSession, { sessionId: ids[0]! }), "GONE");
});

test("erasing a user removes the stored answer about them and the next session's user", async () => {
  const t = deployment();
  const { id: queueId } = await openQueue(t);
  await ended(t, 1);
  await as(t, "ingest").mutation(api.users.upsert, { clerkId: "user_2", kind: "product" });
  await ended(t, 1, { clerkId: "user_2" }, 5);
  const kim = reviewer(t, "kim");
  const { itemId } = (await kim.mutation(api.reviewClaims.next, { queueId }))!;
  const review = { itemId, ...written("secret"), next: true, idempotencyKey: "k" };
  await kim.mutation(api.reviews.submit, review);
  const worker = as(t, "worker");
  for (const clerkId of ["user_2", "user_1"]) {
    await worker.mutation(api.erasure.start, { clerkId });
    let done = false;
    while (!done) {
      ({ done } = await worker.mutation(api.erasure.step, { clerkId, deletedKeys: [] }));
    }
    expect(await t.run(async (ctx) => await ctx.db.query("idempotencyKeys").take(5))).toEqual([]);
  }
  expect(await t.run(async (ctx) => await ctx.db.query("reviews").take(5))).toEqual([]);
});
