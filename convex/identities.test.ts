/** Whoever writes about a person, in whatever order: an identity names one user, and erasure takes all. */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  START,
  addSession,
  addUser,
  as,
  deployment,
  foldAll,
  refused,
} from "../tests/convex/harness.ts";
import type { Deployment } from "../tests/convex/harness.ts";
import { erased } from "../tests/convex/samples.ts";
import { api } from "./_generated/api.js";
import { USER_IDENTITIES } from "./model/limits.ts";

const PHONE = "+4930901820";
const OTHER_PHONE = "+4930901821";
type User = NonNullable<(typeof api.userSessions.create)["_args"]["user"]>;

let calls = 0;
async function call(t: Deployment, user: User, sourceId?: string, more: object = {}) {
  calls += 1;
  return await as(t, "worker").mutation(api.userSessions.create, {
    externalId: `call-${calls}`,
    channel: "voice",
    startedAt: START,
    user,
    ...(sourceId === undefined ? {} : { sourceId }),
    ...more,
  });
}

async function read(t: Deployment, clerkId: string) {
  return await as(t, "worker").query(api.users.get, { clerkId });
}

test("a caller is known by phone, by the writer's id and by Clerk's, as each becomes known", async () => {
  const t = deployment();
  const first = await call(t, { phone: PHONE });
  const second = await call(t, { phone: PHONE, externalId: "crm-7" });
  const third = await call(t, { clerkId: "user_1", externalId: "crm-7", name: "Ada" });
  const last = await call(t, { clerkId: "user_1" });
  expect(new Set([first, second, third, last].map(({ userId }) => userId)).size).toBe(1);
  for (const made of [first, second, third, last]) expect(made).not.toHaveProperty("userConflict");
  const user = await read(t, "user_1");
  expect(user).toMatchObject({ clerkId: "user_1", phone: PHONE, name: "Ada", sessionCount: 4 });
  expect(user?.identities).toEqual([
    { kind: "phone", value: PHONE },
    { kind: "source", source: "own", value: "crm-7" },
    { kind: "clerk", value: "user_1" },
  ]);
  expect(await read(t, first.userId)).toEqual(user);
});

test("of identities that name two users the strongest one decides, and the answer says so", async () => {
  const t = deployment();
  await addUser(t, "user_1");
  const crm = await call(t, { externalId: "crm-7" });
  const phone = await call(t, { phone: PHONE });
  const all = await call(t, { clerkId: "user_1", externalId: "crm-7", phone: PHONE });
  expect((await read(t, all.userId))?.clerkId).toBe("user_1");
  expect(all.userConflict).toEqual(["source", "phone"]);
  const two = await call(t, { externalId: "crm-7", phone: PHONE });
  expect(two).toMatchObject({ userId: crm.userId, userConflict: ["phone"] });
  expect((await call(t, { phone: PHONE })).userId).toBe(phone.userId);
  const told = await as(t, "ingest").mutation(api.users.upsert, {
    clerkId: "user_1",
    kind: "product",
    phones: [PHONE, OTHER_PHONE],
  });
  expect(told).toMatchObject({ created: false, userConflict: ["phone"] });
  expect((await call(t, { phone: OTHER_PHONE })).userId).toBe(all.userId);
});

test("an id that is new is not given to somebody who has another one of its kind", async () => {
  const t = deployment();
  const known = await call(t, { clerkId: "user_1", externalId: "crm-1", phone: PHONE });
  const person = await call(t, { externalId: "crm-2", phone: PHONE });
  expect(person.userId).not.toBe(known.userId);
  expect(person.userConflict).toEqual(["phone"]);
  const other = await call(t, { clerkId: "user_2", externalId: "crm-1" });
  expect(other.userConflict).toEqual(["source"]);
  expect((await read(t, other.userId))?.clerkId).toBe("user_2");
});

