/** Incidents open and end once, and people can look after them. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { START, as, deployment, refused } from "../tests/convex/harness.ts";
import type { Deployment } from "../tests/convex/harness.ts";
import { OBSERVED, evaluation } from "../tests/convex/samples.ts";
import { api } from "./_generated/api.js";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
  vi.setSystemTime(START);
});
afterEach(() => {
  vi.useRealTimers();
});

const PAGE = { cursor: null, limit: 10 };
const CHANNELS = ["webhook"];
const ops = (t: Deployment) => as(t, "ops", "user_o");

async function evaluate(t: Deployment, more: object = {}, channels = CHANNELS) {
  const results = [evaluation(more)];
  const at = Date.now();
  return await as(t, "worker").mutation(api.alerts.evaluate, { at, channels, results });
}

/** Evaluate half a minute later, going on from the last evaluation. */
async function later(t: Deployment, more: object = {}, channels = CHANNELS) {
  const after = Date.now();
  vi.advanceTimersByTime(30_000);
  return await evaluate(t, { change: undefined, ...more, after }, channels);
}

const incidents = async (t: Deployment) => (await ops(t).query(api.alerts.list, PAGE)).items;
const queued = async (t: Deployment) => {
  const { items } = await ops(t).query(api.alertDeliveries.list, { ...PAGE, order: "asc" });
  return items.flatMap(({ items }) => items.map(({ change }) => change));
};

test("an incident opens once, is followed, and ends once; both are announced", async () => {
  const t = deployment();
  expect(await evaluate(t)).toMatchObject({ applied: true, opened: 1, announced: 1 });
  expect(await later(t, { value: 1 })).toMatchObject({ applied: true, opened: 0, announced: 0 });
  await later(t, { value: 0.6 });
  expect(await incidents(t)).toMatchObject([{ status: "firing", value: 0.6, worst: 1 }]);
  expect(await later(t, { phase: "ok", change: "recovered", value: 0 })).toMatchObject({
    resolved: 1,
    announced: 1,
  });
  expect(await incidents(t)).toMatchObject([{ status: "resolved", ending: "recovered" }]);
  expect(await queued(t)).toEqual(["firing", "resolved"]);
  const [state] = await ops(t).query(api.alerts.states, {});
  expect(state).not.toHaveProperty("incidentId");
});

test("of two workers that go on from the same state one evaluates", async () => {
  const t = deployment();
  const rounds = await Promise.all([evaluate(t), evaluate(t), evaluate(t)]);
  expect(rounds.filter(({ applied }) => applied)).toHaveLength(1);
  expect(await incidents(t)).toHaveLength(1);
  expect(await queued(t)).toEqual(["firing"]);
});

test("a silenced rule is shown but not announced, until its silence ends", async () => {
  const t = deployment();
  const wish = { rule: "storage-probe", durationMs: 60_000, reason: "maintenance" };
  const { id } = await ops(t).mutation(api.alerts.silence, wish);
  expect(await evaluate(t)).toMatchObject({ opened: 1, announced: 0 });
  expect(await ops(t).query(api.alerts.silences, {})).toMatchObject([{ ...{ id } }]);
  await later(t);
  expect(await queued(t)).toEqual([]);
  await ops(t).mutation(api.alerts.endSilence, { id });
  expect(await ops(t).query(api.alerts.silences, {})).toEqual([]);
  expect(await later(t)).toMatchObject({ announced: 1 });
  expect(await later(t)).toMatchObject({ announced: 0 });
  expect(await queued(t)).toEqual(["firing"]);
});

test("what nobody was told of, nobody is told the end of", async () => {
  const t = deployment();
  const wish = { rule: "*", durationMs: 600_000, reason: "move" };
  await ops(t).mutation(api.alerts.silence, wish);
  await evaluate(t);
  await later(t, { phase: "ok", change: "recovered" });
  expect(await queued(t)).toEqual([]);
});

test("an end during a silence is announced, or receivers would keep it open", async () => {
  const t = deployment();
  await evaluate(t);
  await ops(t).mutation(api.alerts.silence, { rule: "*", durationMs: 600_000, reason: "move" });
  await later(t, { phase: "ok", change: "no-data", value: undefined });
  expect(await queued(t)).toEqual(["firing", "resolved"]);
  const { items } = await ops(t).query(api.alertDeliveries.list, PAGE);
  expect(items[0]?.items[1]).toMatchObject({ change: "resolved", ending: "no-data" });
});

