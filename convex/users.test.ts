/** Provisioning is idempotent and order-tolerant; users are found, listed and summed up. */
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
import { api } from "./_generated/api.js";
import { DAY_MS } from "./model/limits.ts";

test("a user is created once and then updated field by field", async () => {
  const t = deployment();
  const ingest = as(t, "ingest");
  const user = { clerkId: "user_1", kind: "product" as const, name: "Ada", lastSeenAt: START };
  const first = await ingest.mutation(api.users.upsert, { ...user, createdAt: START - 5 });
  const again = await ingest.mutation(api.users.upsert, {
    ...user,
    name: undefined,
    email: "a@b.example",
    lastSeenAt: START - 1,
  });
  expect(first.created).toBe(true);
  expect(again).toEqual({ id: first.id, created: false });
  const stored = await ingest.query(api.users.get, { clerkId: "user_1" });
  expect(stored).toMatchObject({
    name: "Ada",
    email: "a@b.example",
    lastSeenAt: START,
    createdAt: START - 5,
    status: "active",
  });
  expect(await ingest.query(api.users.get, { clerkId: "user_9" })).toBeNull();
});

test("an older webhook does not overwrite a newer profile, whatever the order of arrival", async () => {
  const events = [
    { name: "Old", clerkUpdatedAt: START },
    { name: "New", clerkUpdatedAt: START + 10 },
    { status: "deleted" as const, name: "Gone", clerkUpdatedAt: START + 20 },
  ];
  for (const order of [
    [0, 1, 2],
    [2, 1, 0],
    [1, 2, 0],
    [1, 0, 2],
  ]) {
    const t = deployment();
    for (const index of order) {
      await as(t, "ingest").mutation(api.users.upsert, {
        clerkId: "user_1",
        kind: "product",
        ...events[index]!,
      });
    }
    const user = await as(t, "ingest").query(api.users.get, { clerkId: "user_1" });
    expect(user).toMatchObject({ name: "Gone", status: "deleted" });
  }
});

test("a newer record can clear what it no longer has, an older one clears nothing", async () => {
  const t = deployment();
  const upsert = (more: object) =>
    as(t, "ingest").mutation(api.users.upsert, { clerkId: "user_1", kind: "product", ...more });
  const read = () => as(t, "ingest").query(api.users.get, { clerkId: "user_1" });
  const all = { email: "ada@b.example", name: "Ada", imageUrl: "https://i.example/a.png" };
  const clear = ["email", "name", "imageUrl", "role"] as const;
  await upsert({ ...all, kind: "team", role: "ops", clerkUpdatedAt: START });
  await upsert({ clear, clerkUpdatedAt: START - 1 });
  expect(await read()).toMatchObject({ ...all, kind: "team", role: "ops" });
  await upsert({ clear: ["email", "role"], clerkUpdatedAt: START + 1 });
  const { email: _, ...rest } = all;
  expect(await read()).toMatchObject({ ...rest, kind: "product" });
  expect(await read()).not.toHaveProperty("email");
  expect(await read()).not.toHaveProperty("role");
  const args = { cursor: null, limit: 10, search: "ada@b.example" };
  const found = await as(t, "viewer").query(api.users.list, args);
  expect(found.items, "a cleared address is not found any more").toEqual([]);
});

test("a first record may name fields to clear", async () => {
  const t = deployment();
  const user = { clerkId: "user_1", kind: "product" as const, clear: ["email" as const] };
  expect((await as(t, "ingest").mutation(api.users.upsert, user)).created).toBe(true);
  expect(await as(t, "ingest").query(api.users.get, { clerkId: "user_1" })).not.toHaveProperty(
    "clear",
  );
});

test.each([
  [{ clear: ["name" as const], name: "Ada" }, "clear"],
  [{ clerkId: "" }, "clerkId"],
  [{ name: "x".repeat(201) }, "name"],
  [{ email: "" }, "email"],
  [{ lastSeenAt: 5 }, "lastSeenAt"],
  [{ status: "erasing" as const }, "status"],
])("a user with %j is refused", async (wrong, field) => {
  const t = deployment();
  const call = as(t, "ingest").mutation(api.users.upsert, {
    clerkId: "user_1",
    kind: "product",
    ...wrong,
  });
  const data = await refused(call, "VALIDATION");
  expect(data.fields?.[0]?.field).toBe(field);
});

test("users are listed by kind and sorted both ways by creation or last visit", async () => {
  const t = deployment();
  await addUser(t, "user_1", { createdAt: START, lastSeenAt: START + 50 });
  await addUser(t, "user_2", { createdAt: START + 1, lastSeenAt: START + 40 });
  await addUser(t, "user_3", { createdAt: START + 2, lastSeenAt: START + 60, status: "banned" });
  await addUser(t, "team_1", { kind: "team" });
  const list = async (args: object) => {
    const page = await as(t, "viewer").query(api.users.list, { cursor: null, limit: 10, ...args });
    return page.items.map(({ clerkId }) => clerkId);
  };
  expect(await list({})).toEqual(["user_3", "user_2", "user_1"]);
  expect(await list({ order: "asc" })).toEqual(["user_1", "user_2", "user_3"]);
  expect(await list({ sort: "lastSeenAt" })).toEqual(["user_3", "user_1", "user_2"]);
  expect(await list({ status: "active" })).toEqual(["user_2", "user_1"]);
  expect(await list({ kind: "team" })).toEqual(["team_1"]);
});

