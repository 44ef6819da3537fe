/** A key makes a mutation happen once. */
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { PUBLIC_FUNCTIONS, call } from "../tests/convex/catalogue.ts";
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
import { PAGE, answers, ended, itemsOf, openQueue, reviewer } from "../tests/convex/reviewing.ts";
import { prepared } from "../tests/convex/samples.ts";
import { api } from "./_generated/api.js";
import { canonical } from "./model/idempotency.ts";
import { ANSWER_BYTES } from "./model/limits.ts";
import type { FunctionName } from "./model/permissions.ts";
import { rolesFor } from "./model/permissions.ts";

const MUTATIONS = PUBLIC_FUNCTIONS.filter(({ kind }) => kind === "mutation");
const KEEPS_NONE = [
  "listening:exportAudio",
  "listening:open",
  "rateLimits:take",
  "apiKeys:noteUse",
  "reveals:findUser",
  "reveals:ofSession",
  "reveals:ofSessions",
  "reveals:ofTranscript",
  "reveals:ofUser",
];
/** A review whose answer is larger than what is kept. */
const LONG = "x".repeat(4000);
const longReview = {
  ...answers(),
  comments: Array.from({ length: 6 }, () => ({ sequence: 0, text: LONG })),
};
const keptRows = async (t: Deployment) =>
  await t.run(async (ctx) => await ctx.db.query("idempotencyKeys").collect());

test("the same key and body get the same answer, and nothing happens twice", async () => {
  const t = deployment();
  const clerkId = await addUser(t);
  const args = {
    externalId: "c",
    clerkId,
    channel: "chat" as const,
    startedAt: START,
    idempotencyKey: "k1",
  };
  const ingest = as(t, "ingest");
  const first = await ingest.mutation(api.userSessions.create, args);
  expect(first.created).toBe(true);
  expect(await ingest.mutation(api.userSessions.create, args)).toEqual(first);
  const { startedAt, externalId, ...rest } = args;
  const reordered = { ...rest, externalId, startedAt, requestId: "another-try" };
  expect(await ingest.mutation(api.userSessions.create, reordered)).toEqual(first);
});

test("concurrent calls with one key get one and the same answer", async () => {
  const t = deployment();
  const sessionId = await addSession(t);
  const args = { sessionId, interactions: [turn(0)], idempotencyKey: "k1" };
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => as(t, "ingest").mutation(api.interactions.append, args)),
  );
  expect(answers).toEqual(Array.from({ length: 5 }, () => ({ accepted: 1, duplicates: 0 })));
});

test("the same key with another body or function is a conflict", async () => {
  const t = deployment();
  const sessionId = await addSession(t);
  const ingest = as(t, "ingest");
  const idempotencyKey = "k1";
  await ingest.mutation(api.interactions.append, {
    sessionId,
    interactions: [turn(0)],
    idempotencyKey,
  });
  const other = { sessionId, interactions: [turn(1)], idempotencyKey };
  await refused(ingest.mutation(api.interactions.append, other), "IDEMPOTENCY_CONFLICT");
  const update = ingest.mutation(api.userSessions.update, { id: sessionId, idempotencyKey });
  await refused(update, "IDEMPOTENCY_CONFLICT");
});

const named = fc.string().filter((name) => name !== "__proto__");
const json = fc.letrec<{ value: unknown; object: object }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.string(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 4 }),
    tie("object"),
  ),
  object: fc.dictionary(named, tie("value"), { maxKeys: 5, noNullPrototype: true }),
}));

function backwards(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(backwards);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).map(([name, inner]) => [name, backwards(inner)] as const);
  return Object.fromEntries(fields.reverse());
}

test("bodies are told apart by their content and not by the order of their fields", () => {
  fc.assert(
    fc.property(json.object, (body) => {
      const text = canonical(body as never);
      expect(canonical(backwards(body) as never)).toBe(text);
      expect(JSON.parse(text)).toEqual(body);
    }),
  );
});

test("callers do not share keys", async () => {
  const t = deployment();
  const args = {
    action: "session.view" as const,
    subjectType: "userSession",
    subjectId: await addSession(t),
    idempotencyKey: "k1",
  };
  const one = await as(t, "viewer", "user_a").mutation(api.audit.record, args);
  const two = await as(t, "viewer", "user_b").mutation(api.audit.record, args);
  expect(one.id).not.toBe(two.id);
});

test("a refused call does not use up its key", async () => {
  const t = deployment();
  const args = { clerkId: "user_1", kind: "product" as const, idempotencyKey: "k1" };
  const ingest = as(t, "ingest");
  await refused(ingest.mutation(api.users.upsert, { ...args, name: "" }), "VALIDATION");
  expect((await ingest.mutation(api.users.upsert, args)).created).toBe(true);
});

test("a malformed key is refused", async () => {
  const t = deployment();
  for (const idempotencyKey of ["", "a b", "x".repeat(256), "é"]) {
    const call = as(t, "ingest").mutation(api.users.upsert, {
      clerkId: "u",
      kind: "product",
      idempotencyKey,
    });
    await refused(call, "VALIDATION");
  }
});

test.each(MUTATIONS)(
  "$name answers a repeated key as the first time, or takes none",
  async (entry) => {
    const t = deployment();
    const args = { ...(await prepared(t, entry.name as FunctionName)), idempotencyKey: "key-1" };
    const role = rolesFor(entry.name)[0]!;
    if (KEEPS_NONE.includes(entry.name)) {
      const { fields } = await refused(call(t, entry, args, role), "VALIDATION");
      expect(fields).toMatchObject([{ field: "idempotencyKey" }]);
      expect(await keptRows(t)).toEqual([]);
      return;
    }
    const first = await call(t, entry, args, role);
    expect(await call(t, entry, args, role)).toEqual(first);
  },
);

test("an answer too large to keep happens once all the same, and the repeat says so", async () => {
  const t = deployment();
  const { id: queueId } = await openQueue(t);
  await ended(t, 1);
  const itemId = (await itemsOf(t, queueId))[0]!.id;
  const review = { itemId, ...longReview, idempotencyKey: "k" };
  const kim = reviewer(t, "kim");
  expect((await kim.mutation(api.reviews.submit, review)).review.comments).toHaveLength(6);
  const { message } = await refused(kim.mutation(api.reviews.submit, review), "LIMIT_EXCEEDED");
  expect(message).toContain("was done before");
  const stored = await kim.query(api.reviews.history, { itemId, reviewerId: "kim", ...PAGE });
  expect(stored.items).toHaveLength(1);
  for (const { result } of await keptRows(t)) {
    expect((result ?? "").length).toBeLessThanOrEqual(ANSWER_BYTES);
  }
});

test("what one member has kept in a minute is limited, and others are not slowed down", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const t = deployment();
  const id = await addSession(t, "call-1", { metadata: { note: "x".repeat(9 * 1024) } });
  const hold = (subject: string, key: number) =>
    as(t, "admin", subject).mutation(api.userSessions.setLegalHold, {
      id,
      legalHold: true,
      idempotencyKey: `k${key}`,
    });
  let kept = 0;
  const whole = async () => {
    for (; kept < 300; kept += 1) await hold("boss", kept);
  };
  await refused(whole(), "RATE_LIMITED");
  expect(kept).toBeGreaterThan(20);
  expect(kept).toBeLessThan(40);
  // What was done before is still answered, and somebody else goes on.
  expect((await hold("boss", 0)).id).toBe(id);
  expect((await hold("deputy", 0)).id).toBe(id);
  vi.useRealTimers();
});
