/** Acts are recorded under the name in the token; clear text is given out only with a reason. */
import { afterEach, expect, test, vi } from "vitest";
import {
  CLERK_ISSUER,
  addSession,
  addUser,
  as,
  deployment,
  refused,
  turn,
} from "../tests/convex/harness.ts";
import type { Deployment } from "../tests/convex/harness.ts";
import { seed } from "../tests/convex/samples.ts";
import { api } from "./_generated/api.js";

afterEach(() => {
  vi.useRealTimers();
});

/** An act that may be noted: user_1 was viewed. */
const EVENT = { action: "user.view" as const, subjectType: "user", subjectId: "user_1" };
const MIGRATION = "4-auditEvents-subjects";
const PAGE = { cursor: null, limit: 10 };

async function audited(t: Deployment, args: object = {}) {
  return (await as(t, "admin").query(api.audit.list, { ...PAGE, ...args })).items;
}

test("an act is recorded with actor, role, request id, and the user it was about", async () => {
  const t = deployment();
  await addUser(t);
  await as(t, "viewer", "user_a").mutation(api.audit.record, { ...EVENT, requestId: "r-1" });
  const [event] = await audited(t);
  expect(event).toMatchObject({
    ...EVENT,
    userId: "user_1",
    actorId: "user_a",
    actorRole: "viewer",
    requestId: "r-1",
  });
});

test("what does not exist, or is of another kind, is not on record", async () => {
  const t = deployment();
  await addUser(t);
  const record = (args: object) => as(t, "admin").mutation(api.audit.record, { ...EVENT, ...args });
  const ofSession = { action: "session.view" as const, subjectType: "userSession" };
  await refused(record({ subjectId: "user_9" }), "NOT_FOUND");
  await refused(record({ ...ofSession, subjectId: "anything I like" }), "NOT_FOUND");
  await refused(record({ subjectType: "a remark" }), "VALIDATION");
  const list = { action: "session.export" as const, subjectType: "userSessions" };
  await refused(record({ ...list, subjectId: "a remark" }), "VALIDATION");
  expect(await audited(t)).toEqual([]);
  expect(await record({ ...list, subjectId: "list" })).toHaveProperty("id");
});

test("who may not do a thing cannot claim it", async () => {
  const t = deployment();
  await addUser(t);
  const viewer = as(t, "viewer");
  await refused(
    viewer.mutation(api.audit.record, { ...EVENT, action: "user.export" }),
    "FORBIDDEN",
  );
  const list = { action: "audit.export" as const, subjectType: "auditEvents", subjectId: "list" };
  await refused(viewer.mutation(api.audit.record, list), "FORBIDDEN");
});

test("details are what the act has, and nothing else", async () => {
  const t = deployment();
  await addUser(t);
  const record = (details: object, more: object = {}) =>
    as(t, "viewer").mutation(api.audit.record, { ...EVENT, ...more, details });
  await expect(record({ note: "free text" })).rejects.toThrow();
  await refused(record({ label: "free text" }), "VALIDATION");
  const list = { action: "session.export", subjectType: "userSessions", subjectId: "list" };
  await refused(record({ label: "x".repeat(201) }, list), "VALIDATION");
  await refused(record({ reason: "free text" }, list), "VALIDATION");
  await expect(record({ format: "exe" }, list)).rejects.toThrow();
  expect(await record({ format: "csv", label: "vip" }, list)).toHaveProperty("id");
});

test.each([
  ["nested", { act: { sub: "user_boss" } }],
  ["flattened by Convex", { "act.sub": "user_boss" }],
])("whoever impersonates a member is on record beside them: %s", async (_, claims) => {
  const t = deployment();
  const identity = { issuer: CLERK_ISSUER, subject: "user_a", role: "reviewer", ...claims };
  const impersonated = t.withIdentity(identity);
  await addUser(t);
  await impersonated.mutation(api.audit.record, EVENT);
  const sessionId = await addSession(t);
  await impersonated.mutation(api.reveals.ofSession, { id: sessionId, reason: "call back" });
  await as(t, "viewer", "user_a").mutation(api.audit.record, EVENT);
  const trail = await audited(t, { actorId: "user_a", order: "asc" });
  expect(trail.map(({ action, impersonatorId }) => [action, impersonatorId])).toEqual([
    ["user.view", "user_boss"],
    ["reveal", "user_boss"],
    ["user.view", undefined],
  ]);
});

test.each(["", "erase", "reveal", "session.hold", "user.find", "audio.export", "audio.delete"])(
  "nobody can claim %j, which is noted by what does it",
  async (action) => {
    const t = deployment();
    await addUser(t);
    for (const role of ["viewer", "admin", "worker"]) {
      const claim = { ...EVENT, action } as typeof EVENT;
      await expect(as(t, role).mutation(api.audit.record, claim)).rejects.toThrow();
    }
    expect(await audited(t)).toEqual([]);
  },
);

