/** A job runs once over all workers, and a dead worker's job is taken over. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { as, deployment, refused } from "../tests/convex/harness.ts";
import type { Deployment } from "../tests/convex/harness.ts";
import { api } from "./_generated/api.js";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});

const job = { name: "sweep", ttlMs: 10_000 };
const worker = (t: Deployment) => as(t, "worker");
const acquire = async (t: Deployment, holder: string, dueEveryMs = 60_000) =>
  (await worker(t).mutation(api.jobLeases.acquire, { ...job, holder, dueEveryMs })).acquired;
const finish = (t: Deployment, holder: string, ok = true) =>
  worker(t).mutation(api.jobLeases.finish, {
    name: "sweep",
    holder,
    ok,
    report: "{}",
    durationMs: 5,
  });

test("of many workers one gets the lease, and the job is due again only after its interval", async () => {
  const t = deployment();
  const got = await Promise.all(["a", "b", "c"].map((holder) => acquire(t, holder)));
  expect(got.filter(Boolean)).toHaveLength(1);
  const holder = ["a", "b", "c"][got.indexOf(true)]!;
  await finish(t, holder);
  expect(await acquire(t, "b")).toBe(false);
  vi.advanceTimersByTime(60_000);
  expect(await acquire(t, "b")).toBe(true);
  await finish(t, "b", false);
  const [row] = await as(t, "ops").query(api.jobLeases.list, {});
  expect(row).toMatchObject({
    name: "sweep",
    runs: 2,
    failures: 1,
    lastOk: false,
    lastReport: "{}",
  });
  expect(row).not.toHaveProperty("holder");
});

test("a lease that lapsed is taken over at once, and its old holder can neither renew nor finish", async () => {
  const t = deployment();
  expect(await acquire(t, "a")).toBe(true);
  vi.advanceTimersByTime(9_000);
  expect(await worker(t).mutation(api.jobLeases.renew, { ...job, holder: "a" })).toEqual({
    held: true,
  });
  vi.advanceTimersByTime(9_000);
  expect(await acquire(t, "b")).toBe(false);
  vi.advanceTimersByTime(1_000);
  expect(await acquire(t, "b")).toBe(true);
  expect(await worker(t).mutation(api.jobLeases.renew, { ...job, holder: "a" })).toEqual({
    held: false,
  });
  await refused(finish(t, "a"), "CONFLICT");
});

test("a malformed lease is refused", async () => {
  const t = deployment();
  const call = (args: object) =>
    worker(t).mutation(api.jobLeases.acquire, { ...job, holder: "a", dueEveryMs: 0, ...args });
  await refused(call({ ttlMs: 10 }), "VALIDATION");
  await refused(call({ name: "" }), "VALIDATION");
  await acquire(t, "a");
  const report = "x".repeat(16 * 1024 + 1);
  const long = { name: "sweep", holder: "a", ok: true, report, durationMs: 1 };
  await refused(worker(t).mutation(api.jobLeases.finish, long), "VALIDATION");
});
