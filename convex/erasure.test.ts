/** An erased user leaves nothing but the receipt, the audit trail and other people's figures. */
import { expect, test } from "vitest";
import {
  START,
  addSession,
  addUser,
  as,
  deployment,
  refused,
  turn,
} from "../tests/convex/harness.ts";
import type { Deployment } from "../tests/convex/harness.ts";
import { AUDIO, audioKey, seed } from "../tests/convex/samples.ts";
import { api } from "./_generated/api.js";

/** Play the worker: delete what each step names until the erasure is done. */
async function erase(t: Deployment, clerkId: string) {
  const worker = as(t, "worker");
  const asked: string[] = [];
  let deletedKeys: string[] = [];
  for (let steps = 0; steps < 100; steps += 1) {
    const step = await worker.mutation(api.erasure.step, { clerkId, deletedKeys });
    if (step.done) return { asked, counts: step.counts };
    asked.push(...step.keys);
    deletedKeys = step.keys;
  }
  throw new Error("the erasure does not end");
}

test("rows go after their objects, in batches, and the receipt counts them", async () => {
  const t = deployment();
  const { clerkId, sessionId } = await seed(t, {
    name: "Zora",
    email: "zora@example.org",
    text: "zora-secret",
    metadata: { who: "zora" },
  });
  await as(t, "ingest").mutation(api.userSessions.update, {
    id: sessionId,
    title: "zora",
    idempotencyKey: "k",
  });
  const interactions = Array.from({ length: 500 }, (_, index) =>
    turn(10 + index, { text: "zora" }),
  );
  await as(t, "ingest").mutation(api.interactions.append, { sessionId, interactions });
  await addUser(t, "user_2");
  const other = await addSession(t, "other", { clerkId: "user_2" });
  await as(t, "ingest").mutation(api.interactions.append, {
    sessionId: other,
    interactions: [turn(0, { latencyMs: 5 })],
  });

  const { erasureId } = await as(t, "admin", "boss").mutation(api.erasure.start, { clerkId });
  expect((await as(t, "admin").mutation(api.erasure.start, { clerkId })).erasureId).toBe(erasureId);
  const { asked, counts } = await erase(t, clerkId);
  expect(asked.sort()).toEqual([audioKey(sessionId, 0), audioKey(sessionId, 1)]);
  expect(counts).toMatchObject({
    audioObjects: 2,
    interactions: 504,
    scores: 1,
    userSessions: 1,
    users: 1,
    idempotencyKeys: 1,
  });

  const everything = await t.run(async (ctx) => {
    const tables = [
      "users",
      "userSessions",
      "interactions",
      "audioObjects",
      "totals",
      "idempotencyKeys",
      "searchTexts",
      "userWords",
    ] as const;
    return JSON.stringify(await Promise.all(tables.map((table) => ctx.db.query(table).take(1000))));
  });
  expect(everything).not.toMatch(/zora|user_1/i);
  const [day] = await as(t, "viewer").query(api.userSessions.daily, { from: START, to: START + 1 });
  expect(day).toMatchObject({ sessions: 1, interactions: 1, latency: { count: 1 } });
  const receipt = await as(t, "admin").query(api.erasure.get, { clerkId });
  expect(receipt).toMatchObject({ id: erasureId, startedBy: "boss", counts });
  expect(receipt?.finishedAt).toBeGreaterThan(0);
  const { items } = await as(t, "admin").query(api.erasure.list, { cursor: null, limit: 5 });
  expect(items).toEqual([receipt]);
});