test("users are found by name, e-mail address and Clerk id", async () => {
  const t = deployment();
  await addUser(t, "user_1", { name: "Ada Lovelace", email: "ada@example.org" });
  await addUser(t, "user_2", { name: "Grace Hopper", email: "grace@example.org" });
  const search = async (text: string, more: object = {}) => {
    const args = { cursor: null, limit: 10, search: text, ...more };
    return (await as(t, "worker").query(api.users.list, args)).items.map(({ clerkId }) => clerkId);
  };
  expect(await search("lovelace")).toEqual(["user_1"]);
  expect(await search("grace@example.org")).toContain("user_2");
  expect((await search("user_2"))[0]).toBe("user_2");
  expect(await search("lovelace", { kind: "team" })).toEqual([]);
  expect(await search("lovelace", { status: "banned" })).toEqual([]);
  await refused(search("x".repeat(201)), "VALIDATION");
});

test("everybody of a common first name is found, page by page and once each", async () => {
  const t = deployment();
  const names = Array.from({ length: 130 }, (_, at) => `Maria Marisol ${at % 7} Number${at}`);
  for (const [at, name] of names.entries()) await addUser(t, `u${at}`, { name });
  await addUser(t, "other", { name: "Mark Twain" });
  const pages = async (search: string, limit: number, more: object = {}) => {
    const found: string[] = [];
    let cursor: string | null = null;
    do {
      const page: { items: { clerkId: string }[]; nextCursor: string | null } = await as(
        t,
        "viewer",
      ).query(api.users.list, { cursor, limit, search, ...more });
      expect(page.items.length).toBeLessThanOrEqual(limit);
      found.push(...page.items.map(({ clerkId }) => clerkId));
      cursor = page.nextCursor;
    } while (cursor !== null);
    return found;
  };
  const all = names.map((_, at) => `u${at}`).sort();
  for (const search of ["maria", "mari", "MARÍA"]) {
    expect((await pages(search, 50)).sort()).toEqual(all);
  }
  expect((await pages("mar", 200)).at(-1)).toBe("other");
  expect(await pages("maria number129", 7)).toEqual(["u129"]);
  expect((await pages("maria 3", 2)).length).toBe(19);
  expect(await pages("maria", 50, { status: "banned" })).toEqual([]);
  expect((await pages("u7", 3))[0]).toBe("u7");
});

test("the words of a user follow a new name, another kind, and go with an erasure", async () => {
  const t = deployment();
  await addUser(t, "user_1", { name: "Grace Hopper" });
  const found = async (search: string, kind: "product" | "team" = "product") => {
    const args = { cursor: null, limit: 10, search, kind };
    return (await as(t, "worker").query(api.users.list, args)).items.length;
  };
  await addUser(t, "user_1", { name: "Ada Łovelace" });
  expect([await found("hopper"), await found("lovelace")]).toEqual([0, 1]);
  await addUser(t, "user_1", { kind: "team" });
  expect([await found("lovelace"), await found("lovelace", "team")]).toEqual([0, 1]);
  const words = () => t.run(async (ctx) => await ctx.db.query("userWords").collect());
  expect((await words()).length).toBeGreaterThan(0);
  await as(t, "worker").mutation(api.erasure.start, { clerkId: "user_1" });
  await as(t, "worker").mutation(api.erasure.step, { clerkId: "user_1", deletedKeys: [] });
  expect(await words()).toEqual([]);
});

test.each(["ada@example.org", "example", "555", "8675309", "lovelace 555"])(
  "searching users for %j tells nothing that is masked",
  async (search) => {
    const t = deployment();
    const name = "Ada Lovelace 555 8675309";
    await addUser(t, "user_1", { name, email: "ada@example.org" });
    const found = async (role: string) =>
      (await as(t, role).query(api.users.list, { cursor: null, limit: 10, search })).items.length;
    expect(await found("viewer")).toBe(0);
  },
);

test("a user's summary adds up their sessions by day", async () => {
  const t = deployment();
  for (const [index, startedAt] of [START, START + 1000, START + DAY_MS].entries()) {
    const sessionId = await addSession(t, `call-${index}`, { startedAt });
    const interactions = [turn(0, { latencyMs: 1000, tokensOut: 7, cost: 0.25 })];
    await as(t, "ingest").mutation(api.interactions.append, { sessionId, interactions });
  }
  const summary = (args: object) =>
    as(t, "viewer").query(api.users.summary, { clerkId: "user_1", ...args });
  const result = await summary({ from: START, to: START + DAY_MS });
  expect(result?.total).toMatchObject({ sessions: 3, interactions: 3, tokensOut: 21, cost: 0.75 });
  expect(result?.days.map(({ sessions }) => sessions)).toEqual([2, 1]);
  expect(Math.abs(result!.total.latency.p95! - 1000)).toBeLessThanOrEqual(10);
  expect(await summary({ clerkId: "user_9" })).toBeNull();
  await refused(summary({ from: START, to: START + 400 * DAY_MS }), "VALIDATION");
});