test("a legal hold and its release are on record", async () => {
  const t = deployment();
  const id = await addSession(t);
  const admin = as(t, "admin", "user_a");
  for (const legalHold of [true, false]) {
    await admin.mutation(api.userSessions.setLegalHold, { id, legalHold });
  }
  const events = await audited(t, { subjectId: id, order: "asc" });
  expect(events).toMatchObject([
    { action: "session.hold", actorId: "user_a", subjectType: "userSession" },
    { action: "session.release", actorId: "user_a", subjectType: "userSession" },
  ]);
});

test("audit events are filtered by actor, subject, action and time", async () => {
  const t = deployment();
  await addUser(t, "user_2");
  const sessionId = await addSession(t);
  const exported = {
    action: "transcript.export" as const,
    subjectType: "userSession",
    subjectId: sessionId,
  };
  await as(t, "viewer", "user_a").mutation(api.audit.record, EVENT);
  await as(t, "viewer", "user_b").mutation(api.audit.record, exported);
  await as(t, "viewer", "user_b").mutation(api.audit.record, { ...EVENT, subjectId: "user_2" });
  expect(await audited(t)).toHaveLength(3);
  expect(await audited(t, { actorId: "user_b" })).toHaveLength(2);
  expect(await audited(t, { subjectId: "user_1" })).toHaveLength(1);
  expect(await audited(t, { userId: "user_1" })).toHaveLength(2);
  expect(await audited(t, { userId: "user_1", actorId: "user_b" })).toMatchObject([
    { action: "transcript.export" },
  ]);
  expect(await audited(t, { action: "user.view", order: "asc" })).toHaveLength(2);
  expect(await audited(t, { from: Date.now() + 1000 })).toEqual([]);
});

test("whoever opened, heard, read or took a session is found by the session", async () => {
  const t = deployment();
  const { sessionId, storedAudioId } = await seed(t);
  const before = (await audited(t, { sessionId })).length;
  const [viewer, admin] = [as(t, "viewer"), as(t, "admin")];
  await viewer.mutation(api.listening.open, { id: sessionId, note: true });
  await viewer.mutation(api.listening.play, { id: storedAudioId, renewal: false });
  await admin.mutation(api.listening.exportAudio, { id: sessionId });
  await admin.mutation(api.reveals.ofTranscript, { sessionId, reason: "call back", ...PAGE });
  await admin.mutation(api.userSessions.setLegalHold, { id: sessionId, legalHold: true });
  const trail = (await audited(t, { sessionId, order: "asc", limit: 50 })).slice(before);
  expect(trail.map(({ action }) => action)).toEqual([
    "session.view",
    "audio.play",
    "audio.export",
    "reveal",
    "session.hold",
  ]);
  for (const event of trail) expect(event).toMatchObject({ sessionId, userId: "user_1" });
});

test("events of earlier releases are read as they are, and found by session after the migration", async () => {
  const t = deployment();
  const actor = { actorId: "a", actorRole: "viewer", createdAt: Date.now() };
  const old = [
    { action: "session.view", subjectType: "session", subjectId: "s1", details: { any: { x: 1 } } },
    {
      action: "audio.play",
      subjectType: "audioObject",
      subjectId: "o",
      details: { sessionId: "s1" },
    },
    { action: "user.view", subjectType: "user", subjectId: "user_1" },
    { action: "queue.create", subjectType: "reviewQueue", subjectId: "q1" },
  ];
  await t.run(async (ctx) => {
    for (const row of old) await ctx.db.insert("auditEvents", { ...row, ...actor });
  });
  expect(await audited(t)).toHaveLength(4);
  const step = () =>
    as(t, "worker").mutation(api.migrations.step, { name: MIGRATION, restart: true });
  expect(await step()).toMatchObject({ done: true, changed: 3 });
  expect(await step()).toMatchObject({ done: true, changed: 0 });
  expect(await audited(t, { sessionId: "s1" })).toHaveLength(2);
  expect(await audited(t, { userId: "user_1" })).toHaveLength(1);
});

test("somebody who records too much is slowed down, others are not", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const t = deployment();
  await addUser(t);
  const record = (subject: string) => as(t, "viewer", subject).mutation(api.audit.record, EVENT);
  for (let index = 0; index < 300; index += 1) await record("user_a");
  await refused(record("user_a"), "RATE_LIMITED");
  expect(await record("user_b")).toHaveProperty("id");
});

