/** Figures are exact at any moment, whether what was written is folded into the sums or not. */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  START,
  addSession,
  addUser,
  as,
  deployment,
  foldAll,
  turn,
} from "../tests/convex/harness.ts";
import type { Deployment } from "../tests/convex/harness.ts";
import { api } from "./_generated/api.js";
import { DAY_MS } from "./model/limits.ts";
import { EVERYBODY, dayOf, emptyTotals } from "./model/totals.ts";

const USERS = ["user_1", "user_2"];

/** What the rows say of everybody by day: the figures that `daily` must give. */
async function counted(t: Deployment, clerkId?: string) {
  return await t.run(async (ctx) => {
    const users = await ctx.db.query("users").collect();
    const wanted = new Set(
      users
        .filter((user) => clerkId === undefined || user.clerkId === clerkId)
        .map(({ _id }) => _id),
    );
    const days = new Map<number, { day: number; sessions: number; interactions: number }>();
    for (const session of await ctx.db.query("userSessions").collect()) {
      if (!wanted.has(session.userId)) continue;
      const day = dayOf(session.startedAt);
      const known = days.get(day) ?? { day, sessions: 0, interactions: 0 };
      known.sessions += 1;
      known.interactions += session.interactionCount;
      days.set(day, known);
    }
    return [...days.values()].sort((left, right) => left.day - right.day);
  });
}

async function shown(t: Deployment) {
  const viewer = as(t, "viewer");
  const range = { from: START - 3 * DAY_MS, to: START + 3 * DAY_MS };
  const brief = ({
    day,
    sessions,
    interactions,
  }: Record<"day" | "sessions" | "interactions", number>) => ({
    day,
    sessions,
    interactions,
  });
  const everybody = (await viewer.query(api.userSessions.daily, range)).map(brief);
  const users = await Promise.all(
    USERS.map(async (clerkId) => {
      const summary = await viewer.query(api.users.summary, { clerkId, ...range });
      const user = await viewer.query(api.users.get, { clerkId });
      return { days: summary?.days.map(brief) ?? [], sessionCount: user?.sessionCount ?? 0 };
    }),
  );
  return { everybody, users };
}

async function expected(t: Deployment) {
  const users = await Promise.all(USERS.map((clerkId) => counted(t, clerkId)));
  return {
    everybody: await counted(t),
    users: users.map((days) => ({
      days,
      sessionCount: days.reduce((all, { sessions }) => all + sessions, 0),
    })),
  };
}

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("turns" as const), session: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("fold" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("erase" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("repair" as const) }) },
);

test("figures are exact through any order of writing, folding, erasing and repairing", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), async (steps) => {
      const t = deployment();
      for (const clerkId of USERS) await addUser(t, clerkId);
      const sequences = new Map<number, number>();
      const erased = new Set<string>();
      for (const action of steps) {
        if (action.kind === "fold") await foldAll(t);
        if (action.kind === "erase") {
          const clerkId = "user_2";
          erased.add(clerkId);
          await as(t, "worker").mutation(api.erasure.start, { clerkId });
          for (let done = false; !done;) {
            const call = { clerkId, deletedKeys: [] };
            ({ done } = await as(t, "worker").mutation(api.erasure.step, call));
          }
        }
        if (action.kind === "turns") {
          const clerkId = USERS[action.session % 2]!;
          if (erased.has(clerkId)) continue;
          const startedAt = START + (action.session % 3) * DAY_MS;
          const sessionId = await addSession(t, `call-${action.session}`, { clerkId, startedAt });
          const first = sequences.get(action.session) ?? 0;
          sequences.set(action.session, first + 2);
          const interactions = [turn(first, { latencyMs: 100 }), turn(first + 1)];
          await as(t, "ingest").mutation(api.interactions.append, { sessionId, interactions });
        }
        if (action.kind === "repair") {
          const worker = as(t, "worker");
          const whole = { cursor: null, fix: true };
          const reports = [
            await worker.mutation(api.repair.sessions, whole),
            await worker.mutation(api.repair.users, { kind: "product", ...whole }),
            await worker.mutation(api.repair.days, { day: START, ...whole }),
          ];
          expect(reports.flatMap(({ drift }) => drift)).toEqual([]);
        }
        expect(await shown(t)).toEqual(await expected(t));
      }
    }),
    { numRuns: 25 },
  );
});