test("an anonymous caller is the user of one session, and in no list", async () => {
  const t = deployment();
  const [one, two] = [await call(t, {}), await call(t, {})];
  expect(one.userId).not.toBe(two.userId);
  const again = await call(t, {}, undefined, { externalId: `call-${calls - 1}` });
  expect(again).toEqual({ ...one, created: false });
  await refused(
    call(t, { phone: PHONE }, undefined, { externalId: `call-${calls - 2}` }),
    "CONFLICT",
  );
  expect(await read(t, one.userId)).toMatchObject({ anonymous: true, identities: [] });
  for (const search of [undefined, one.userId]) {
    const page = { cursor: null, limit: 5, ...(search === undefined ? {} : { search }) };
    expect((await as(t, "viewer").query(api.users.list, page)).items).toEqual([]);
  }
  const listed = { cursor: null, limit: 5, clerkId: one.userId };
  expect((await as(t, "viewer").query(api.userSessions.list, listed)).items).toHaveLength(1);
  await erased(t, one.userId);
  expect(await read(t, one.userId)).toBeNull();
  const start = { clerkId: one.userId };
  const { erasureId } = await as(t, "worker").mutation(api.erasure.start, start);
  expect(await as(t, "worker").query(api.erasure.get, start)).toMatchObject({ id: erasureId });
});

test("a source names its own people, and changes nobody whom others described", async () => {
  const t = deployment();
  await refused(call(t, { clerkId: "user_1" }, "s1"), "VALIDATION");
  await refused(call(t, {}, "s1", { clerkId: "user_1", user: undefined }), "VALIDATION");
  await refused(call(t, {}, "own"), "VALIDATION");
  for (const role of ["ingest"]) {
    const claimed = { externalId: "x", channel: "voice" as const, startedAt: START, user: {} };
    const write = as(t, role).mutation(api.userSessions.create, { ...claimed, sourceId: "s1" });
    await refused(write, "FORBIDDEN");
    const user = { externalId: "x", kind: "product" as const, sourceId: "s1" };
    await refused(as(t, role).mutation(api.users.upsert, user), "FORBIDDEN");
  }
  const ids = [undefined, "s1", "s2"];
  const made = [];
  for (const source of ids) made.push(await call(t, { externalId: "7", name: "Of it" }, source));
  expect(new Set(made.map(({ userId }) => userId)).size).toBe(3);
  const renamed = await call(t, { externalId: "7", name: "Renamed" }, "s1");
  expect((await read(t, renamed.userId))?.name).toBe("Renamed");
  await call(t, { externalId: "7", phone: PHONE }, "s1");
  await call(t, { phone: PHONE, name: "By another source" }, "s2");
  expect((await read(t, renamed.userId))?.name).toBe("Renamed");
  await call(t, { phone: PHONE, name: "Ada" });
  await call(t, { externalId: "7", name: "Renamed again", email: "x@y.example" }, "s1");
  const user = await read(t, renamed.userId);
  expect(user?.name).toBe("Ada");
  expect(user).not.toHaveProperty("email");
});

test("external ids of sessions are unique within their writer", async () => {
  const t = deployment();
  const id = { externalId: "shared" };
  const own = await call(t, { phone: PHONE }, undefined, id);
  const source = await call(t, { phone: PHONE }, "s1", id);
  expect(own.id).not.toBe(source.id);
  const worker = as(t, "worker");
  const found = await worker.query(api.userSessions.byExternalId, { ...id, sourceId: "s1" });
  expect(found).toMatchObject({ id: source.id, sourceId: "s1" });
  expect((await worker.query(api.userSessions.byExternalId, id))?.id).toBe(own.id);
  await erased(t, own.userId);
  for (const sourceId of [undefined, "s1"]) {
    await refused(call(t, { phone: PHONE }, sourceId, id), "GONE");
  }
  expect((await call(t, {}, "s2", id)).created).toBe(true);
});

test.each([
  [{ phone: "030 901820" }, "user.phone"],
  [{ phone: "anonymous" }, "user.phone"],
  [{ externalId: " x" }, "user.externalId"],
  [{ clerkId: "" }, "user.clerkId"],
  [{ name: "x".repeat(201) }, "user.name"],
])("a person with %j is refused", async (user, field) => {
  const data = await refused(call(deployment(), user), "VALIDATION");
  expect(data.fields?.[0]?.field).toBe(field);
});

