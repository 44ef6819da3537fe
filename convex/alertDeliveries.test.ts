/** A message goes to one sender at a time, in order, and is neither lost nor changed. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { START, as, deployment, refused } from "../tests/convex/harness.ts";
import type { Deployment } from "../tests/convex/harness.ts";
import { api } from "./_generated/api.js";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
  vi.setSystemTime(START);
});
afterEach(() => {
  vi.useRealTimers();
});

const PAGE = { cursor: null, limit: 50 };
const LEASE_MS = 60_000;
const queue = (t: Deployment, channels = ["webhook"]) =>
  as(t, "ops").mutation(api.alertDeliveries.test, { channels });
const claim = (t: Deployment, holder: string, channels = ["webhook"]) =>
  as(t, "worker").mutation(api.alertDeliveries.claim, { holder, channels, leaseMs: LEASE_MS });
const settle = (t: Deployment, id: string, holder: string, problem?: string) =>
  as(t, "worker").mutation(api.alertDeliveries.settle, {
    ...{ id, holder, retryAfterMs: 5000 },
    ...(problem === undefined ? {} : { problem }),
  });
const all = async (t: Deployment) =>
  (await as(t, "ops").query(api.alertDeliveries.list, { ...PAGE, order: "asc" })).items;

test("what waits together is one message per channel", async () => {
  const t = deployment();
  await queue(t, ["webhook", "slack"]);
  await queue(t, ["webhook", "slack"]);
  const [webhook, ...none] = await claim(t, "a");
  expect(webhook?.items).toHaveLength(2);
  expect(none).toEqual([]);
  expect(await claim(t, "b", ["slack"])).toHaveLength(1);
});

test("one sender at a time; when its lease lapses another gets the very same message", async () => {
  const t = deployment();
  await queue(t);
  const got = (await Promise.all(["a", "b", "c"].map((holder) => claim(t, holder)))).flat();
  expect(got).toHaveLength(1);
  await queue(t);
  vi.advanceTimersByTime(LEASE_MS - 1);
  expect(await claim(t, "d")).toEqual([]);
  vi.advanceTimersByTime(1);
  const [again] = await claim(t, "d");
  expect(again).toMatchObject({ id: got[0]!.id, items: got[0]!.items, attempts: 2 });
  expect(await settle(t, again!.id, "a")).toEqual({ settled: false });
  expect(await settle(t, again!.id, "d")).toEqual({ settled: true });
  expect(await settle(t, again!.id, "d")).toEqual({ settled: false });
  expect((await all(t)).map(({ status }) => status)).toEqual(["sent", "waiting"]);
});

test("a later message waits for an earlier one, and what comes meanwhile is told together", async () => {
  const t = deployment();
  await queue(t);
  const [first] = await claim(t, "a");
  await queue(t);
  await queue(t);
  await settle(t, first!.id, "a", "503");
  vi.advanceTimersByTime(5000);
  expect((await claim(t, "a")).map(({ id }) => id)).toEqual([first!.id]);
  vi.advanceTimersByTime(20_000);
  expect(await claim(t, "a")).toEqual([]);
  await settle(t, first!.id, "a");
  const [second] = await claim(t, "a");
  expect(second?.items).toHaveLength(2);
});

test("after many attempts a message is given up, with its last problem, and the next goes", async () => {
  const t = deployment();
  await queue(t);
  for (let attempt = 1; attempt <= 12; attempt += 1) {
    const [message] = await claim(t, "a");
    expect(message?.attempts).toBe(attempt);
    await settle(t, message!.id, "a", "timeout");
    vi.advanceTimersByTime(5000);
  }
  expect(await claim(t, "a")).toEqual([]);
  expect(await all(t)).toMatchObject([{ status: "failed", problem: "timeout", attempts: 12 }]);
  await queue(t);
  expect(await claim(t, "a")).toHaveLength(1);
});

test("a sender that dies at every attempt does not hold up the channel for ever", async () => {
  const t = deployment();
  await queue(t);
  for (let attempt = 1; attempt <= 12; attempt += 1) {
    expect(await claim(t, "a")).toHaveLength(1);
    vi.advanceTimersByTime(LEASE_MS);
  }
  expect(await claim(t, "a")).toEqual([]);
  expect(await all(t)).toMatchObject([{ status: "failed" }]);
});

test("a channel gets so many messages an hour; the rest is told together, later", async () => {
  const t = deployment();
  for (let sent = 0; sent < 20; sent += 1) {
    await queue(t);
    const [message] = await claim(t, "a");
    await settle(t, message!.id, "a");
  }
  for (let more = 0; more < 3; more += 1) {
    await queue(t);
    if ((await claim(t, "a")).length > 0) break;
  }
  const waiting = (await all(t)).filter(({ status }) => status === "waiting");
  expect(waiting).toHaveLength(1);
  expect(waiting[0]!.items.length).toBeGreaterThanOrEqual(1);
});

test("channels are plain names", async () => {
  const t = deployment();
  for (const channels of [[], ["Web hook"], ["a", "a"], ["a", "b", "c", "d", "e", "f"]]) {
    await refused(queue(t, channels), "VALIDATION");
  }
  expect(await settle(t, "nope", "a")).toEqual({ settled: false });
});
