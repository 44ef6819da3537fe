/** A migration resumes where it stopped, and running it again changes nothing. */
import { expect, test } from "vitest";
import { START, addSession, addUser, as, deployment, refused } from "../tests/convex/harness.ts";
import { audioKey } from "../tests/convex/samples.ts";
import { api } from "./_generated/api.js";
import { BATCH_DOCUMENTS, DAY_MS } from "./model/limits.ts";
import { MIGRATIONS } from "./model/migrations.ts";

const NAME = "1-users-searchText";
const LATER = START + 3660 * DAY_MS;

test("rows from before the migration are filled in batches, once", async () => {
  const t = deployment();
  await t.run(async (ctx) => {
    for (let index = 0; index < 501; index += 1) {
      await ctx.db.insert("users", {
        clerkId: `old_${index}`,
        kind: "product",
        name: `Old ${index}`,
        status: "active",
        lastSeenAt: 1,
        sessionCount: 0,
        createdAt: 1,
      });
    }
  });
  await addUser(t, "new_1");
  const admin = as(t, "admin");
  const step = (more: object = {}) => admin.mutation(api.migrations.step, { name: NAME, ...more });
  expect(await step()).toEqual({ name: NAME, done: false, processed: 500, changed: 500 });
  const finished = { name: NAME, done: true, processed: 502, changed: 501 };
  expect(await step()).toEqual(finished);
  expect(await step()).toEqual(finished);
  expect(await admin.query(api.migrations.status, {})).toContainEqual(finished);
  expect(await step({ restart: true })).toEqual({
    name: NAME,
    done: false,
    processed: 500,
    changed: 0,
  });
  expect(await step()).toEqual({ name: NAME, done: true, processed: 502, changed: 0 });
  const found = await admin.query(api.users.list, { cursor: null, limit: 5, search: "old_499" });
  expect(found.items[0]?.clerkId).toBe("old_499");
});

test("names are unique, and an unknown one is refused", async () => {
  const names = MIGRATIONS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const t = deployment();
  await refused(as(t, "worker").mutation(api.migrations.step, { name: "other" }), "NOT_FOUND");
});

test("recordings that were refused as cut off are analysed again, and nothing else is", async () => {
  const t = deployment();
  const sessionId = await addSession(t);
  const insert = async (count: number, more: object) =>
    await t.run(async (ctx) => {
      const session = (await ctx.db.query("userSessions").first())!;
      for (let index = 0; index < count; index += 1) {
        await ctx.db.insert("audioObjects", {
          key: audioKey(sessionId, index),
          ...{ sessionId: session._id, userId: session.userId },
          ...{ contentType: "audio/wav", bytes: 1, sha256: "0".repeat(64) },
          ...{ status: "stored", analysis: "corrupt", expiresAt: LATER, createdAt: START },
          ...more,
        });
      }
    });
  const truncated = BATCH_DOCUMENTS + 1;
  await insert(truncated, { reason: "truncated" });
  await insert(1, { reason: "checksum_differs" });
  await insert(1, { analysis: "ready", reason: "truncated" });
  await insert(1, { status: "expired", reason: "truncated" });
  const step = () =>
    as(t, "worker").mutation(api.migrations.step, { name: "5-audioObjects-truncated" });
  expect(await step()).toMatchObject({ done: false, changed: BATCH_DOCUMENTS });
  expect(await step()).toMatchObject({ done: true, changed: truncated });
  const args = { kind: "analysis", before: LATER, cursor: null, limit: 200 } as const;
  const waiting = await as(t, "worker").query(api.audioObjects.due, args);
  expect(waiting.items[0]).not.toHaveProperty("reason");
  const rows = await t.run(async (ctx) => await ctx.db.query("audioObjects").collect());
  expect(rows.filter(({ analysis }) => analysis === "pending")).toHaveLength(truncated);
});
