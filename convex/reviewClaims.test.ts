/** A place belongs to one reviewer while the lease lasts, and nothing written is lost after it. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { START, as, deployment, refused } from "../tests/convex/harness.ts";
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
import { api, internal } from "./_generated/api.js";
import { REVIEW_LEASE_MS } from "./model/limits.ts";

const LEASE = REVIEW_LEASE_MS.usual;

beforeEach(() => {
  vi.useFakeTimers();
  vi.setSystemTime(START);
});

afterEach(() => {
  vi.useRealTimers();
});

/** A deployment with a queue and ended sessions, and what its reviewers do. */
async function begin(sessions: number, more: object = {}) {
  const t = deployment();
  const { id: queueId } = await openQueue(t, more);
  await ended(t, sessions);
  const next = (name: string) => reviewer(t, name).mutation(api.reviewClaims.next, { queueId });
  const take = (name: string, itemId: string) =>
    reviewer(t, name).mutation(api.reviewClaims.take, { itemId });
  const statusOf = async (externalId: string) =>
    (await as(t, "viewer").query(api.userSessions.byExternalId, { externalId }))!.reviewStatus;
  return { t, queueId, next, take, statusOf };
}

test("a repeated next is the same session, with a fresh lease", async () => {
  const { queueId, next, t } = await begin(3);
  const first = (await next("kim"))!;
  expect(first).toMatchObject({ leaseUntil: START + LEASE, draft: null, isAssigned: false });
  vi.setSystemTime(START + 60_000);
  expect(await next("kim")).toEqual({ ...first, leaseUntil: START + 60_000 + LEASE });
  const current = await reviewer(t, "kim").query(api.reviewClaims.current, { queueId });
  expect(current?.itemId).toBe(first.itemId);
  expect(await progressOf(t, queueId)).toMatchObject({ inWork: 1, left: 2 });
});

test("two reviewers never hold the place of one review", async () => {
  const { next, take } = await begin(2);
  const [kim, lee] = [(await next("kim"))!, (await next("lee"))!];
  expect(kim.itemId).not.toBe(lee.itemId);
  expect(await next("max")).toBeNull();
  await refused(take("max", kim.itemId), "CONFLICT");
});

test("sessions that want several reviews go to as many reviewers, once each", async () => {
  const { t, queueId, next } = await begin(2, { target: 2 });
  expect((await next("kim"))?.session.externalId).toBe("call-0");
  expect((await next("lee"))?.session.externalId).toBe("call-0");
  expect((await next("max"))?.session.externalId).toBe("call-1");
  for (const name of ["kim", "lee"]) await reviewNext(t, name, queueId);
  expect((await next("kim"))?.session.externalId).toBe("call-1");
  expect(await next("lee")).toBeNull();
  await expectNoDrift(t, queueId);
});

test("the oldest session with a free place comes first, whoever began it", async () => {
  const { t, queueId } = await begin(4, { target: 3 });
  const seen = [];
  for (const name of ["kim", "kim", "lee", "max", "lee", "max", "lee"]) {
    seen.push(await reviewNext(t, name, queueId));
  }
  expect(seen).toEqual(["call-0", "call-1", "call-0", "call-0", "call-1", "call-1", "call-2"]);
  expect(await progressOf(t, queueId)).toEqual({
    items: 4,
    itemsDone: 2,
    wanted: 12,
    done: 7,
    inWork: 0,
    left: 5,
  });
});

test("many sets of reviewers ahead of one do not hide what is free for them", async () => {
  const { t, queueId } = await begin(12, { target: 3 });
  const names = ["a", "b", "c", "d", "e"];
  const items = await itemsOf(t, queueId);
  let index = 0;
  for (const [at, one] of names.entries()) {
    for (const other of names.slice(at + 1)) {
      const itemId = items[index]!.id;
      for (const name of [one, other]) {
        await reviewer(t, name).mutation(api.reviews.submit, { itemId, ...answers() });
      }
      index += 1;
    }
  }
  for (let count = 0; count < 12; count += 1) {
    expect(await reviewNext(t, "kim", queueId), String(count)).not.toBeNull();
  }
  expect(await reviewNext(t, "kim", queueId)).toBeNull();
  await expectNoDrift(t, queueId);
});

test("when the lease is over the place is free at once, and its session unreviewed", async () => {
  const { t, queueId, next, statusOf } = await begin(1);
  const kim = (await next("kim"))!;
  expect(await statusOf("call-0")).toBe("in_review");
  vi.setSystemTime(START + LEASE - 1);
  expect(await next("lee")).toBeNull();
  vi.setSystemTime(START + LEASE);
  expect(await progressOf(t, queueId)).toMatchObject({ inWork: 0, left: 1 });
  expect((await next("lee"))?.itemId).toBe(kim.itemId);
  const renewal = reviewer(t, "kim").mutation(api.reviewClaims.renew, { itemId: kim.itemId });
  expect(await renewal).toEqual({ held: false, leaseUntil: null });
  expect(await progressOf(t, queueId)).toMatchObject({ inWork: 1, left: 0 });
  await expectNoDrift(t, queueId);
});

