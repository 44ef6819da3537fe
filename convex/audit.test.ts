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
import { api } from "./_generated/api.js";

afterEach(() => {
  vi.useRealTimers();
});

const EVENT = { action: "user.view", subjectType: "session", subjectId: "s1" };
const PAGE = { cursor: null, limit: 10 };

async function audited(t: Deployment, args: object = {}) {
  return (await as(t, "admin").query(api.audit.list, { ...PAGE, ...args })).items;
}

test("an act is recorded with actor, role and request id of the call", async () => {
  const t = deployment();
  await as(t, "viewer", "user_a").mutation(api.audit.record, {
    ...EVENT,
    details: { at: 12 },
    requestId: "r-1",
  });
  const [event] = await audited(t);
  expect(event).toMatchObject({
    ...EVENT,
    actorId: "user_a",
    actorRole: "viewer",
    details: { at: 12 },
    requestId: "r-1",
  });
  await refused(as(t, "viewer").mutation(api.audit.record, { ...EVENT, action: "" }), "VALIDATION");
});

test.each([
  ["nested", { act: { sub: "user_boss" } }],
  ["flattened by Convex", { "act.sub": "user_boss" }],
])("whoever impersonates a member is on record beside them: %s", async (_, claims) => {
  const t = deployment();
  const identity = { issuer: CLERK_ISSUER, subject: "user_a", role: "reviewer", ...claims };
  const impersonated = t.withIdentity(identity);
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

test.each(["erase", "reveal", "session.hold", "session.release", "audio.export", "audio.delete"])(
  "nobody can claim %j, which is noted by what does it",
  async (action) => {
    const t = deployment();
    for (const role of ["viewer", "admin", "worker"]) {
      await refused(as(t, role).mutation(api.audit.record, { ...EVENT, action }), "VALIDATION");
    }
    expect(await audited(t)).toEqual([]);
  },
);

test("details are small", async () => {
  const t = deployment();
  const record = (note: string) =>
    as(t, "viewer").mutation(api.audit.record, { ...EVENT, details: { note } });
  await refused(record("x".repeat(2048)), "VALIDATION");
  expect(await record("x".repeat(2000))).toHaveProperty("id");
});

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
  await as(t, "viewer", "user_a").mutation(api.audit.record, EVENT);
  await as(t, "viewer", "user_b").mutation(api.audit.record, {
    ...EVENT,
    action: "transcript.export",
  });
  await as(t, "viewer", "user_b").mutation(api.audit.record, { ...EVENT, subjectId: "s2" });
  expect(await audited(t)).toHaveLength(3);
  expect(await audited(t, { actorId: "user_b" })).toHaveLength(2);
  expect(await audited(t, { subjectId: "s1" })).toHaveLength(2);
  expect(await audited(t, { subjectId: "s1", actorId: "user_b" })).toMatchObject([
    { action: "transcript.export" },
  ]);
  expect(await audited(t, { action: "user.view", order: "asc" })).toHaveLength(2);
  expect(await audited(t, { from: Date.now() + 1000 })).toEqual([]);
});

test("somebody who records too much is slowed down, others are not", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const t = deployment();
  const record = (subject: string) => as(t, "viewer", subject).mutation(api.audit.record, EVENT);
  for (let index = 0; index < 300; index += 1) await record("user_a");
  await refused(record("user_a"), "RATE_LIMITED");
  expect(await record("user_b")).toHaveProperty("id");
});

test("a machine may record as much as it may read", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const t = deployment();
  const record = () => as(t, "ingest").mutation(api.audit.record, EVENT);
  for (let index = 0; index < 301; index += 1) await record();
  expect(await audited(t, { limit: 200 })).toHaveLength(200);
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