test("a step repeated after the end, or with foreign keys, is harmless", async () => {
  const t = deployment();
  const clerkId = await addUser(t);
  await addUser(t, "user_2");
  const sessionId = await addSession(t, "other", { clerkId: "user_2" });
  await as(t, "ingest").mutation(api.audioObjects.begin, {
    sessionId,
    key: audioKey(sessionId, 7),
    ...AUDIO,
  });
  await as(t, "worker").mutation(api.erasure.start, { clerkId });
  const step = () =>
    as(t, "worker").mutation(api.erasure.step, { clerkId, deletedKeys: [audioKey(sessionId, 7)] });
  expect(await step()).toMatchObject({ done: true, counts: { users: 1 } });
  expect(await step()).toMatchObject({ done: true, counts: { users: 1 } });
  expect(await as(t, "viewer").query(api.audioObjects.forSession, { sessionId })).toHaveLength(1);
});

test("nothing can be added to a user who is being erased", async () => {
  const t = deployment();
  const sessionId = await addSession(t);
  await as(t, "admin").mutation(api.erasure.start, { clerkId: "user_1" });
  const ingest = as(t, "ingest");
  await refused(
    ingest.mutation(api.interactions.append, { sessionId, interactions: [turn(0)] }),
    "CONFLICT",
  );
  await refused(
    ingest.mutation(api.users.upsert, { clerkId: "user_1", kind: "product" }),
    "CONFLICT",
  );
  const begin = { sessionId, key: audioKey(sessionId, 1), ...AUDIO };
  await refused(ingest.mutation(api.audioObjects.begin, begin), "CONFLICT");
  const session = {
    externalId: "new",
    clerkId: "user_1",
    channel: "chat" as const,
    startedAt: START,
  };
  await refused(ingest.mutation(api.userSessions.create, session), "CONFLICT");
});

test("a legal hold, an unknown user or an erasure not begun stop it", async () => {
  const t = deployment();
  const id = await addSession(t);
  const admin = as(t, "admin");
  await admin.mutation(api.userSessions.setLegalHold, { id, legalHold: true });
  await refused(admin.mutation(api.erasure.start, { clerkId: "user_1" }), "CONFLICT");
  await refused(admin.mutation(api.erasure.start, { clerkId: "user_9" }), "NOT_FOUND");
  const step = { clerkId: "user_1", deletedKeys: [] };
  await refused(as(t, "worker").mutation(api.erasure.step, step), "NOT_FOUND");
  expect(await admin.query(api.erasure.get, { clerkId: "user_1" })).toBeNull();
});

/** Answers as earlier releases stored them: without a bound. */
async function keepAnswers(t: Deployment, clerkId: string, count: number, bytes: number) {
  await t.run(async (ctx) => {
    const user = await ctx.db
      .query("users")
      .withIndex("by_clerkId", (q) => q.eq("clerkId", clerkId))
      .unique();
    for (let index = 0; index < count; index += 1) {
      await ctx.db.insert("idempotencyKeys", {
        caller: "c",
        key: `${bytes} ${index}`,
        functionName: "listening:exportAudio",
        argumentsHash: "h",
        result: JSON.stringify("x".repeat(bytes)),
        userId: user!._id,
        createdAt: START,
      });
    }
  });
}

test("an erasure ends however many and however large the kept answers are", async () => {
  const t = deployment();
  const clerkId = await addUser(t);
  // Ten at a time, so that they fit into the transactions that store them.
  for (let part = 0; part < 6; part += 1) await keepAnswers(t, clerkId, 8, 445_000 + part);
  await keepAnswers(t, clerkId, 2000, 100);
  await as(t, "admin").mutation(api.erasure.start, { clerkId });
  const { counts } = await erase(t, clerkId);
  expect(counts).toMatchObject({ idempotencyKeys: 2048, users: 1 });
});

test("large reviews, drafts and sessions do not stop an erasure", async () => {
  const t = deployment();
  const clerkId = await addUser(t);
  for (let index = 0; index < 60; index += 1) {
    await addSession(t, `call-${index}`, { metadata: { note: "x".repeat(16_000) } });
  }
  await as(t, "admin").mutation(api.erasure.start, { clerkId });
  expect((await erase(t, clerkId)).counts).toMatchObject({ userSessions: 60, users: 1 });
});
