/** Sessions: created once, changed within rules, listed by every filter, stable under writes. */
import fc from "fast-check";
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
import { AUDIO, audioKey } from "../tests/convex/samples.ts";
import { api } from "./_generated/api.js";

const PAGE = { cursor: null, limit: 50 };

async function listed(t: Deployment, args: object = {}): Promise<string[]> {
  const page = await as(t, "viewer").query(api.userSessions.list, { ...PAGE, ...args });
  return page.items.map(({ externalId }) => externalId);
}

test("a session is created once per external id", async () => {
  const t = deployment();
  const clerkId = await addUser(t);
  const session = { externalId: "call-1", clerkId, channel: "voice" as const, startedAt: START };
  const create = (args: object = {}) =>
    as(t, "ingest").mutation(api.userSessions.create, { ...session, ...args });
  const first = await create();
  expect(first.created).toBe(true);
  expect(await create()).toEqual({ id: first.id, created: false, userId: first.userId });
  await refused(create({ startedAt: START + 1 }), "CONFLICT");
  await refused(create({ clerkId: "user_9" }), "NOT_FOUND");
  const user = await as(t, "viewer").query(api.users.get, { clerkId });
  expect(user?.sessionCount).toBe(1);
});

test.each([
  [{ externalId: " x" }, "externalId"],
  [{ startedAt: 0 }, "startedAt"],
  [{ title: "" }, "title"],
  [{ language: "german language" }, "language"],
  [{ language: `de${"-abcdefgh".repeat(4)}` }, "language"],
  [{ agentVersion: "" }, "agentVersion"],
  [{ endReason: "x".repeat(101) }, "endReason"],
  [{ direction: "in\nbound" }, "direction"],
  [{ metadata: { text: "x".repeat(16 * 1024) } }, "metadata"],
  [{ metadata: { a: { b: { c: { d: { e: { f: { g: { h: { i: 1 } } } } } } } } } }, "metadata"],
])("a session with %j is refused", async (wrong, field) => {
  const t = deployment();
  const data = await refused(addSession(t, "call-1", wrong), "VALIDATION");
  expect(data.fields?.[0]?.field).toBe(field);
});

test("a session is changed field by field and read with its user", async () => {
  const t = deployment();
  await addUser(t, "user_1", { name: "Ada" });
  const id = await addSession(t);
  const update = (args: object) =>
    as(t, "ingest").mutation(api.userSessions.update, { id, ...args });
  await update({ status: "completed", endedAt: START + 5000, labels: ["refund"] });
  const changed = await update({ assessmentMs: 1200, assessedAt: START + 9000 });
  expect(changed).toMatchObject({
    status: "completed",
    durationMs: 5000,
    labels: ["refund"],
    assessmentMs: 1200,
  });
  const viewer = as(t, "viewer");
  const stored = await viewer.query(api.userSessions.get, { id });
  expect(stored).toEqual(changed);
  expect(stored?.user).toEqual({ clerkId: "user_1", name: "Ada" });
  expect(await viewer.query(api.userSessions.byExternalId, { externalId: "call-1" })).toEqual(
    changed,
  );
  expect(await viewer.query(api.userSessions.byExternalId, { externalId: "call-9" })).toBeNull();
  expect(await viewer.query(api.userSessions.get, { id: "nonsense" })).toBeNull();
  expect(await update({ language: "de-CH" })).toMatchObject({ language: "de-CH" });
  await refused(update({ language: "de_CH" }), "VALIDATION");
  await refused(update({ status: "active" }), "CONFLICT");
  await refused(update({ endedAt: START - 1 }), "VALIDATION");
  await refused(
    update({ labels: Array.from({ length: 33 }, (_, index) => `l${index}`) }),
    "VALIDATION",
  );
  await refused(update({ labels: ["a", "a"] }), "VALIDATION");
  await refused(update({ id: "nonsense" }), "NOT_FOUND");
});