test("a claim that nobody wants meanwhile goes on after its lease", async () => {
  const { t, next } = await begin(2);
  const { itemId } = (await next("kim"))!;
  vi.setSystemTime(START + 2 * LEASE);
  expect((await next("kim"))?.itemId).toBe(itemId);
  vi.setSystemTime(START + 4 * LEASE);
  const kim = reviewer(t, "kim");
  const renewal = await kim.mutation(api.reviewClaims.renew, { itemId });
  expect(renewal).toEqual({ held: true, leaseUntil: START + 5 * LEASE });
  vi.setSystemTime(START + 9 * LEASE);
  await kim.mutation(api.reviews.submit, { itemId, ...answers() });
});

test("the job takes back expired claims, others stay", async () => {
  const { t, queueId, next, statusOf } = await begin(2);
  await next("kim");
  vi.setSystemTime(START + LEASE - 5);
  await next("lee");
  vi.setSystemTime(START + LEASE);
  await t.mutation(internal.housekeeping.endExpiredClaims, {});
  await t.finishAllScheduledFunctions(vi.runAllTimers);
  expect([await statusOf("call-0"), await statusOf("call-1")]).toEqual(["unreviewed", "in_review"]);
  await expectNoDrift(t, queueId);
});

test("a released session comes back to whoever asks first; a skipped one comes last", async () => {
  const { t, queueId, next, statusOf } = await begin(3);
  const kim = reviewer(t, "kim");
  const { itemId } = (await next("kim"))!;
  const release = (skip: boolean) => kim.mutation(api.reviewClaims.release, { itemId, skip });
  expect(await release(false)).toEqual({ released: true });
  expect(await release(false)).toEqual({ released: false });
  expect(await statusOf("call-0")).toBe("unreviewed");
  expect((await next("kim"))?.itemId).toBe(itemId);
  await release(true);
  const seen = [];
  for (let count = 0; count < 3; count += 1) seen.push(await reviewNext(t, "kim", queueId));
  expect(seen).toEqual(["call-1", "call-2", "call-0"]);
});

test("taking a session gives up the other one, and its draft is kept", async () => {
  const { t, queueId, next, take } = await begin(2);
  const kim = reviewer(t, "kim");
  const { itemId } = (await next("kim"))!;
  await kim.mutation(api.reviewClaims.saveDraft, { itemId, ...answers(2) });
  const other = (await itemsOf(t, queueId)).find(({ id }) => id !== itemId)!;
  await take("kim", other.id);
  expect((await next("lee"))?.itemId).toBe(itemId);
  await reviewer(t, "lee").mutation(api.reviewClaims.release, { itemId });
  const again = await take("kim", itemId);
  expect(again).toMatchObject({ draft: answers(2), draftUpdatedAt: START });
  expect(await progressOf(t, queueId)).toMatchObject({ inWork: 1 });
});

test("a draft prolongs the claim, and outlives it", async () => {
  const { t, next, take } = await begin(1);
  const kim = reviewer(t, "kim");
  const { itemId } = (await next("kim"))!;
  const save = (score: number) =>
    kim.mutation(api.reviewClaims.saveDraft, { itemId, ...answers(score) });
  vi.setSystemTime(START + 1000);
  expect(await save(1)).toEqual({ held: true, leaseUntil: START + 1000 + LEASE });
  vi.setSystemTime(START + 1000 + LEASE);
  await next("lee");
  expect(await save(2)).toEqual({ held: false, leaseUntil: null });
  await refused(kim.mutation(api.reviews.submit, { itemId, ...answers(2) }), "CONFLICT");
  await reviewer(t, "lee").mutation(api.reviewClaims.release, { itemId });
  expect((await take("kim", itemId)).draft).toEqual(answers(2));
  await kim.mutation(api.reviews.submit, { itemId, ...answers(2) });
  await refused(save(3), "CONFLICT");
});

test("drafts without a claim are limited in number, those of a claim are not", async () => {
  const { t, queueId, next } = await begin(2);
  const { itemId } = (await next("kim"))!;
  const kim = reviewer(t, "kim");
  const save = (id: string) =>
    kim.mutation(api.reviewClaims.saveDraft, { itemId: id, ...answers() });
  const other = (await itemsOf(t, queueId)).find(({ id }) => id !== itemId)!;
  for (let count = 0; count < 300; count += 1) await save(other.id);
  await refused(save(other.id), "RATE_LIMITED");
  expect(await save(itemId)).toMatchObject({ held: true });
});

test("drafts are one's own", async () => {
  const { t, next } = await begin(1, { target: 2 });
  const { itemId } = (await next("kim"))!;
  await reviewer(t, "kim").mutation(api.reviewClaims.saveDraft, { itemId, ...answers() });
  expect(await next("lee")).toMatchObject({ itemId, draft: null });
});

test("a queue has a lease of its own", async () => {
  const { next } = await begin(1, { leaseMs: 1000 });
  expect((await next("kim"))?.leaseUntil).toBe(START + 1000);
  vi.setSystemTime(START + 1000);
  expect(await next("lee")).not.toBeNull();
});

test("a queue has at most a hundred reviewers", async () => {
  const { t, queueId, next } = await begin(1);
  await t.run(async (ctx) => {
    const id = ctx.db.normalizeId("reviewQueues", queueId)!;
    for (let index = 0; index < 100; index += 1) {
      await ctx.db.insert("reviewTallies", {
        queueId: id,
        owner: `reviewer:r${index}`,
        shard: 0,
        items: 0,
        done: 0,
        submitted: 0,
        assigned: 0,
        createdAt: START,
      });
    }
  });
  await refused(next("kim"), "LIMIT_EXCEEDED");
  expect(await next("r5")).not.toBeNull();
});