test("a machine may record as much as it may read", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const t = deployment();
  await addUser(t);
  const record = () => as(t, "ingest").mutation(api.audit.record, EVENT);
  for (let index = 0; index < 301; index += 1) await record();
  expect(await audited(t, { limit: 200 })).toHaveLength(200);
});

test.each(["viewer", "reviewer", "ops", "admin"])(
  "a %s reads nothing in clear that is not on record",
  async (role) => {
    const t = deployment();
    const email = "lovelace@example.org";
    await addUser(t, "user_1", { email, name: email });
    const id = await addSession(t, "call-1", { title: email, metadata: { email } });
    const said = { sessionId: id, interactions: [turn(0, { text: `hello ${email}` })] };
    await as(t, "ingest").mutation(api.interactions.append, said);
    const caller = as(t, role);
    const read = [
      await caller.query(api.users.list, PAGE),
      await caller.query(api.users.list, { ...PAGE, search: "user_1" }),
      await caller.query(api.users.get, { clerkId: "user_1" }),
      await caller.query(api.userSessions.list, PAGE),
      await caller.query(api.interactions.search, { query: "hello" }),
      await caller.query(api.interactions.list, { sessionId: id, ...PAGE }),
      await caller.mutation(api.listening.open, { id, note: false }),
    ];
    expect(JSON.stringify(read)).toContain("[email]");
    expect(JSON.stringify(read)).not.toContain("lovelace");
    expect(await audited(t)).toEqual([]);
  },
);

test("a person is found by exact address or id with a reason, on record, found or not", async () => {
  const t = deployment();
  await addUser(t, "user_1", { email: "ada@example.org" });
  await addUser(t, "user_team", { kind: "team", email: "boss@example.org" });
  const admin = as(t, "admin", "user_a");
  const find = async (value: string) =>
    (await admin.mutation(api.reveals.findUser, { value, reason: "case 7" }))?.email;
  expect(await find(" ada@example.org ")).toBe("ada@example.org");
  expect(await find("Ada@Example.org")).toBe("ada@example.org");
  expect(await find("user_1")).toBe("ada@example.org");
  expect(await find("eve@example.org")).toBeUndefined();
  expect(await find("boss@example.org")).toBeUndefined();
  const trail = await audited(t, { action: "user.find", order: "asc" });
  expect(trail.map(({ subjectId, userId, details }) => [subjectId, userId, details])).toEqual([
    ["user_1", "user_1", { reason: "case 7", found: true }],
    ["user_1", "user_1", { reason: "case 7", found: true }],
    ["user_1", "user_1", { reason: "case 7", found: true }],
    ["list", undefined, { reason: "case 7", found: false }],
    ["list", undefined, { reason: "case 7", found: false }],
  ]);
  const unsaid = admin.mutation(api.reveals.findUser, { value: "user_1", reason: "" });
  await refused(unsaid, "VALIDATION");
  const viewer = as(t, "viewer").mutation(api.reveals.findUser, { value: "x", reason: "y" });
  await refused(viewer, "FORBIDDEN");
});

test("a reveal shows clear text once its reason is on record", async () => {
  const t = deployment();
  const email = "ada@example.org";
  await addUser(t, "user_1", { email });
  const sessionId = await addSession(t, "call-1", { title: email });
  const interactions = [turn(0, { text: email })];
  await as(t, "ingest").mutation(api.interactions.append, { sessionId, interactions });
  const reviewer = as(t, "reviewer", "user_r");
  expect((await reviewer.query(api.users.get, { clerkId: "user_1" }))?.email).toBe("[email]");
  const reason = "the caller asked to be called back";
  expect((await reviewer.mutation(api.reveals.ofUser, { clerkId: "user_1", reason })).email).toBe(
    email,
  );
  expect((await reviewer.mutation(api.reveals.ofSession, { id: sessionId, reason })).title).toBe(
    email,
  );
  const transcript = await reviewer.mutation(api.reveals.ofTranscript, {
    sessionId,
    reason,
    ...PAGE,
  });
  expect(transcript.items[0]?.text).toBe(email);
  const events = await audited(t, { action: "reveal", order: "asc" });
  expect(events.map(({ subjectType, subjectId }) => [subjectType, subjectId])).toEqual([
    ["user", "user_1"],
    ["userSession", sessionId],
    ["transcript", sessionId],
  ]);
  expect(events[0]).toMatchObject({ actorId: "user_r", details: { reason } });
  await refused(
    reviewer.mutation(api.reveals.ofUser, { clerkId: "user_1", reason: "" }),
    "VALIDATION",
  );
  await refused(reviewer.mutation(api.reveals.ofUser, { clerkId: "user_9", reason }), "NOT_FOUND");
  expect(await audited(t, { action: "reveal" })).toHaveLength(3);
});
