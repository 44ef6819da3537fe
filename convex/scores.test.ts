/** Scores: the latest version counts, a list has each session once, an erasure takes all of them. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { START, addSession, addUser, as, deployment, refused } from "../tests/convex/harness.ts";
import type { Deployment } from "../tests/convex/harness.ts";
import { api } from "./_generated/api.js";

const SCORE = { name: "helpful", value: 0.5, origin: "machine" as const, evaluator: "judge-1" };
type Sent = Omit<typeof SCORE, "value" | "origin"> & {
  origin: "machine" | "vendor" | "user";
  value?: number;
  label?: string;
  explanation?: string;
  sequence?: number;
};

async function add(t: Deployment, sessionId: string, scores: Sent[], writer = "backend") {
  return await as(t, "ingest", writer).mutation(api.scores.add, { sessionId, scores });
}

async function every(t: Deployment, sessionId: string, role = "worker", limit = 200) {
  const found = [];
  let cursor: string | null = null;
  do {
    const page: { items: Record<string, unknown>[]; nextCursor: string | null } = await as(
      t,
      role,
    ).query(api.scores.list, { sessionId, cursor, limit });
    found.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return found;
}

const sent = fc.record(
  {
    name: fc.constantFrom("helpful", "toxic"),
    evaluator: fc.constantFrom("judge-1", "judge-2"),
    origin: fc.constantFrom("machine" as const, "vendor" as const),
    label: fc.constantFrom("good", "bad"),
    value: fc.constantFrom(0, 1),
    explanation: fc.constantFrom("because", "so"),
    sequence: fc.constantFrom(0, 1),
  },
  { requiredKeys: ["name", "evaluator", "origin", "label"] },
);
const writes = fc.array(
  fc.record({
    writer: fc.constantFrom("backend", "other"),
    scores: fc.array(sent, { minLength: 1, maxLength: 4 }),
  }),
  { maxLength: 8 },
);

test("whatever is written in whatever order, the latest of each key counts, once", async () => {
  await fc.assert(
    fc.asyncProperty(writes, async (calls) => {
      const t = deployment();
      const sessionId = await addSession(t);
      const latest = new Map<string, object>();
      for (const { writer, scores } of calls) {
        const expected = { accepted: 0, duplicates: 0, versions: 0 };
        for (const { name, evaluator, sequence, ...content } of scores) {
          const key = JSON.stringify([name, evaluator, sequence ?? null, writer]);
          const known = latest.get(key);
          const whole = { name, evaluator, ...(sequence === undefined ? {} : { sequence }) };
          const now = { ...whole, ...content, writtenBy: writer };
          const isSame =
            known !== undefined && fc.stringify(sorted(known)) === fc.stringify(sorted(now));
          if (isSame) expected.duplicates += 1;
          else expected.accepted += 1;
          if (!isSame && known !== undefined) expected.versions += 1;
          latest.set(key, now);
        }
        expect(await add(t, sessionId, scores, writer)).toEqual(expected);
      }
      const shown = (await every(t, sessionId, "worker", 3)).map(
        ({ id: _, sessionId: __, createdAt: ___, ...rest }) => fc.stringify(sorted(rest)),
      );
      expect(shown.sort()).toEqual(
        [...latest.values()].map((one) => fc.stringify(sorted(one))).sort(),
      );
    }),
    { numRuns: 40 },
  );
});

function sorted(value: object): object {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

test.each([
  ["name", { name: "" }],
  ["name", { name: "x".repeat(101) }],
  ["value", { value: Infinity }],
  ["value", { value: undefined }],
  ["label", { label: " good" }],
  ["explanation", { explanation: "x".repeat(4001) }],
  ["evaluator", { evaluator: "" }],
  ["sequence", { sequence: 0.5 }],
])(
  "a score with a wrong %s is refused by that name, and nothing is stored",
  async (field, more) => {
    const t = deployment();
    const sessionId = await addSession(t);
    const { value: given, ...rest } = { ...SCORE, ...more };
    const wrong = given === undefined ? rest : { ...rest, value: given };
    const { fields } = await refused(add(t, sessionId, [SCORE, wrong]), "VALIDATION");
    expect(fields).toMatchObject([{ field: `scores[1].${field}` }]);
    expect(await every(t, sessionId)).toEqual([]);
  },
);

test("more than 50, and scores of what is not there, are refused", async () => {
  const t = deployment();
  const sessionId = await addSession(t);
  await refused(add(t, sessionId, Array<Sent>(51).fill(SCORE)), "LIMIT_EXCEEDED");
  await refused(add(t, "nonsense", [SCORE]), "NOT_FOUND");
});

test("a label and an explanation are masked for people, and clear for machines", async () => {
  const t = deployment();
  const sessionId = await addSession(t);
  const hidden = "ada@example.org";
  await add(t, sessionId, [{ ...SCORE, label: hidden, explanation: `${hidden} was rude` }]);
  const [shown] = await every(t, sessionId, "viewer");
  expect(shown).toMatchObject({ label: "[email]", explanation: "[email] was rude" });
  const [clear] = await every(t, sessionId, "worker");
  expect(clear).toMatchObject({ label: hidden });
});

async function listed(t: Deployment, filter: object, limit: number): Promise<string[]> {
  const found: string[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: { externalId: string }[]; nextCursor: string | null } = await as(
      t,
      "viewer",
    ).query(api.userSessions.list, { cursor, limit, ...filter });
    found.push(...page.items.map(({ externalId }) => externalId));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return found;
}

test("a list by a score has each session once, in order of time, on pages of any size", async () => {
  const values = fc.array(fc.tuple(fc.constantFrom(0, 0.4, 0.8), fc.constantFrom(0, 1, 2)), {
    maxLength: 5,
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ values, minute: fc.integer({ min: 0, max: 2 }) }), { maxLength: 5 }),
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom({}, { scoreMin: 0.4 }, { scoreMax: 0.4 }, { scoreMin: 0.5, scoreMax: 0.9 }),
      fc.constantFrom("asc" as const, "desc" as const),
      async (sessions, limit, bounds: { scoreMin?: number; scoreMax?: number }, order) => {
        const t = deployment();
        const expected: { startedAt: number; externalId: string }[] = [];
        for (const [at, { values, minute }] of sessions.entries()) {
          const startedAt = START + minute;
          const externalId = `call-${at}`;
          const sessionId = await addSession(t, externalId, { startedAt });
          // An earlier version does not count.
          await add(t, sessionId, [{ ...SCORE, name: "other", value: 0.8 }]);
          const latest = new Map<number, number>();
          for (const [value, sequence] of values) {
            await add(t, sessionId, [{ ...SCORE, value, sequence }]);
            latest.set(sequence, value);
          }
          const { scoreMin = -1, scoreMax = 2 } = bounds;
          const isWanted = [...latest.values()].some((v) => v >= scoreMin && v <= scoreMax);
          if (isWanted) expected.push({ startedAt, externalId });
        }
        const found = await listed(t, { scoreName: "helpful", ...bounds, order }, limit);
        expect([...found].sort()).toEqual(expected.map(({ externalId }) => externalId).sort());
        const times = found.map((id) => expected.find((one) => one.externalId === id)!.startedAt);
        expect(times).toEqual([...times].sort((a, b) => (order === "asc" ? a - b : b - a)));
      },
    ),
    { numRuns: 30 },
  );
});

test("a list by a score takes the other filters too, and a bound needs a name", async () => {
  const t = deployment();
  await addUser(t, "user_2");
  const mine = await addSession(t, "mine", { channel: "chat" });
  const other = await addSession(t, "other", { clerkId: "user_2" });
  for (const id of [mine, other]) await add(t, id, [SCORE]);
  const scoreName = SCORE.name;
  expect(await listed(t, { scoreName, clerkId: "user_2" }, 9)).toEqual(["other"]);
  expect(await listed(t, { scoreName, channel: "chat" }, 9)).toEqual(["mine"]);
  expect(await listed(t, { scoreName, from: START + 1 }, 9)).toEqual([]);
  await refused(listed(t, { scoreMin: 1 }, 9), "VALIDATION");
});

test("an erasure takes the scores of its user, all versions, and leaves those of others", async () => {
  const t = deployment();
  await addUser(t, "user_2");
  const sessionId = await addSession(t);
  const other = await addSession(t, "call-2", { clerkId: "user_2" });
  for (const value of [1, 2, 3]) await add(t, sessionId, [{ ...SCORE, value }]);
  await add(t, other, [SCORE]);
  await as(t, "admin").mutation(api.erasure.start, { clerkId: "user_1" });
  await refused(add(t, sessionId, [{ ...SCORE, value: 4 }]), "CONFLICT");
  const step = { clerkId: "user_1", deletedKeys: [] };
  let done = await as(t, "worker").mutation(api.erasure.step, step);
  while (!done.done) done = await as(t, "worker").mutation(api.erasure.step, step);
  expect(done.counts).toMatchObject({ scores: 3 });
  expect(await t.run(async (ctx) => (await ctx.db.query("scores").collect()).length)).toBe(1);
  await refused(add(t, sessionId, [SCORE]), "GONE");
});