test("every facet is kept, changed and filtered by, alone and with others", async () => {
  const t = deployment();
  await addUser(t);
  const facets = {
    agentId: "support",
    agentVersion: "\u{1f600}".repeat(100),
    environment: "production",
    direction: "inbound",
    language: "de-CH",
    endReason: "customer-ended-call",
  };
  const one = await addSession(t, "one", facets);
  await addSession(t, "two", { agentId: "support", environment: "staging", startedAt: START + 1 });
  await addSession(t, "three", { startedAt: START + 2 });
  expect(await as(t, "viewer").query(api.userSessions.get, { id: one })).toMatchObject(facets);
  for (const [name, value] of Object.entries(facets)) {
    const expected = name === "agentId" ? ["two", "one"] : ["one"];
    expect(await listed(t, { [name]: value }), name).toEqual(expected);
    expect(await listed(t, { [name]: "other" }), name).toEqual([]);
  }
  expect(await listed(t, facets)).toEqual(["one"]);
  expect(await listed(t, { agentId: "support", from: START + 1 })).toEqual(["two"]);
  expect(await listed(t, { agentId: "support", clerkId: "user_1", limit: 1 })).toEqual(["two"]);
  await as(t, "ingest").mutation(api.userSessions.update, { id: one, endReason: "hung-up" });
  expect(await listed(t, { endReason: "customer-ended-call" })).toEqual([]);
  expect(await listed(t, { endReason: "hung-up" })).toEqual(["one"]);
});

test("every filter selects, alone and together", async () => {
  const t = deployment();
  const ingest = as(t, "ingest");
  await addUser(t, "user_2");
  const one = await addSession(t, "one", { provider: "acme", modelId: "m1", startedAt: START });
  const two = await addSession(t, "two", { channel: "chat", startedAt: START + 1000 });
  await addSession(t, "three", { clerkId: "user_2", startedAt: START + 2000 });
  await ingest.mutation(api.interactions.append, {
    sessionId: one,
    interactions: [turn(0, { latencyMs: 2501 })],
  });
  await ingest.mutation(api.userSessions.update, { id: two, status: "failed", labels: ["refund"] });
  const audio = await ingest.mutation(api.audioObjects.begin, {
    sessionId: one,
    key: audioKey(one, 1),
    ...AUDIO,
  });
  expect(await listed(t, { hasAudio: true })).toEqual([]);
  await ingest.mutation(api.audioObjects.markStored, { id: audio.id });
  expect(await listed(t)).toEqual(["three", "two", "one"]);
  expect(await listed(t, { order: "asc" })).toEqual(["one", "two", "three"]);
  expect(await listed(t, { clerkId: "user_2" })).toEqual(["three"]);
  expect(await listed(t, { clerkId: "user_9" })).toEqual([]);
  expect(await listed(t, { from: START + 1000 })).toEqual(["three", "two"]);
  expect(await listed(t, { to: START + 1000 })).toEqual(["one"]);
  expect(await listed(t, { status: "failed" })).toEqual(["two"]);
  expect(await listed(t, { channel: "chat" })).toEqual(["two"]);
  expect(await listed(t, { label: "refund" })).toEqual(["two"]);
  expect(await listed(t, { reviewStatus: "reviewed" })).toEqual([]);
  expect(await listed(t, { reviewStatus: "unreviewed", provider: "acme" })).toEqual(["one"]);
  expect(await listed(t, { modelId: "m1" })).toEqual(["one"]);
  expect(await listed(t, { slow: true })).toEqual(["one"]);
  expect(await listed(t, { slow: false, hasAudio: false })).toEqual(["three", "two"]);
  expect(await listed(t, { hasAudio: true, clerkId: "user_1" })).toEqual(["one"]);
});

