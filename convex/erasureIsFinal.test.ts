/** Who was erased does not come back, and the proof stays. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import {
  START,
  addSession,
  addUser,
  as,
  deployment,
  refused,
  turn,
} from "../tests/convex/harness.ts";
import { AUDIO, audioKey, erased, seed } from "../tests/convex/samples.ts";
import { api } from "./_generated/api.js";
import { HOUR_MS, UPLOAD_URL_MS } from "./model/limits.ts";

beforeEach(() => {
  vi.useFakeTimers();
  vi.setSystemTime(START);
});

afterEach(() => {
  vi.useRealTimers();
});

test("whatever comes later for an erased user or session is gone", async () => {
  const t = deployment();
  const { clerkId, sessionId } = await seed(t);
  await addUser(t, "user_2");
  await erased(t, clerkId);
  const ingest = as(t, "ingest");
  await refused(addUser(t, clerkId), "GONE");
  const start = { channel: "voice" as const, startedAt: START };
  const create = (externalId: string, who: string) =>
    ingest.mutation(api.userSessions.create, { externalId, clerkId: who, ...start });
  await refused(create("call-9", clerkId), "GONE");
  await refused(create("call-1", "user_2"), "GONE");
  expect((await create("call-9", "user_2")).created).toBe(true);
  const interactions = [turn(9)];
  await refused(ingest.mutation(api.interactions.append, { sessionId, interactions }), "GONE");
  await refused(ingest.mutation(api.userSessions.update, { id: sessionId, title: "x" }), "GONE");
  const key = audioKey(sessionId, 7);
  await refused(ingest.mutation(api.audioObjects.begin, { sessionId, key, ...AUDIO }), "GONE");
});

test("tombstones tell no id, and are made once", async () => {
  const t = deployment();
  const clerkId = await addUser(t);
  await addSession(t, "call-1");
  await addSession(t, "call-2");
  await erased(t, clerkId);
  await erased(t, clerkId);
  const rows = await t.run(async (ctx) => await ctx.db.query("tombstones").take(10));
  expect(rows.map(({ kind }) => kind).sort()).toEqual(["session", "session", "user"]);
  expect(JSON.stringify(rows)).not.toMatch(/user_1|call-/);
  for (const { digest } of rows) expect(digest).toMatch(/^[0-9a-f]{64}$/);
  const keys = await t.run(async (ctx) => await ctx.db.query("deploymentKeys").take(10));
  expect(keys).toHaveLength(1);
});

test("another deployment's tombstones are of no use", async () => {
  const digests = [];
  for (const t of [deployment(), deployment()]) {
    await erased(t, await addUser(t));
    digests.push(await t.run(async (ctx) => (await ctx.db.query("tombstones").first())!.digest));
  }
  expect(digests[0]).not.toBe(digests[1]);
});

test("an erasure that is done is the answer to the next one", async () => {
  const t = deployment();
  const clerkId = await addUser(t);
  const erasureId = await erased(t, clerkId);
  expect(await as(t, "admin").mutation(api.erasure.start, { clerkId })).toEqual({ erasureId });
  await refused(as(t, "admin").mutation(api.erasure.start, { clerkId: "nobody" }), "NOT_FOUND");
});

test("the receipt is kept, and the erasure is over after the last upload could have come", async () => {
  const t = deployment();
  const worker = as(t, "worker");
  const clerkId = await addUser(t);
  const { erasureId } = await worker.mutation(api.erasure.start, { clerkId });
  const keep = (receipt: string, more: object = {}) =>
    worker.mutation(api.erasure.keepReceipt, { erasureId, receipt, ...more });
  const open = async () => (await worker.query(api.erasure.open, { cursor: null, limit: 5 })).items;
  await refused(keep("early"), "CONFLICT");
  await erased(t, clerkId);
  expect(await open()).toHaveLength(1);
  await keep("first");
  const uploadsUntil = START + UPLOAD_URL_MS;
  const kept = await as(t, "admin").query(api.erasure.get, { clerkId });
  expect(kept).toMatchObject({ receipt: "first", uploadsUntil });
  await refused(keep("second", { sweptAt: uploadsUntil + HOUR_MS - 1 }), "CONFLICT");
  const sweptAt = uploadsUntil + HOUR_MS;
  expect(await keep("second", { sweptAt })).toMatchObject({ receipt: "second", sweptAt });
  expect(await open()).toEqual([]);
  await refused(keep("x".repeat(8193)), "VALIDATION");
  await refused(
    worker.mutation(api.erasure.keepReceipt, { erasureId: "nonsense", receipt: "x" }),
    "NOT_FOUND",
  );
});

test("sessions that were erased are told from those that never were", async () => {
  const t = deployment();
  const clerkId = await addUser(t);
  const sessionId = await addSession(t);
  const ask = () =>
    as(t, "worker").query(api.erasure.erasedSessions, { sessionIds: [sessionId, "nonsense"] });
  expect(await ask()).toEqual([]);
  await erased(t, clerkId);
  expect(await ask()).toEqual([sessionId]);
});

test("users who were erased before there were tombstones do not come back either", async () => {
  const t = deployment();
  await t.run(async (ctx) => {
    const done = { startedBy: "boss", startedAt: 1, finishedAt: 2, counts: {} };
    await ctx.db.insert("erasures", { clerkId: "user_old", ...done });
    await ctx.db.insert("erasures", { clerkId: "user_back", ...done });
  });
  await addUser(t, "user_back");
  const migrate = () =>
    as(t, "worker").mutation(api.migrations.step, { name: "3-erasures-tombstones", restart: true });
  for (let run = 0; run < 2; run += 1) expect(await migrate()).toMatchObject({ done: true });
  await refused(addUser(t, "user_old"), "GONE");
  await addUser(t, "user_back");
});
