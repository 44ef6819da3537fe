/** A migration resumes where it stopped, and running it again changes nothing. */
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
import { audioKey } from "../tests/convex/samples.ts";
import { api } from "./_generated/api.js";
import { BATCH_DOCUMENTS, DAY_MS } from "./model/limits.ts";
import { MIGRATIONS } from "./model/migrations.ts";

const USERS = "6-users-words";
const TURNS = "7-interactions-searchTexts";

function stepper(t: Deployment, name: string) {
  return (more: object = {}) => as(t, "admin").mutation(api.migrations.step, { name, ...more });
}
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
        searchText: `Old ${index} old_${index}`,
        createdAt: 1,
      });
    }
  });
  await addUser(t, "new_1");
  const step = stepper(t, USERS);
  expect(await step()).toEqual({ name: USERS, done: false, processed: 500, changed: 500 });
  const finished = { name: USERS, done: true, processed: 502, changed: 501 };
  expect(await step()).toEqual(finished);
  expect(await step()).toEqual(finished);
  expect(await as(t, "admin").query(api.migrations.status, {})).toContainEqual(finished);
  expect(await step({ restart: true })).toEqual({
    name: USERS,
    done: false,
    processed: 500,
    changed: 0,
  });
  expect(await step()).toEqual({ name: USERS, done: true, processed: 502, changed: 0 });
  const search = { cursor: null, limit: 5, search: "old_499" };
  const found = await as(t, "admin").query(api.users.list, search);
  expect(found.items[0]?.clerkId).toBe("old_499");
});

test("turns from before search texts are found once they are migrated, and again after a loss", async () => {
  const t = deployment();
  const sessionId = await addSession(t);
  const interactions = [
    turn(0, { text: "about an invoice" }),
    turn(1, { text: "..." }),
    turn(2, { text: "the invoice" }),
  ];
  await as(t, "ingest").mutation(api.interactions.append, { sessionId, interactions });
  const stored = () => t.run(async (ctx) => await ctx.db.query("searchTexts").collect());
  const words = async () => (await stored()).map(({ words }) => words).sort();
  const expected = await words();
  expect(expected).toEqual(["about an invoice", "the invoice"]);
  await t.run(async (ctx) => {
    const [first, second] = await ctx.db.query("searchTexts").collect();
    await ctx.db.delete("searchTexts", first!._id);
    await ctx.db.patch("searchTexts", second!._id, { words: "of another form" });
  });
  const step = stepper(t, TURNS);
  expect(await step()).toMatchObject({ done: true, processed: 3, changed: 2 });
  expect(await words()).toEqual(expected);
  expect(await step({ restart: true })).toMatchObject({ done: true, processed: 3, changed: 0 });
  expect(await words()).toEqual(expected);
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
