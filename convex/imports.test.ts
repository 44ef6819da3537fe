/** Many conversations in one call end as one call after the other would end. */
import { ConvexError } from "convex/values";
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
  turn,
} from "../tests/convex/harness.ts";
import type { Deployment } from "../tests/convex/harness.ts";
import { openQueue } from "../tests/convex/reviewing.ts";
import { erased } from "../tests/convex/samples.ts";
import { api } from "./_generated/api.js";
import type { Id } from "./_generated/dataModel.js";
import { APPEND_ITEMS, DAY_MS, IMPORT_CONVERSATIONS, OPEN_QUEUES } from "./model/limits.ts";

type Sent = (typeof api.imports.store)["_args"]["conversations"][number];
type Turn = Sent["turns"][number];

const SOURCE = "import";

function session(more: object = {}): Sent["session"] {
  const base = { externalId: "call-1", clerkId: "user_1", channel: "voice" as const };
  return { ...base, startedAt: START, source: SOURCE, ...more };
}

/** The same of somebody who is created if they are not there. */
function of(person: object, { clerkId, ...rest }: Sent["session"]): Sent["session"] {
  return { ...rest, user: { ...(clerkId === undefined ? {} : { clerkId }), ...person } };
}

async function store(t: Deployment, ...conversations: Sent[]) {
  return await as(t, "worker").mutation(api.imports.store, { conversations });
}

const someTurn: fc.Arbitrary<Turn> = fc.record(
  {
    sequence: fc.nat(4),
    speaker: fc.constantFrom("user" as const, "assistant" as const),
    text: fc.constantFrom("hello there", "HELLO", ""),
    startedAtMs: fc.constant(0),
    tokensIn: fc.constantFrom(3, -1),
    cost: fc.constantFrom(0.25, 0.1),
    latencyMs: fc.constantFrom(120.5, 900),
    ttftMs: fc.constantFrom(30, 400.25),
  },
  { requiredKeys: ["sequence", "speaker", "text", "startedAtMs"] },
);
const someEnd: fc.Arbitrary<NonNullable<Sent["end"]>> = fc.record(
  {
    status: fc.constantFrom("completed" as const, "failed" as const, "active" as const),
    endedAt: fc.constantFrom(START + 2 * DAY_MS, START + 3 * DAY_MS),
    labels: fc.constantFrom(["a"], ["a", "b"], []),
    assessmentMs: fc.constant(7),
    reviewStatus: fc.constantFrom("unreviewed" as const, "reviewed" as const),
    score: fc.constantFrom(4, 5),
  },
  { requiredKeys: ["status"] },
);
const someone = fc.constantFrom<{ clerkId: string; person?: object }>(
  { clerkId: "user_1" },
  { clerkId: "user_2", person: { name: "Grace Hopper" } },
  { clerkId: "user_3", person: {} },
  { clerkId: "user_3" },
  { clerkId: "user_gone", person: {} },
);
const conversation: fc.Arbitrary<Sent> = fc
  .record({
    who: someone,
    externalId: fc.constantFrom("call-1", "call-2", "call-3", "live", "call-gone"),
    more: fc.constantFrom<object[]>({}, {}, { title: "" }, { startedAt: START + DAY_MS }),
    turns: fc.array(someTurn, { maxLength: 6 }),
    end: fc.option(someEnd, { nil: undefined }),
  })
  .map(({ who: { clerkId, person }, externalId, more, turns, end }) => ({
    session:
      person === undefined
        ? session({ externalId, clerkId, ...more })
        : of(person, session({ externalId, clerkId, ...more })),
    turns,
    ...(end === undefined ? {} : { end }),
  }));

/** A deployment with a session that is going on, an erased user, and two queues. */
async function prepared() {
  const t = deployment();
  await addUser(t, "user_gone");
  await addUser(t, "user_1", { lastSeenAt: START, createdAt: START });
  const worker = as(t, "worker");
  await worker.mutation(
    api.userSessions.create,
    session({ externalId: "call-gone", clerkId: "user_gone" }),
  );
  await erased(t, "user_gone");
  await addSession(t, "live", { source: "api" });
  await openQueue(t, { filters: { status: "completed" } });
  const sampling = { kind: "perUser", quota: 1, period: "day" };
  await openQueue(t, { name: "Few", sampling, filters: {} });
  return t;
}

/** What the answers to the single calls add up to. */
type Told = { code?: string; created?: boolean; accepted?: number; duplicates?: number };

