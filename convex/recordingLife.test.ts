/** A recording's life: nothing that is held ends, and nothing that came late is lost or kept. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { START, addSession, as, deployment, refused } from "../tests/convex/harness.ts";
import type { Deployment } from "../tests/convex/harness.ts";
import { AUDIO, audioKey } from "../tests/convex/samples.ts";
import { api } from "./_generated/api.js";
import { DAY_MS, EXPIRY_BATCH, HOLD_BATCH, HOUR_MS } from "./model/limits.ts";

const WINDOW_MS = 30 * DAY_MS;

beforeEach(() => {
  vi.useFakeTimers();
  vi.setSystemTime(START);
});

afterEach(() => {
  vi.useRealTimers();
});

function later(ms: number): void {
  vi.setSystemTime(Date.now() + ms);
}

async function begun(t: Deployment, sessionId: string, number = 0, more: object = {}) {
  const key = audioKey(sessionId, number);
  const expiresAt = Date.now() + WINDOW_MS;
  const sha256 = number.toString(16).padStart(64, "0");
  const args = { sessionId, key, ...AUDIO, sha256, expiresAt, ...more };
  return await as(t, "ingest").mutation(api.audioObjects.begin, args);
}

async function stored(t: Deployment, sessionId: string, number = 0) {
  const { id } = await begun(t, sessionId, number, { sequence: undefined });
  await as(t, "ingest").mutation(api.audioObjects.markStored, { id, etag: "e" });
  return id;
}

/** A session with one stored recording; each has a session of its own. */
async function recording(t: Deployment, externalId = "call-1") {
  const sessionId = await addSession(t, externalId);
  return { sessionId, id: await stored(t, sessionId) };
}

const analysed = (t: Deployment, id: string) =>
  as(t, "worker").mutation(api.audioObjects.markAnalysed, { id, analysis: "ready" });
const hold = (t: Deployment, id: string, legalHold: boolean) =>
  as(t, "admin").mutation(api.userSessions.setLegalHold, { id, legalHold });
const startExpiry = (t: Deployment) => as(t, "worker").mutation(api.audioObjects.startExpiry, {});

async function statusOf(t: Deployment, id: string) {
  return (await as(t, "viewer").query(api.audioObjects.get, { id }))?.status;
}

async function due(t: Deployment, kind: "abandoned" | "expired" | "expiring" | "tag" | "untag") {
  const args = { kind, before: Date.now() + 1, cursor: null, limit: 200 };
  return (await as(t, "worker").query(api.audioObjects.due, args)).items.map(({ id }) => id);
}

async function isPending(t: Deployment, id: string) {
  return (await as(t, "viewer").mutation(api.listening.open, { id, note: false }))?.holdPending;
}

test("a recording ends in one transaction, before its object is deleted", async () => {
  const t = deployment();
  const { sessionId, id } = await recording(t);
  expect(await startExpiry(t)).toEqual({ started: 0, held: 0, more: false });
  later(WINDOW_MS);
  expect(await startExpiry(t)).toEqual({ started: 1, held: 0, more: false });
  expect(await startExpiry(t)).toEqual({ started: 0, held: 0, more: false });
  expect(await statusOf(t, id)).toBe("expired");
  expect((await as(t, "viewer").query(api.userSessions.get, { id: sessionId }))?.audioCount).toBe(
    0,
  );
  expect(await due(t, "expiring")).toEqual([id]);
  // A hold that comes now finds it ended, and says so.
  await hold(t, sessionId, true);
  expect(await statusOf(t, id)).toBe("expired");
  expect(await due(t, "expiring")).toEqual([id]);
  await as(t, "worker").mutation(api.audioObjects.markExpired, { id });
  await as(t, "worker").mutation(api.audioObjects.markExpired, { id });
  expect(await due(t, "expiring")).toEqual([]);
});

test("a hold that comes first keeps every recording until it is lifted", async () => {
  const t = deployment();
  const { sessionId, id } = await recording(t);
  later(WINDOW_MS);
  await hold(t, sessionId, true);
  expect(await startExpiry(t)).toEqual({ started: 0, held: 0, more: false });
  expect(await due(t, "expired")).toEqual([]);
  // A worker of the release before, which deletes without asking, is not told that all is well.
  await refused(as(t, "worker").mutation(api.audioObjects.markExpired, { id }), "CONFLICT");
  expect(await statusOf(t, id)).toBe("stored");
  await hold(t, sessionId, false);
  expect((await startExpiry(t)).started).toBe(1);
});

