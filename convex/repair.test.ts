/** A recount finds exactly the drift that there is, and removes it. */
import { expect, test } from "vitest";
import {
  START,
  addSession,
  addUser,
  as,
  deployment,
  foldAll,
  refused,
  turn,
} from "../tests/convex/harness.ts";
import type { Deployment } from "../tests/convex/harness.ts";
import { AUDIO, audioKey } from "../tests/convex/samples.ts";
import { api } from "./_generated/api.js";
import type { Drift } from "./model/repair.ts";
import { DAY_MS } from "./model/limits.ts";
import { EVERYBODY } from "./model/totals.ts";

type Report = { checked: number; drift: Drift[]; busy: boolean; nextCursor: string | null };

/** Run a recount to its end. */
async function run(call: (cursor: string | null) => Promise<Report>) {
  const drift: Drift[] = [];
  let checked = 0;
  let cursor: string | null = null;
  let calls = 0;
  do {
    const part: Report = await call(cursor);
    drift.push(...part.drift);
    checked += part.checked;
    cursor = part.nextCursor;
    calls += 1;
  } while (cursor !== null);
  return { drift, checked, calls };
}

function recounts(t: Deployment, fix = false) {
  const worker = as(t, "worker");
  return {
    sessions: () => run((cursor) => worker.mutation(api.repair.sessions, { cursor, fix })),
    users: () =>
      run((cursor) => worker.mutation(api.repair.users, { kind: "product", cursor, fix })),
    days: () => run((cursor) => worker.mutation(api.repair.days, { day: START, cursor, fix })),
  };
}

async function filled(t: Deployment, count: number) {
  await addUser(t, "user_2");
  const ids = [];
  for (let index = 0; index < count; index += 1) {
    const id = await addSession(t, `call-${index}`, {
      clerkId: index % 3 ? "user_1" : "user_2",
      startedAt: START + index,
    });
    const interactions = [
      turn(0, { latencyMs: 50 * index, cost: 0.07 }),
      turn(1, { ttftMs: 30, tokensIn: 4 }),
    ];
    await as(t, "ingest").mutation(api.interactions.append, { sessionId: id, interactions });
    ids.push(id);
  }
  const audio = await as(t, "ingest").mutation(api.audioObjects.begin, {
    sessionId: ids[0]!,
    key: audioKey(ids[0]!, 1),
    ...AUDIO,
  });
  await as(t, "ingest").mutation(api.audioObjects.markStored, { id: audio.id });
  return ids;
}

test("writes leave no drift, over several pages", async () => {
  const t = deployment();
  await filled(t, 205);
  const { sessions, users, days } = recounts(t);
  expect(await sessions()).toMatchObject({ drift: [], checked: 205, calls: 5 });
  expect(await users()).toMatchObject({ drift: [], checked: 2 });
  expect(await days()).toMatchObject({ drift: [], checked: 205, calls: 3 });
});

test("drift is found, shown and repaired", async () => {
  const t = deployment();
  const [id] = await filled(t, 4);
  await foldAll(t);
  await as(t, "ingest").mutation(api.interactions.append, {
    sessionId: id!,
    interactions: [turn(2, { tokensIn: 7 })],
  });
  await t.run(async (ctx) => {
    const sessionId = ctx.db.normalizeId("userSessions", id!)!;
    const session = (await ctx.db.get("userSessions", sessionId))!;
    await ctx.db.patch("userSessions", sessionId, { interactionCount: 9, audioCount: 0 });
    await ctx.db.patch("users", session.userId, { sessionCount: 7 });
    for (const owner of [sessionId, session.userId, EVERYBODY]) {
      const row = await ctx.db
        .query("totals")
        .withIndex("by_owner_day", (q) => q.eq("owner", owner))
        .first();
      await ctx.db.patch("totals", row!._id, { tokensIn: 1000, latency: { zero: 3, counts: {} } });
    }
  });
  const found = recounts(t);
  const drift = (await found.sessions()).drift;
  expect(drift).toContainEqual({ subjectId: id, field: "interactionCount", stored: 9, actual: 3 });
  expect(drift).toContainEqual({ subjectId: id, field: "audioCount", stored: 0, actual: 1 });
  expect(drift.map(({ field }) => field)).toContain("totals.latency");
  const fix = recounts(t, true);
  for (const part of ["sessions", "users", "days"] as const) {
    expect((await fix[part]()).drift.length, part).toBeGreaterThan(0);
  }
  for (const part of ["sessions", "users", "days"] as const) {
    expect((await recounts(t)[part]()).drift, part).toEqual([]);
  }
});

test("a session larger than one transaction is recounted in parts", async () => {
  const t = deployment();
  const sessionId = await addSession(t);
  const text = "x".repeat(32 * 1024);
  for (let first = 0; first < 300; first += 100) {
    const interactions = Array.from({ length: 100 }, (_, index) =>
      turn(first + index, { text, tokensIn: 1 }),
    );
    await as(t, "ingest").mutation(api.interactions.append, { sessionId, interactions });
  }
  const result = await recounts(t).sessions();
  expect(result).toMatchObject({ drift: [], checked: 1 });
  expect(result.calls).toBeGreaterThan(2);
});

test("a session that is written during its recount shows no false drift", async () => {
  const t = deployment();
  const sessionId = await addSession(t);
  const text = "x".repeat(32 * 1024);
  const append = (first: number) => {
    const interactions = Array.from({ length: 60 }, (_, index) => turn(first + index, { text }));
    return as(t, "ingest").mutation(api.interactions.append, { sessionId, interactions });
  };
  await append(100);
  await append(200);
  const worker = as(t, "worker");
  const first = await worker.mutation(api.repair.sessions, { cursor: null, fix: false });
  expect(first.nextCursor).not.toBeNull();
  await append(0);
  const rest = await run((cursor) =>
    worker.mutation(api.repair.sessions, { cursor: cursor ?? first.nextCursor, fix: false }),
  );
  expect(rest).toMatchObject({ drift: [], checked: 1 });
});

test("a day that is written during its recount is reported as busy", async () => {
  const t = deployment();
  await filled(t, 201);
  const worker = as(t, "worker");
  const first = await worker.mutation(api.repair.days, { day: START, cursor: null, fix: false });
  await addSession(t, "late");
  const second = await worker.mutation(api.repair.days, {
    day: START,
    cursor: first.nextCursor,
    fix: false,
  });
  expect(second).toEqual({ checked: 0, drift: [], busy: true, nextCursor: null });
});

test("users with more sessions than one transaction reads are recounted in parts", async () => {
  const t = deployment();
  const clerkId = await addUser(t);
  const metadata = { blob: "x".repeat(15 * 1024) };
  for (let index = 0; index < 240; index += 1) {
    const startedAt = START + Math.floor(index / 60) * DAY_MS;
    await addSession(t, `call-${index}`, { clerkId, startedAt, metadata });
  }
  const result = await recounts(t).users();
  expect(result).toMatchObject({ drift: [], checked: 1 });
  expect(result.calls).toBeGreaterThan(1);
});

test("a foreign cursor is refused", async () => {
  const t = deployment();
  const call = as(t, "worker").mutation(api.repair.sessions, { cursor: "%%%", fix: false });
  await refused(call, "VALIDATION");
});
