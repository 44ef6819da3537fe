/** A migration resumes where it stopped, and running it again changes nothing. */
import { expect, test } from "vitest";
import { addUser, as, deployment, refused } from "../tests/convex/harness.ts";
import { api } from "./_generated/api.js";
import { MIGRATIONS } from "./model/migrations.ts";

const NAME = "1-users-searchText";

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