test("pages neither repeat nor miss a session while others are written, in both orders", async () => {
  const starts = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 12 });
  const property = fc.asyncProperty(
    starts,
    starts,
    fc.constantFrom("asc" as const, "desc" as const),
    fc.integer({ min: 1, max: 4 }),
    async (before, between, order, limit) => {
      const t = deployment();
      for (const [index, start] of before.entries()) {
        await addSession(t, `old-${index}`, { startedAt: START + start });
      }
      const seen: string[] = [];
      let cursor: string | null = null;
      let added = 0;
      do {
        const page: { items: { externalId: string }[]; nextCursor: string | null } = await as(
          t,
          "viewer",
        ).query(api.userSessions.list, { cursor, limit, order });
        expect(page.items.length).toBeLessThanOrEqual(limit);
        seen.push(...page.items.map(({ externalId }) => externalId));
        cursor = page.nextCursor;
        if (added < between.length) {
          await addSession(t, `new-${added}`, { startedAt: START + between[added]! });
          added += 1;
        }
      } while (cursor !== null);
      expect(new Set(seen).size).toBe(seen.length);
      const old = seen.filter((id) => id.startsWith("old-"));
      const expected = before.map((start, index) => ({ start, index }));
      expected.sort(
        (a, b) => (a.start - b.start || a.index - b.index) * (order === "asc" ? 1 : -1),
      );
      expect(old).toEqual(expected.map(({ index }) => `old-${index}`));
    },
  );
  await fc.assert(property, { numRuns: 40 });
});

test("a filter that matches little hands out short pages instead of reading on", async () => {
  const t = deployment();
  const clerkId = await addUser(t);
  const metadata = { blob: "x".repeat(15 * 1024) };
  for (let index = 0; index < 260; index += 1) {
    await addSession(t, `call-${index}`, { clerkId, startedAt: START + index, metadata });
  }
  const first = await as(t, "viewer").query(api.userSessions.list, {
    cursor: null,
    limit: 50,
    label: "none",
  });
  expect(first.items).toEqual([]);
  expect(first.nextCursor).not.toBeNull();
  const rest = await as(t, "viewer").query(api.userSessions.list, {
    cursor: first.nextCursor,
    limit: 50,
    label: "none",
  });
  expect(rest).toEqual({ items: [], nextCursor: null });
});

test("a cursor belongs to its list", async () => {
  const t = deployment();
  await addSession(t, "one");
  await addSession(t, "two");
  const viewer = as(t, "viewer");
  const { nextCursor } = await viewer.query(api.userSessions.list, { cursor: null, limit: 1 });
  const list = (args: object) =>
    viewer.query(api.userSessions.list, { cursor: nextCursor, limit: 1, ...args });
  expect((await list({})).items).toHaveLength(1);
  await refused(list({ order: "asc" }), "VALIDATION");
  await refused(list({ channel: "chat" }), "VALIDATION");
  await refused(list({ cursor: "nonsense" }), "VALIDATION");
  await refused(list({ cursor: `${nextCursor!}x` }), "VALIDATION");
  await refused(list({ limit: 0 }), "VALIDATION");
  await refused(list({ limit: 201 }), "VALIDATION");
});

test("the summary of a session describes its turns", async () => {
  const t = deployment();
  const id = await addSession(t);
  const interactions = [100, 200, 3000].map((latencyMs, sequence) =>
    turn(sequence, { latencyMs, ttftMs: latencyMs / 2, tokensIn: 10, tokensOut: 5, cost: 0.001 }),
  );
  await as(t, "ingest").mutation(api.interactions.append, { sessionId: id, interactions });
  const summary = await as(t, "viewer").query(api.userSessions.summary, { id });
  expect(summary).toMatchObject({
    interactions: 3,
    tokensIn: 30,
    tokensOut: 15,
    cost: 0.003,
    worstLatencyMs: 3000,
  });
  expect(summary?.latency.count).toBe(3);
  expect(summary?.latency.mean).toBeCloseTo(1100);
  expect(Math.abs(summary!.latency.p50! - 200)).toBeLessThanOrEqual(2);
  expect([summary?.ttft.max, summary?.latency.max], "exact").toEqual([1500, 3000]);
  expect(await as(t, "viewer").query(api.userSessions.summary, { id: "nonsense" })).toBeNull();
});