test("a session needs a user or a person, and not both", async () => {
  const t = deployment();
  await addUser(t);
  await refused(call(t, {}, undefined, { clerkId: "user_1" }), "VALIDATION");
  await refused(call(t, {}, undefined, { user: undefined }), "VALIDATION");
});

test("of more identities than are kept of a user the first ones stay", async () => {
  const t = deployment();
  const phones = Array.from({ length: USER_IDENTITIES }, (_, place) => `+49309018${100 + place}`);
  for (const phone of [...phones, "+4930111111"]) await call(t, { clerkId: "user_1", phone });
  expect((await read(t, "user_1"))?.identities).toHaveLength(USER_IDENTITIES);
});

test("a masked role sees that there is a phone number, and neither finds nor reads it", async () => {
  const t = deployment();
  const { userId, id } = await call(t, { phone: PHONE, externalId: "ada@example.org" });
  for (const role of ["viewer", "admin"]) {
    const user = await as(t, role).query(api.users.get, { clerkId: userId });
    expect(user).toMatchObject({ clerkId: userId, phone: "[phone]" });
    expect(user?.identities?.map(({ value }) => value)).toEqual(["[email]", "[phone]"]);
    const session = await as(t, role).query(api.userSessions.get, { id });
    expect(session?.user).toMatchObject({ clerkId: userId, phone: "[phone]" });
    const identity = { kind: "phone" as const, value: PHONE };
    expect(await as(t, role).query(api.users.byIdentity, identity)).toBeNull();
    const page = { cursor: null, limit: 5, search: PHONE };
    expect((await as(t, role).query(api.users.list, page)).items).toEqual([]);
  }
  const reason = "complaint";
  for (const value of [PHONE, "ada@example.org", userId]) {
    const found = await as(t, "reviewer").mutation(api.reveals.findUser, { value, reason });
    expect(found).toMatchObject({ id: userId, phone: PHONE });
  }
  const trail = await as(t, "admin").query(api.audit.list, { cursor: null, limit: 5, userId });
  expect(trail.items.map(({ action }) => action)).toEqual(Array(3).fill("user.find"));
});

test("users of earlier releases are known before and after the migration, which runs twice", async () => {
  const t = deployment();
  const clerkId = "user_old";
  const row = { clerkId, kind: "product" as const, status: "active" as const };
  const times = { lastSeenAt: START, sessionCount: 0, createdAt: START };
  const old = await t.run(async (ctx) => await ctx.db.insert("users", { ...row, ...times }));
  const check = async () => {
    expect((await call(t, { clerkId, phone: PHONE })).userId).toBe(old);
    expect((await read(t, clerkId))?.identities?.map(({ kind }) => kind).sort()).toEqual([
      "clerk",
      "phone",
    ]);
    expect((await call(t, { clerkId: "user_new", phone: PHONE })).userConflict).toEqual(["phone"]);
  };
  await check();
  const step = { name: "8-users-identities", restart: true };
  const changed = [];
  for (let run = 0; run < 2; run += 1) {
    changed.push((await as(t, "worker").mutation(api.migrations.step, step)).changed);
    await check();
  }
  expect(changed).toEqual([1, 0]);
});

const someUser: fc.Arbitrary<User> = fc.record(
  {
    clerkId: fc.constantFrom("user_1", "user_2", "user_3"),
    externalId: fc.constantFrom("a", "b"),
    phone: fc.constantFrom(PHONE, OTHER_PHONE),
    name: fc.constantFrom("Ada", "Grace"),
  },
  { requiredKeys: [] },
);
type Step =
  | { kind: "call"; user: User; sourceId: string | undefined }
  | {
      kind: "erase";
      identity: { kind: "clerk" | "phone" | "source"; value: string; source?: string };
    };
const someStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .record({
        kind: fc.constant("call" as const),
        user: someUser,
        sourceId: fc.constantFrom(undefined, "s1"),
      })
      .map((step) => {
        const { clerkId: _, ...others } = step.user;
        return step.sourceId === undefined ? step : { ...step, user: others };
      }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("erase" as const),
      identity: fc.oneof(
        fc.constantFrom("user_1", "user_2").map((value) => ({ kind: "clerk" as const, value })),
        fc.constantFrom(PHONE, OTHER_PHONE).map((value) => ({ kind: "phone" as const, value })),
        fc
          .constantFrom("own", "s1")
          .map((source) => ({ kind: "source" as const, source, value: "a" })),
      ),
    }),
  },
);

