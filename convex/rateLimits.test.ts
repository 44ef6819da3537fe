/** Buckets are shared, refill with time, and refuse without being drained further. */
import { afterEach, expect, test, vi } from "vitest";
import { as, deployment, refused } from "../tests/convex/harness.ts";
import { api } from "./_generated/api.js";

afterEach(() => {
  vi.useRealTimers();
});

test("a key has its limit per period and refills evenly", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const t = deployment();
  const take = (args: object = {}) =>
    as(t, "worker").mutation(api.rateLimits.take, { key: "a", limit: 4, periodMs: 2000, ...args });
  for (const remaining of [3, 2, 1, 0]) {
    expect(await take()).toEqual({ allowed: true, remaining, retryAfterMs: 0 });
  }
  expect(await take()).toEqual({ allowed: false, remaining: 0, retryAfterMs: 500 });
  expect((await take({ key: "b" })).allowed).toBe(true);
  vi.advanceTimersByTime(500);
  expect(await take()).toMatchObject({ allowed: true, remaining: 0 });
  vi.advanceTimersByTime(60_000);
  expect(await take({ cost: 4 })).toMatchObject({ allowed: true, remaining: 0 });
  await refused(take({ cost: 5 }), "VALIDATION");
});

test("of concurrent calls no more than the limit pass", async () => {
  const t = deployment();
  const calls = Array.from({ length: 12 }, () =>
    as(t, "worker").mutation(api.rateLimits.take, { key: "a", limit: 5, periodMs: 3_600_000 }),
  );
  const allowed = (await Promise.all(calls)).filter((taken) => taken.allowed);
  expect(allowed).toHaveLength(5);
});

test("a machine with an ingest token cannot empty the bucket of somebody else", async () => {
  const t = deployment();
  const args = { key: "read:member:user_1", limit: 1, periodMs: 3_600_000 };
  await refused(as(t, "ingest").mutation(api.rateLimits.take, args), "FORBIDDEN");
  expect((await as(t, "worker").mutation(api.rateLimits.take, args)).allowed).toBe(true);
});