test("no percentile of a session is above its largest value", async () => {
  const t = deployment();
  const id = await addSession(t);
  const interactions = [turn(0, { ttftMs: 740, latencyMs: 745 })];
  await as(t, "ingest").mutation(api.interactions.append, { sessionId: id, interactions });
  const summary = await as(t, "viewer").query(api.userSessions.summary, { id });
  const { ttft, latency, worstTtftMs, worstLatencyMs } = summary!;
  expect([ttft.max, latency.max]).toEqual([worstTtftMs, worstLatencyMs]);
  for (const value of [ttft.p50, ttft.p95, ttft.p99]) expect(value).toBeLessThanOrEqual(740);
  for (const value of [latency.p50, latency.p95, latency.p99])
    expect(value).toBeLessThanOrEqual(745);
});

test("daily summaries add up everybody's sessions", async () => {
  const t = deployment();
  await addUser(t, "user_2");
  for (let index = 0; index < 12; index += 1) {
    const id = await addSession(t, `call-${index}`, { clerkId: index % 2 ? "user_2" : "user_1" });
    await as(t, "ingest").mutation(api.interactions.append, {
      sessionId: id,
      interactions: [turn(0, { cost: 0.1 })],
    });
  }
  const daily = (from: number, to: number) =>
    as(t, "viewer").query(api.userSessions.daily, { from, to });
  expect(await daily(START, START + 1)).toMatchObject([
    { sessions: 12, interactions: 12, cost: 1.2 },
  ]);
  expect(await daily(START + 86_400_000, START + 2 * 86_400_000)).toEqual([]);
  await refused(daily(START, START + 40 * 86_400_000), "VALIDATION");
});

test("a legal hold is set and released", async () => {
  const t = deployment();
  const id = await addSession(t);
  const hold = (legalHold: boolean) =>
    as(t, "admin").mutation(api.userSessions.setLegalHold, { id, legalHold });
  expect((await hold(true)).legalHold).toBe(true);
  expect((await as(t, "viewer").query(api.userSessions.get, { id }))?.legalHold).toBe(true);
  expect((await hold(false)).legalHold).toBe(false);
});

test("a review made elsewhere is noted and found by its status", async () => {
  const t = deployment();
  const id = await addSession(t, "one");
  await addSession(t, "two");
  const review = (args: object) =>
    as(t, "worker").mutation(api.userSessions.setReview, { id, reviewStatus: "reviewed", ...args });
  expect(await review({ score: 4 })).toMatchObject({ reviewStatus: "reviewed", score: 4 });
  expect(await listed(t, { reviewStatus: "reviewed" })).toEqual(["one"]);
  expect(await listed(t, { reviewStatus: "unreviewed" })).toEqual(["two"]);
  await refused(review({ score: 6 }), "VALIDATION");
  await refused(review({ id: "nonsense" }), "NOT_FOUND");
});

test("sessions newer than a moment are counted by the filters of the list, up to 50", async () => {
  const t = deployment();
  const newer = (args: object = {}) =>
    as(t, "viewer").query(api.userSessions.newer, { after: START, ...args });
  await addSession(t, "call-0");
  expect(await newer()).toEqual({ count: 0, more: false });
  await addSession(t, "call-1", { startedAt: START + 1 });
  await addSession(t, "call-2", { startedAt: START + 2, channel: "chat" });
  expect(await newer()).toEqual({ count: 2, more: false });
  expect(await newer({ channel: "chat" })).toEqual({ count: 1, more: false });
  expect(await newer({ clerkId: "user_1", reviewStatus: "reviewed" })).toMatchObject({ count: 0 });
  expect(await newer({ clerkId: "user_9" })).toEqual({ count: 0, more: false });
  expect(await newer({ to: START + 2 })).toEqual({ count: 1, more: false });
  for (let index = 3; index <= 51; index += 1) {
    await addSession(t, `call-${index}`, { startedAt: START + index });
  }
  expect(await newer()).toEqual({ count: 50, more: true });
});