test("the session's hold counts, whatever the copy on the recording says", async () => {
  const t = deployment();
  const { sessionId, id } = await recording(t);
  later(WINDOW_MS);
  await t.run(async (ctx) => {
    const session = ctx.db.normalizeId("userSessions", sessionId)!;
    await ctx.db.patch("userSessions", session, { legalHold: true });
  });
  expect(await due(t, "expired")).toEqual([]);
  expect(await startExpiry(t)).toEqual({ started: 0, held: 1, more: false });
  expect(await startExpiry(t)).toEqual({ started: 0, held: 0, more: false });
  expect(await statusOf(t, id)).toBe("stored");
});

test("a recording that is announced while the session is held inherits the hold", async () => {
  const t = deployment();
  const sessionId = await addSession(t);
  await hold(t, sessionId, true);
  const id = await stored(t, sessionId);
  later(WINDOW_MS);
  expect(await startExpiry(t)).toEqual({ started: 0, held: 0, more: false });
  await hold(t, sessionId, false);
  expect((await startExpiry(t)).started).toBe(1);
  expect(await statusOf(t, id)).toBe("expired");
});

test("a hold reaches more recordings than one mutation can change", async () => {
  const t = deployment();
  const sessionId = await addSession(t);
  await t.run(async (ctx) => {
    const session = (await ctx.db.get(
      "userSessions",
      ctx.db.normalizeId("userSessions", sessionId)!,
    ))!;
    for (let number = 0; number < HOLD_BATCH + 20; number += 1) {
      await ctx.db.insert("audioObjects", {
        ...AUDIO,
        key: audioKey(sessionId, number),
        userId: session.userId,
        sessionId: session._id,
        sequence: number,
        status: "stored",
        analysis: "ready",
        expiresAt: START,
        createdAt: START,
      });
    }
  });
  const held = () =>
    t.run(async (ctx) => {
      const rows = await ctx.db.query("audioObjects").take(1000);
      return rows.filter((row) => row.held === true && row.tag === "unwanted").length;
    });
  await hold(t, sessionId, true);
  expect(await held()).toBe(HOLD_BATCH);
  await t.finishAllScheduledFunctions(vi.runAllTimers);
  expect(await held()).toBe(HOLD_BATCH + 20);
  await hold(t, sessionId, false);
  await t.finishAllScheduledFunctions(vi.runAllTimers);
  expect(await held()).toBe(0);
  expect(await startExpiry(t)).toEqual({ started: EXPIRY_BATCH, held: 0, more: true });
});

test("what may expire is tagged, and a hold is pending until its tags are verified gone", async () => {
  const t = deployment();
  const { sessionId, id } = await recording(t);
  const note = (tag: "set" | "gone") =>
    as(t, "worker").mutation(api.audioObjects.noteTag, { id, tag });
  expect(await due(t, "tag")).toEqual([]);
  await analysed(t, id);
  expect(await due(t, "tag")).toEqual([id]);
  // The tag is being written while the hold comes: it may be there, and is looked for.
  await hold(t, sessionId, true);
  await note("set");
  expect(await isPending(t, sessionId)).toBe(true);
  expect([await due(t, "tag"), await due(t, "untag")]).toEqual([[], [id]]);
  await note("gone");
  expect(await isPending(t, sessionId)).toBe(false);
  expect(await due(t, "untag")).toEqual([]);
  await hold(t, sessionId, false);
  await note("gone");
  expect(await due(t, "tag")).toEqual([id]);
  await note("set");
  expect([await due(t, "tag"), await due(t, "untag")]).toEqual([[], []]);
  expect(await isPending(t, sessionId)).toBe(false);
});

test("what is analysed while the session is held gets no tag", async () => {
  const t = deployment();
  const { sessionId, id } = await recording(t);
  await hold(t, sessionId, true);
  await analysed(t, id);
  expect(await due(t, "tag")).toEqual([]);
  expect(await due(t, "untag")).toEqual([id]);
});