/** Store a conversation by the calls that the API has, as a careful client would. */
async function oneByOne(t: Deployment, { session, turns, end }: Sent): Promise<Told> {
  const worker = as(t, "worker");
  try {
    const { externalId } = session;
    const known = await worker.query(api.userSessions.byExternalId, { externalId });
    const { id, created } = await worker.mutation(api.userSessions.create, session);
    const told = { created, ...(await appended(t, id, turns)) };
    const isOpen = known === null || (known.status === "active" && known.source === SOURCE);
    if (end === undefined || !isOpen) return told;
    const { reviewStatus = "unreviewed", score, ...changes } = end;
    if (reviewStatus !== "unreviewed" && (known?.reviewStatus ?? "unreviewed") === "unreviewed") {
      const review = { reviewStatus, ...(score === undefined ? {} : { score }) };
      await worker.mutation(api.userSessions.setReview, { id, ...review });
    }
    if (known !== null && known.labels.length > 0) delete changes.labels;
    await worker.mutation(api.userSessions.update, { id, ...changes });
    return told;
  } catch (error) {
    return { code: codeOf(error) };
  }
}

/** Append turns; those that are named by a refusal are left out, the others are sent again. */
async function appended(t: Deployment, sessionId: string, turns: Turn[]) {
  for (let rest = turns; rest.length > 0;) {
    try {
      const interactions = rest;
      const { accepted, duplicates } = await as(t, "worker").mutation(api.interactions.append, {
        sessionId,
        interactions,
      });
      return { accepted, duplicates };
    } catch (error) {
      const named = new Set(fieldsOf(error).map((field) => Number(/\d+/.exec(field)![0])));
      rest = rest.filter((_, place) => !named.has(place));
    }
  }
  return { accepted: 0, duplicates: 0 };
}

type Thrown = { code: string; fields?: { field: string }[] };

function dataOf(error: unknown): Thrown {
  if (!(error instanceof ConvexError)) throw error;
  const data = error.data as unknown;
  return (typeof data === "string" ? JSON.parse(data) : data) as Thrown;
}
const codeOf = (error: unknown) => dataOf(error).code;
const fieldsOf = (error: unknown) => (dataOf(error).fields ?? []).map(({ field }) => field);

/** Every row that writes of conversations make, with names instead of ids, without times of writing. */
async function rows(t: Deployment): Promise<unknown> {
  return await t.run(async (ctx) => {
    const names = new Map<string, string>();
    // Users of refused conversations are there only after single calls.
    const all = await ctx.db.query("users").collect();
    const users = all.filter(({ sessionCount }) => sessionCount > 0);
    const known = new Set<string>(users.map(({ _id }) => _id));
    const words = await ctx.db.query("userWords").collect();
    const sessions = await ctx.db.query("userSessions").collect();
    const turns = await ctx.db.query("interactions").collect();
    const queues = await ctx.db.query("reviewQueues").collect();
    for (const { _id, clerkId } of users) names.set(_id, clerkId!);
    for (const { _id, externalId } of sessions) names.set(_id, externalId);
    for (const { _id, name } of queues) names.set(_id, name);
    for (const { _id, sessionId, sequence } of turns)
      names.set(_id, `${names.get(sessionId)!} ${sequence}`);
    const shown = (row: object) => {
      const kept = Object.entries(row).filter(
        ([field]) => !/^(_id|_creationTime|createdAt|shard)$/.test(field),
      );
      const named = kept.map(([field, value]) => [
        field,
        names.get(value as Id<"users">) ?? (value as unknown),
      ]);
      return JSON.stringify(Object.fromEntries(named.sort()));
    };
    const others = await Promise.all([
      ctx.db.query("searchTexts").collect(),
      ctx.db.query("reviewItems").collect(),
      ctx.db.query("totals").collect(),
    ]);
    const tallies = await ctx.db.query("reviewTallies").collect();
    return {
      items: tallies.reduce((all, { items }) => all + items, 0),
      rows: [
        users,
        words.filter(({ userId }) => known.has(userId)),
        sessions,
        turns,
        ...others,
      ].map((table) => table.map(shown).sort()),
    };
  });
}

