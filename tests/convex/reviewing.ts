/** A queue with a rubric, sessions and reviewers, for the tests of the review workflow. */
import { expect } from "vitest";
import { api } from "../../convex/_generated/api.js";
import type { Drift } from "../../convex/model/repair.ts";
import { START, addSession, as } from "./harness.ts";
import type { Deployment } from "./harness.ts";
import { rubricArgs } from "./samples.ts";

export const PAGE = { cursor: null, limit: 100 };

/** Publish the sample rubric and open a queue that takes all sessions. */
export async function openQueue(t: Deployment, more: object = {}) {
  const admin = as(t, "admin");
  const { id: rubricId } = await admin.mutation(api.rubrics.publish, rubricArgs());
  return await admin.mutation(api.reviewQueues.create, { name: "Weekly", rubricId, ...more });
}

/** End sessions `first` to `last` - 1, a minute apart, each with two turns; return their ids. */
export async function ended(t: Deployment, count: number, more: object = {}, first = 0) {
  const ids: string[] = [];
  for (let index = first; index < first + count; index += 1) {
    const startedAt = START + index * 60_000;
    const id = await addSession(t, `call-${index}`, { startedAt, ...more });
    const turns = [0, 1].map((sequence) => ({
      sequence,
      speaker: "user" as const,
      text: `turn ${sequence}`,
      startedAtMs: sequence,
    }));
    const ingest = as(t, "ingest");
    await ingest.mutation(api.interactions.append, { sessionId: id, interactions: turns });
    await ingest.mutation(api.userSessions.update, { id, status: "completed" });
    ids.push(id);
  }
  return ids;
}

/** Valid answers to the sample rubric. */
export function answers(score = 4) {
  return { answers: { tone: score }, turns: [], comments: [], corrections: [] };
}

export function reviewer(t: Deployment, name: string) {
  return as(t, "reviewer", name);
}

/** Claim the next session and submit a review of it; its session, or null if there is none. */
export async function reviewNext(t: Deployment, name: string, queueId: string, score = 4) {
  const claim = await reviewer(t, name).mutation(api.reviewClaims.next, { queueId });
  if (claim === null) return null;
  const { itemId, session } = claim;
  await reviewer(t, name).mutation(api.reviews.submit, { itemId, ...answers(score) });
  return session.externalId;
}

export async function progressOf(t: Deployment, id: string) {
  return (await as(t, "admin").query(api.reviewQueues.get, { id }))!.progress;
}

export async function itemsOf(t: Deployment, queueId: string, more: object = {}) {
  const page = await as(t, "admin").query(api.reviewQueues.items, { queueId, ...PAGE, ...more });
  return page.items;
}

/** Expect that a recount of the queue finds nothing. */
export async function expectNoDrift(t: Deployment, queueId: string) {
  const drift: Drift[] = [];
  let cursor: string | null = null;
  do {
    const part: { drift: Drift[]; nextCursor: string | null } = await as(t, "worker").mutation(
      api.repair.queues,
      { queueId, cursor, fix: false },
    );
    drift.push(...part.drift);
    cursor = part.nextCursor;
  } while (cursor !== null);
  expect(drift).toEqual([]);
}