test("whatever is written and erased, identities stay unique, nothing stays behind, counts agree", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(someStep, { maxLength: 14 }), async (steps) => {
      const t = deployment();
      const gone = new Set<string>();
      for (const step of steps) {
        if (step.kind === "erase") {
          const user = await as(t, "worker").query(api.users.byIdentity, step.identity);
          if (user === null) continue;
          await erased(t, user.clerkId);
          gone.add(user.id);
          if (user.identities!.some(({ kind }) => kind === "clerk")) gone.add(user.clerkId);
          continue;
        }
        const told = call(t, step.user, step.sourceId);
        const { clerkId } = step.user;
        if (clerkId !== undefined && gone.has(clerkId)) await refused(told, "GONE");
        else expect(gone).not.toContain((await told).userId);
      }
      await holds(t, gone);
    }),
    { numRuns: 40 },
  );
});

async function holds(t: Deployment, gone: Set<string>) {
  await foldAll(t);
  const rows = await t.run(async (ctx) => ({
    users: await ctx.db.query("users").collect(),
    identities: await ctx.db.query("identities").collect(),
    sessions: await ctx.db.query("userSessions").collect(),
    words: await ctx.db.query("userWords").collect(),
  }));
  const named = rows.identities.map(({ kind, source, value }) => `${kind} ${source} ${value}`);
  expect(new Set(named).size).toBe(named.length);
  const there = new Set<string>(rows.users.map(({ _id }) => _id));
  for (const owned of [rows.identities, rows.sessions, rows.words]) {
    for (const { userId } of owned) expect(there).toContain(userId);
  }
  for (const id of gone) expect(there).not.toContain(id);
  for (const user of rows.users) {
    const own = rows.identities.filter(({ userId }) => userId === user._id);
    const clerkIds = own.filter(({ kind }) => kind === "clerk").map(({ value }) => value);
    expect(clerkIds).toEqual(user.clerkId === undefined ? [] : [user.clerkId]);
    expect(user.kind === "anonymous").toBe(own.length === 0);
    const begun = rows.sessions.filter(({ userId }) => userId === user._id);
    expect(user.sessionCount).toBe(begun.length);
    if (own.length === 0) expect(begun).toHaveLength(1);
  }
  for (const kind of ["product", "anonymous"] as const) {
    const args = { kind, cursor: null, fix: false };
    expect(await as(t, "worker").mutation(api.repair.users, args)).toMatchObject({ drift: [] });
  }
}

test("erasure by a phone number takes the user, and the number names somebody new afterwards", async () => {
  const t = deployment();
  const { userId } = await call(t, { phone: PHONE, clerkId: "user_1" });
  await addSession(t, "call-x");
  const identity = { kind: "phone" as const, value: PHONE };
  const found = await as(t, "worker").query(api.users.byIdentity, identity);
  expect(found?.clerkId).toBe("user_1");
  await as(t, "admin").mutation(api.erasure.start, { clerkId: userId });
  await refused(call(t, { phone: PHONE }), "CONFLICT");
  await erased(t, "user_1");
  expect(await as(t, "worker").query(api.users.byIdentity, identity)).toBeNull();
  const receipt = await as(t, "admin").query(api.erasure.get, { clerkId: "user_1" });
  expect(receipt?.counts).toMatchObject({ users: 1, identities: 2, userSessions: 2 });
  expect(await as(t, "admin").query(api.erasure.get, { clerkId: userId })).toEqual(receipt);
  const later = await call(t, { phone: PHONE });
  expect(later.userId).not.toBe(userId);
  await refused(call(t, { phone: PHONE, clerkId: "user_1" }), "GONE");
  const tombstones = await t.run(async (ctx) => await ctx.db.query("tombstones").collect());
  expect(tombstones.map(({ kind }) => kind).sort()).toEqual(["session", "session", "user"]);
});