test("what was tagged and is found corrupt loses its tag under a hold like any other", async () => {
  const t = deployment();
  const { sessionId, id } = await recording(t);
  const worker = as(t, "worker");
  await analysed(t, id);
  await worker.mutation(api.audioObjects.noteTag, { id, tag: "set" });
  await worker.mutation(api.audioObjects.markAnalysed, {
    id,
    analysis: "corrupt",
    reason: "replaced",
  });
  await hold(t, sessionId, true);
  expect(await due(t, "untag")).toEqual([id]);
  await worker.mutation(api.audioObjects.noteTag, { id, tag: "gone" });
  expect(await isPending(t, sessionId)).toBe(false);
});

test("a repeated announcement has the whole time to upload again", async () => {
  const t = deployment();
  const sessionId = await addSession(t);
  const first = await begun(t, sessionId);
  later(2 * HOUR_MS);
  expect(await due(t, "abandoned")).toEqual([first.id]);
  const again = await begun(t, sessionId, 0, { key: audioKey(sessionId, 1) });
  expect(again).toMatchObject({ id: first.id, key: first.key, createdAt: Date.now() });
  expect(again.expiresAt).toBe(first.expiresAt);
  later(WINDOW_MS);
  expect((await begun(t, sessionId, 0, { key: audioKey(sessionId, 1) })).id).not.toBe(first.id);
});

test("a sweep that saw an upload before it was announced again, or came, does not end it", async () => {
  const t = deployment();
  const sessionId = await addSession(t);
  const seen = await begun(t, sessionId);
  const missing = () =>
    as(t, "worker").mutation(api.audioObjects.markMissing, {
      id: seen.id,
      from: "pending",
      announcedAt: seen.createdAt,
    });
  later(HOUR_MS);
  await begun(t, sessionId);
  await refused(missing(), "CONFLICT");
  await as(t, "ingest").mutation(api.audioObjects.markStored, { id: seen.id });
  await refused(missing(), "CONFLICT");
  expect(await statusOf(t, seen.id)).toBe("stored");
});

test("what was missing and has arrived is stored, without the reason of its absence", async () => {
  const t = deployment();
  const { id } = await recording(t);
  const ingest = as(t, "ingest");
  await as(t, "worker").mutation(api.audioObjects.markMissing, { id, reason: "lost" });
  const back = await ingest.mutation(api.audioObjects.markStored, { id });
  expect(back).toMatchObject({ status: "stored", analysis: "pending", etag: "e" });
  expect(back).not.toHaveProperty("reason");
});

test.each(["pending", "missing", "stored"])("a recording that is %s ends too", async (status) => {
  const t = deployment();
  const sessionId = await addSession(t);
  const { id } = await begun(t, sessionId);
  if (status === "missing") await as(t, "worker").mutation(api.audioObjects.markMissing, { id });
  if (status === "stored") await as(t, "ingest").mutation(api.audioObjects.markStored, { id });
  later(WINDOW_MS);
  await startExpiry(t);
  expect(await due(t, "expiring")).toEqual([id]);
  await refused(as(t, "ingest").mutation(api.audioObjects.markStored, { id }), "CONFLICT");
});

test("rows from before holds had copies follow their session, however often they are asked", async () => {
  const t = deployment();
  const held = await recording(t, "held");
  const free = await recording(t, "free");
  for (const { id } of [held, free]) await analysed(t, id);
  await hold(t, held.sessionId, true);
  await t.run(async (ctx) => {
    for (const row of await ctx.db.query("audioObjects").take(10)) {
      await ctx.db.patch("audioObjects", row._id, { held: undefined, tag: undefined });
    }
  });
  const migrate = () =>
    as(t, "worker").mutation(api.migrations.step, { name: "2-audioObjects-hold", restart: true });
  expect(await migrate()).toMatchObject({ done: true, changed: 2 });
  expect(await migrate()).toMatchObject({ done: true, changed: 0 });
  expect([await due(t, "tag"), await due(t, "untag")]).toEqual([[free.id], [held.id]]);
  later(WINDOW_MS);
  expect(await startExpiry(t)).toEqual({ started: 1, held: 0, more: false });
});