test("an acknowledged incident names who looks after it and is not announced any more", async () => {
  const t = deployment();
  await evaluate(t, {}, []);
  const [open] = await incidents(t);
  const { id } = open!;
  expect(await ops(t).query(api.alerts.summary, {})).toEqual({
    firingCount: 1,
    acknowledgedCount: 0,
  });
  const done = await ops(t).mutation(api.alerts.acknowledge, { id });
  expect(done).toMatchObject({ status: "acknowledged", acknowledgedBy: "user_o" });
  expect(await as(t, "admin").mutation(api.alerts.acknowledge, { id })).toEqual(done);
  expect(await later(t)).toMatchObject({ announced: 0 });
  expect(await ops(t).query(api.alerts.summary, {})).toEqual({
    firingCount: 0,
    acknowledgedCount: 1,
  });
  await later(t, { phase: "ok", change: "recovered" });
  await refused(ops(t).mutation(api.alerts.acknowledge, { id }), "CONFLICT");
});

test("notes are kept in order under the incident, by the name in the token", async () => {
  const t = deployment();
  await evaluate(t);
  const [{ id } = { id: "" }] = await incidents(t);
  const text = "<img src=x onerror=alert(1)> **not bold**";
  await ops(t).mutation(api.alerts.note, { id, text: `  ${text}\n` });
  const found = await ops(t).query(api.alerts.get, { id });
  expect(found?.history.map(({ kind }) => kind)).toEqual(["opened", "announced", "note"]);
  expect(found?.history[2]).toMatchObject({ text, actorId: "user_o" });
  await refused(ops(t).mutation(api.alerts.note, { id, text: "  " }), "VALIDATION");
  await refused(ops(t).mutation(api.alerts.note, { id, text: "x".repeat(2001) }), "VALIDATION");
  await refused(ops(t).mutation(api.alerts.note, { id: "nope", text: "x" }), "NOT_FOUND");
  expect(await ops(t).query(api.alerts.get, { id: "nope" })).toBeNull();
});

test("a record of the past is never announced, and overlapping ones are one incident", async () => {
  const t = deployment();
  const about = { ...OBSERVED, rule: "runtime-down" };
  const record = (from: number, to: number, more: object = {}) =>
    as(t, "worker").mutation(api.alerts.record, {
      ...about,
      openedAt: START + from,
      resolvedAt: START + to,
      ...more,
    });
  const first = await record(0, 60_000, { note: "replica a" });
  expect(first.created).toBe(true);
  expect(await record(-5000, 70_000, { note: "replica b" })).toEqual({ ...first, created: false });
  expect((await record(0, 1000, { source: "demo" })).created).toBe(true);
  expect((await record(200_000, 201_000)).created).toBe(true);
  const rows = (await ops(t).query(api.alerts.list, { ...PAGE, rule: "runtime-down" })).items;
  expect(rows.map(({ openedAt }) => openedAt - START)).toEqual([200_000, 0, -5000]);
  await later(t, { rule: "other", change: undefined, phase: "ok", after: null });
  expect(await queued(t)).toEqual([]);
});

test("incidents are listed by status, rule and time", async () => {
  const t = deployment();
  await evaluate(t);
  await as(t, "worker").mutation(api.alerts.record, {
    ...{ ...OBSERVED, openedAt: START - 5000, resolvedAt: START - 4000 },
  });
  const found = async (more: object) =>
    (await ops(t).query(api.alerts.list, { ...PAGE, ...more })).items.length;
  expect(await found({})).toBe(2);
  expect(await found({ status: "firing" })).toBe(1);
  expect(await found({ rule: "storage-probe", status: "resolved" })).toBe(1);
  expect(await found({ from: START })).toBe(1);
  expect(await found({ rule: "other" })).toBe(0);
});

test("a worker can neither evaluate another time nor send people elsewhere", async () => {
  const t = deployment();
  const wrong = (more: object, args: object = {}) =>
    as(t, "worker").mutation(api.alerts.evaluate, {
      ...{ at: Date.now(), channels: CHANNELS, results: [evaluation(more)] },
      ...args,
    });
  await refused(wrong({}, { at: START - 600_000 }), "VALIDATION");
  await refused(wrong({ path: "https://evil.example" }), "VALIDATION");
  await refused(wrong({ path: "//evil" }), "VALIDATION");
  await refused(wrong({ value: Infinity }), "VALIDATION");
  await refused(wrong({}, { channels: ["a", "a"] }), "VALIDATION");
  await refused(wrong({}, { results: [evaluation(), evaluation()] }), "VALIDATION");
  const long = { rule: "x", durationMs: 8 * 86_400_000, reason: "x" };
  await refused(ops(t).mutation(api.alerts.silence, long), "VALIDATION");
});