test("a batch leaves the rows and the sums that one call after the other leaves", async () => {
  const batches = fc.array(fc.array(conversation, { minLength: 1, maxLength: 5 }), {
    minLength: 1,
    maxLength: 3,
  });
  await fc.assert(
    fc.asyncProperty(batches, async (sent) => {
      const together = await prepared();
      const apart = await prepared();
      for (const batch of sent) {
        const answers = await store(together, ...batch);
        for (const [place, answer] of answers.entries()) {
          const told = await oneByOne(apart, batch[place]!);
          const { refusal, created, accepted, duplicates } = answer;
          if (refusal !== undefined) expect(told).toEqual({ code: refusal.code });
          else expect(told).toEqual({ created, accepted, duplicates });
        }
      }
      await foldAll(together);
      await foldAll(apart);
      expect(await rows(together)).toEqual(await rows(apart));
    }),
    { numRuns: 25 },
  );
});

test("a conversation in parts ends with its last part, and counts at once", async () => {
  const t = deployment();
  const person = { name: "Ada" };
  const parts = [
    { session: of(person, session()), turns: [turn(0), turn(1)] },
    { session: of(person, session()), turns: [turn(1), turn(2)] },
    { session: of(person, session()), turns: [], end: { status: "completed" as const } },
    { session: of(person, session({ externalId: "call-2" })), turns: [turn(0)] },
  ];
  const told = await store(t, ...parts);
  expect(told.map(({ created, accepted, duplicates }) => [created, accepted, duplicates])).toEqual([
    [true, 2, 0],
    [false, 1, 1],
    [false, 0, 0],
    [true, 1, 0],
  ]);
  const viewer = as(t, "viewer");
  expect(await viewer.query(api.userSessions.get, { id: told[0]!.id! })).toMatchObject({
    status: "completed",
    interactionCount: 3,
  });
  const pending = await t.run(async (ctx) => await ctx.db.query("pendingTotals").collect());
  expect(pending).toHaveLength(1);
  expect(await viewer.query(api.users.get, { clerkId: "user_1" })).toMatchObject({
    sessionCount: 2,
  });
  await store(t, { session: session(), turns: [turn(3)], end: { status: "failed" } });
  const after = await viewer.query(api.userSessions.get, { id: told[0]!.id! });
  expect(after).toMatchObject({ status: "completed", interactionCount: 4 });
});

test("a conversation whose end is refused leaves nothing, not even its user", async () => {
  const t = deployment();
  const end = { status: "completed" as const, endedAt: START - 1 };
  const bad = { session: of({}, session()), turns: [turn(0)], end };
  const good = {
    session: of({}, session({ externalId: "call-2", clerkId: "user_2" })),
    turns: [],
  };
  const [first, second] = await store(t, bad, good);
  expect(first?.refusal).toMatchObject({ code: "VALIDATION", fields: [{ field: "endedAt" }] });
  expect(second?.created).toBe(true);
  const page = { cursor: null, limit: 10 };
  const { items } = await as(t, "viewer").query(api.users.list, page);
  expect(items.map(({ clerkId }) => clerkId)).toEqual(["user_2"]);
});

test("nothing is added to a user whose data is being erased", async () => {
  const t = deployment();
  await addUser(t);
  await as(t, "worker").mutation(api.erasure.start, { clerkId: "user_1" });
  const [told] = await store(t, { session: session(), turns: [turn(0)] });
  expect(told?.refusal?.code).toBe("CONFLICT");
});

test("the largest call fits into a transaction, and larger ones are refused", async () => {
  const t = deployment();
  for (let number = 0; number < OPEN_QUEUES; number += 1) {
    const sampling = { kind: "perUser", quota: 100, period: "total" };
    await openQueue(t, { name: `Queue ${number}`, sampling, filters: {} });
  }
  const name = Array.from({ length: 66 }, (_, place) => place.toString(36)).join(" ");
  const turns = Array.from({ length: APPEND_ITEMS }, (_, sequence) => turn(sequence));
  const all = Array.from({ length: IMPORT_CONVERSATIONS }, (_, number) => ({
    session: of(
      { name, email: name },
      session({ externalId: `call-${number}`, clerkId: `user_${number}` }),
    ),
    turns: number === 0 ? turns : [],
    end: { status: "completed" as const, reviewStatus: "reviewed" as const },
  }));
  const told = await store(t, ...all);
  expect(told.every(({ created }) => created)).toBe(true);
  const again = await store(t, ...all);
  expect(again[0]).toMatchObject({ created: false, duplicates: APPEND_ITEMS });
  await refused(store(t, ...all, all[0]!), "LIMIT_EXCEEDED");
  await refused(store(t, { ...all[0]!, turns: [...turns, turn(APPEND_ITEMS)] }), "LIMIT_EXCEEDED");
});