test("the last contact with a user is their newest session's start, folded or not", async () => {
  const t = deployment();
  const lastSeenAt = async () =>
    (await as(t, "viewer").query(api.users.get, { clerkId: "user_1" }))?.lastSeenAt;
  const later = Date.now() + DAY_MS;
  await addSession(t, "call-1", { startedAt: later });
  await addSession(t, "call-2", { startedAt: START });
  expect(await lastSeenAt()).toBe(later);
  await foldAll(t);
  expect(await lastSeenAt()).toBe(later);
});

test("figures that cannot take in all that is pending say as of when they are", async () => {
  const t = deployment();
  await addSession(t);
  await t.run(async (ctx) => {
    const { _id: userId } = (await ctx.db.query("users").first())!;
    for (let index = 0; index < 4100; index += 1) {
      const row = { ...emptyTotals(), userId, day: dayOf(START), interactions: 1, sessions: 1 };
      await ctx.db.insert("pendingTotals", row);
    }
  });
  const range = { from: START, to: START + 1 };
  const viewer = as(t, "viewer");
  const [day] = await viewer.query(api.userSessions.daily, range);
  expect(day?.asOf).toBeLessThanOrEqual(Date.now());
  expect(day?.interactions).toBeLessThan(4100);
  const clerkId = "user_1";
  const summary = await viewer.query(api.users.summary, { clerkId, ...range });
  expect(summary?.total.asOf).toBeLessThanOrEqual(day!.asOf!);
  expect((await viewer.query(api.users.get, { clerkId }))?.asOf).toBeLessThanOrEqual(Date.now());
  const recount = { day: START, cursor: null, fix: true };
  expect(await as(t, "worker").mutation(api.repair.days, recount)).toMatchObject({ busy: true });
  await foldAll(t);
  const [folded] = await viewer.query(api.userSessions.daily, range);
  expect(folded).toMatchObject({ interactions: 4100 });
  expect(folded).not.toHaveProperty("asOf");
});

test("everybody's sums in several rows, of an earlier release, count and are repaired into one", async () => {
  const t = deployment();
  const sessionId = await addSession(t);
  const interactions = [turn(0), turn(1), turn(2)];
  await as(t, "ingest").mutation(api.interactions.append, { sessionId, interactions });
  await foldAll(t);
  const day = dayOf(START);
  await t.run(async (ctx) => {
    const row = (await ctx.db
      .query("totals")
      .withIndex("by_owner_day", (q) => q.eq("owner", EVERYBODY).eq("day", day))
      .unique())!;
    await ctx.db.patch("totals", row._id, { shard: 3, interactions: 1, sessions: 0 });
    const rest = { ...emptyTotals(), sessions: 1, interactions: 3 };
    await ctx.db.insert("totals", { owner: EVERYBODY, day, shard: 7, ...rest });
  });
  const recount = () =>
    as(t, "worker").mutation(api.repair.days, { day: START, cursor: null, fix: true });
  const { drift } = await recount();
  expect(drift).toEqual([
    { subjectId: EVERYBODY, field: "totals.interactions", stored: 4, actual: 3 },
  ]);
  expect((await recount()).drift).toEqual([]);
  const rows = await t.run((ctx) =>
    ctx.db
      .query("totals")
      .withIndex("by_owner_day", (q) => q.eq("owner", EVERYBODY))
      .collect(),
  );
  expect(rows).toMatchObject([{ shard: 0, sessions: 1, interactions: 3 }]);
});

test("a user whom a backend names again without news is not written", async () => {
  const t = deployment();
  const profile = { name: "Ada", email: "ada@example.com", lastSeenAt: START };
  await addUser(t, "user_1", profile);
  const change = async (more: object) => {
    const before = await t.run((ctx) => ctx.db.query("users").first());
    await addUser(t, "user_1", { ...profile, ...more });
    return { before, after: await t.run((ctx) => ctx.db.query("users").first()) };
  };
  const same = await change({});
  expect(same.after).toEqual(same.before);
  const renamed = await change({ name: "Ada Byron" });
  expect(renamed.after).toMatchObject({ name: "Ada Byron" });
  const cleared = await change({ name: undefined, clear: ["name"] });
  expect(cleared.after).not.toHaveProperty("name");
});
