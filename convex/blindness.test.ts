/** Agreement counts only what was written before its reviewer could read the other review. */
import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { START, as, deployment } from "../tests/convex/harness.ts";
import type { Deployment } from "../tests/convex/harness.ts";
import { PAGE, answers, ended, itemsOf, openQueue, reviewer } from "../tests/convex/reviewing.ts";
import { api } from "./_generated/api.js";
import { DAY_MS } from "./model/limits.ts";

afterEach(() => {
  vi.useRealTimers();
});

const NAMES = ["kim", "lee"] as const;
type Name = (typeof NAMES)[number];
const ACTS = ["submit", "amend", "undo", "copy", "read", "release"] as const;
type Step = { name: Name; act: (typeof ACTS)[number]; score: number };

async function counted(t: Deployment, queueId: string) {
  const { items } = await as(t, "admin").query(api.reviews.agreements, { queueId, ...PAGE });
  return items.flatMap(({ cells }) => cells.map(({ a, b, count }) => ({ a, b, count })));
}

/** Two reviewers of one session, and what each has read and written so far. */
async function twoReviewers(more: object = {}) {
  vi.useFakeTimers();
  vi.setSystemTime(START + DAY_MS);
  const t = deployment();
  const { id: queueId } = await openQueue(t, { target: 2, ...more });
  const [sessionId] = await ended(t, 1);
  const itemId = (await itemsOf(t, queueId))[0]!.id;
  return { t, queueId, sessionId: sessionId!, itemId };
}

test("whatever two reviewers do, a review that could be copied is not counted", async () => {
  const step = fc.record({
    name: fc.constantFrom(...NAMES),
    act: fc.constantFrom(...ACTS),
    score: fc.integer({ min: 1, max: 5 }),
  });
  let pairs = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 10 }), async (steps) => {
      const { t, queueId, sessionId, itemId } = await twoReviewers();
      /** Scores that each wrote before they ever read the other's; whether they ever did. */
      const blind = { kim: new Set<number>(), lee: new Set<number>() };
      const hasRead = { kim: false, lee: false };
      const scoreRead = { kim: 3, lee: 3 };
      const read = async (name: Name) => {
        const found = await reviewer(t, name).query(api.reviews.ofSession, { sessionId });
        const other = found.find(({ reviewerId }) => reviewerId !== name);
        if (other === undefined) return;
        hasRead[name] = true;
        scoreRead[name] = other.score!;
      };
      const write = async (name: Name, act: "submit" | "amend", score: number) => {
        const call = { itemId, ...answers(score) };
        const caller = reviewer(t, name);
        if (act === "submit") await caller.mutation(api.reviews.submit, call);
        else await caller.mutation(api.reviews.amend, call);
        if (!hasRead[name]) blind[name].add(score);
      };
      const doStep = async ({ name, act, score }: Step) => {
        const caller = reviewer(t, name);
        if (act === "submit" || act === "amend") await write(name, act, score);
        if (act === "undo") await caller.mutation(api.reviews.undo, { itemId });
        if (act === "release") await caller.mutation(api.reviewClaims.release, { itemId });
        if (act === "copy") {
          const copied = scoreRead[name];
          await write(name, "submit", copied).catch(() => write(name, "amend", copied));
        }
      };
      for (const one of steps) {
        vi.advanceTimersByTime(1000);
        // What the state does not allow is refused, and changes nothing.
        await doStep(one).catch(() => undefined);
        for (const name of NAMES) await read(name);
      }
      const cells = await counted(t, queueId);
      expect(cells.reduce((sum, { count }) => sum + count, 0)).toBeLessThanOrEqual(1);
      for (const { a, b } of cells) {
        pairs += 1;
        expect([...blind.kim].map(String)).toContain(a);
        expect([...blind.lee].map(String)).toContain(b);
      }
    }),
    { numRuns: 60 },
  );
  expect(pairs).toBeGreaterThan(0);
});

test("both written blind are counted, and stay as they were when one is changed into a copy", async () => {
  const { t, queueId, itemId } = await twoReviewers();
  await reviewer(t, "kim").mutation(api.reviews.submit, { itemId, ...answers(2) });
  await reviewer(t, "lee").mutation(api.reviews.submit, { itemId, ...answers(5) });
  const cells = [{ a: "2", b: "5", count: 1 }];
  expect(await counted(t, queueId)).toEqual(cells);
  await reviewer(t, "lee").mutation(api.reviews.amend, { itemId, ...answers(2) });
  expect(await counted(t, queueId)).toEqual(cells);
  const undone = reviewer(t, "kim").mutation(api.reviews.undo, { itemId });
  expect((await undone).itemId).toBe(itemId);
  expect(await counted(t, queueId)).toEqual([]);
  await reviewer(t, "kim").mutation(api.reviews.submit, { itemId, ...answers(5) });
  expect(await counted(t, queueId)).toEqual([]);
});

test("what is corrected while nobody else has written still counts", async () => {
  const { t, queueId, itemId } = await twoReviewers();
  await reviewer(t, "kim").mutation(api.reviews.submit, { itemId, ...answers(2) });
  await reviewer(t, "kim").mutation(api.reviews.amend, { itemId, ...answers(3) });
  await reviewer(t, "lee").mutation(api.reviews.submit, { itemId, ...answers(3) });
  expect(await counted(t, queueId)).toEqual([{ a: "3", b: "3", count: 1 }]);
});

test("an admin, who may read everything, is counted only as the first", async () => {
  const { t, queueId, itemId } = await twoReviewers();
  await reviewer(t, "kim").mutation(api.reviews.submit, { itemId, ...answers(2) });
  await as(t, "admin", "boss").mutation(api.reviews.submit, { itemId, ...answers(2) });
  expect(await counted(t, queueId)).toEqual([]);
});

test("a queue that was closed in between hides nothing, so what follows is not counted", async () => {
  const { t, queueId, itemId } = await twoReviewers();
  const admin = as(t, "admin");
  await reviewer(t, "kim").mutation(api.reviews.submit, { itemId, ...answers(2) });
  for (const state of ["closed", "open"] as const) {
    await admin.mutation(api.reviewQueues.update, { id: queueId, state });
  }
  await reviewer(t, "lee").mutation(api.reviews.submit, { itemId, ...answers(2) });
  expect(await counted(t, queueId)).toEqual([]);
});

test("another queue's reviews, hidden while this one wants the session, taint nobody", async () => {
  const { t, queueId, sessionId, itemId } = await twoReviewers();
  const other = await openQueue(t, { name: "Second", target: 1 });
  const add = { queueId: other.id, sessionIds: [sessionId] };
  await as(t, "admin").mutation(api.reviewQueues.addSessions, add);
  const [second] = await itemsOf(t, other.id);
  const review = { itemId: second!.id, ...answers(1) };
  await reviewer(t, "max").mutation(api.reviews.submit, review);
  await reviewer(t, "kim").mutation(api.reviews.submit, { itemId, ...answers(2) });
  await reviewer(t, "lee").mutation(api.reviews.submit, { itemId, ...answers(4) });
  expect(await counted(t, queueId)).toEqual([{ a: "2", b: "4", count: 1 }]);
});
