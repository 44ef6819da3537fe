/** A rubric is what was published, for ever, and answers to it are what it asks for. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { as, deployment, refused } from "../tests/convex/harness.ts";
import { answers, ended, openQueue, reviewer } from "../tests/convex/reviewing.ts";
import { rubricArgs } from "../tests/convex/samples.ts";
import { api } from "./_generated/api.js";
import { addCells, cellsOf, differ } from "./model/agreement.ts";
import { Checks } from "./model/checks.ts";
import type { Answer, Content, Criterion } from "./model/reviewFields.ts";
import { checkContent, scoreOf } from "./model/rubric.ts";
import { hash32, isSampled } from "./model/sampling.ts";

test("each publication is a version of its own, the same one again is the same version", async () => {
  const t = deployment();
  const admin = as(t, "admin");
  const first = await admin.mutation(api.rubrics.publish, rubricArgs());
  const again = await admin.mutation(api.rubrics.publish, rubricArgs());
  const second = await admin.mutation(api.rubrics.publish, rubricArgs("more"));
  expect([first.version, again.id, second.version]).toEqual([1, first.id, 2]);
  expect(await admin.query(api.rubrics.get, { id: first.id })).toEqual(first);
  const page = { cursor: null, limit: 1, name: "Calls" };
  const newest = await admin.query(api.rubrics.list, page);
  expect(newest.items).toEqual([second]);
  const rest = await admin.query(api.rubrics.list, { ...page, cursor: newest.nextCursor });
  expect(rest.items).toEqual([first]);
  const other = await admin.mutation(api.rubrics.publish, { ...rubricArgs(), name: "Chats" });
  expect(other.version).toBe(1);
});

const common = { label: "L", description: "d", level: "session" as const, required: false };

test.each([
  [{ kind: "score", key: "Tone" }, "criteria[0].key"],
  [{ kind: "choice" }, "criteria[0].options"],
  [{ kind: "score", options: ["a"] }, "criteria[0].options"],
  [{ kind: "labels", options: ["a", "a"] }, "criteria[0].options"],
  [{ kind: "labels", options: [] }, "criteria[0].options"],
  [{ kind: "number", min: 3, max: 2 }, "criteria[0].max"],
  [{ kind: "score", min: 3 }, "criteria[0].min"],
  [{ kind: "boolean", tolerance: 1 }, "criteria[0].tolerance"],
  [{ kind: "score", description: "" }, "criteria[0].description"],
])("%j is refused", async (wrong, field) => {
  const criteria = [{ key: "k", ...common, ...wrong }] as Criterion[];
  const call = as(deployment(), "admin").mutation(api.rubrics.publish, { name: "N", criteria });
  const { fields } = await refused(call, "VALIDATION");
  expect(fields?.map((problem) => problem.field)).toContain(field);
});

test("a rubric asks something, once, and not too much", async () => {
  const publish = (criteria: Criterion[]) =>
    as(deployment(), "admin").mutation(api.rubrics.publish, { name: "N", criteria });
  const criterion: Criterion = { key: "k", kind: "score", ...common };
  await refused(publish([]), "VALIDATION");
  await refused(publish([criterion, criterion]), "VALIDATION");
  const many = Array.from({ length: 31 }, (_, index) => ({ ...criterion, key: `k${index}` }));
  await refused(publish(many), "VALIDATION");
});

const CRITERIA: Criterion[] = [
  { ...common, key: "tone", kind: "score", required: true, tolerance: 1 },
  { ...common, key: "depth", kind: "score" },
  { ...common, key: "lost", kind: "number", min: 0, max: 60 },
  { ...common, key: "solved", kind: "boolean" },
  { ...common, key: "end", kind: "choice", options: ["good", "bad"] },
  { ...common, key: "topics", kind: "labels", options: ["a", "b"] },
  { ...common, key: "fair", kind: "boolean", level: "turn", required: true },
];

/** Fields with which a review is wrong. */
function problems(content: Partial<Content>, isDraft = false): string[] {
  const checks = new Checks();
  checkContent(checks, CRITERIA, { ...answers(), ...content }, 3, isDraft);
  try {
    checks.done();
    return [];
  } catch (error) {
    const { fields } = (error as { data: { fields: { field: string }[] } }).data;
    return fields.map(({ field }) => field);
  }
}

test("what the rubric asks for is valid", () => {
  const full = { tone: 5, lost: 0.5, solved: false, end: "bad", topics: ["b", "a"] };
  const turns = [{ sequence: 3, answers: { fair: true } }];
  const comments = [{ text: "all" }, { sequence: 0, text: "turn" }, { atMs: 10.5, text: "moment" }];
  const corrections = [{ sequence: 1, text: "" }];
  expect(problems({ answers: full, turns, comments, corrections })).toEqual([]);
  expect(problems({ answers: {} }, true)).toEqual([]);
});

test.each<[Partial<Content>, string]>([
  [{ answers: {} }, "answers.tone"],
  [{ answers: { tone: 6 } }, "answers.tone"],
  [{ answers: { tone: 1.5 } }, "answers.tone"],
  [{ answers: { tone: "5" } }, "answers.tone"],
  [{ answers: { tone: 4, lost: 61 } }, "answers.lost"],
  [{ answers: { tone: 4, lost: Number.NaN } }, "answers.lost"],
  [{ answers: { tone: 4, solved: "yes" } }, "answers.solved"],
  [{ answers: { tone: 4, end: "ugly" } }, "answers.end"],
  [{ answers: { tone: 4, topics: ["a", "a"] } }, "answers.topics"],
  [{ answers: { tone: 4, topics: ["c"] } }, "answers.topics"],
  [{ answers: { tone: 4, fair: true } }, "answers.fair"],
  [{ answers: { tone: 4, constructor: 1 } }, "answers.constructor"],
  [{ turns: [{ sequence: 0, answers: {} }] }, "turns[0].answers.fair"],
  [{ turns: [{ sequence: 4, answers: { fair: true } }] }, "turns[0].sequence"],
  [{ comments: [{ sequence: -1, text: "x" }] }, "comments[0].sequence"],
  [{ comments: [{ text: "" }] }, "comments[0].text"],
  [{ comments: [{ atMs: -1, text: "x" }] }, "comments[0].atMs"],
  [{ corrections: [{ sequence: 9, text: "x" }] }, "corrections[0].sequence"],
])("%j is wrong in %s", (content, field) => {
  expect(problems(content)).toContain(field);
});

test("each turn is answered for and corrected once, and a review has a size", () => {
  const turn = { sequence: 1, answers: { fair: true } };
  expect(problems({ turns: [turn, turn] })).toEqual(["turns"]);
  const correction = { sequence: 1, text: "x" };
  expect(problems({ corrections: [correction, correction] })).toEqual(["corrections"]);
  const comments = Array.from({ length: 17 }, () => ({ text: "x".repeat(4000) }));
  expect(problems({ comments })).toEqual(["answers"]);
});

test("the score is the mean of the session's scores", () => {
  expect(scoreOf(CRITERIA, { ...answers(), answers: { tone: 5, depth: 2 } })).toBe(3.5);
  expect(scoreOf(CRITERIA, { ...answers(), answers: { lost: 5 } })).toBeUndefined();
  const third = { ...CRITERIA[0]!, key: "third" };
  const given = { tone: 1, depth: 2, third: 2 };
  expect(scoreOf([...CRITERIA, third], { ...answers(), answers: given })).toBe(1.667);
});

test("a refusal of the function names the answer", async () => {
  const t = deployment();
  const { id: queueId } = await openQueue(t);
  await ended(t, 1);
  const kim = reviewer(t, "kim");
  const { itemId } = (await kim.mutation(api.reviewClaims.next, { queueId }))!;
  const wrong = { itemId, ...answers(), answers: {} };
  const { fields } = await refused(kim.mutation(api.reviews.submit, wrong), "VALIDATION");
  expect(fields).toEqual([{ field: "answers.tone", message: "must be answered" }]);
  expect(await kim.mutation(api.reviewClaims.saveDraft, wrong)).toMatchObject({ held: true });
});

const answered = (given: Record<string, Answer>): Content => ({ ...answers(), answers: given });

test("reviews agree within the tolerance, and where both answered", () => {
  const of = (first: Record<string, Answer>, second: Record<string, Answer>) =>
    differ(CRITERIA, answered(first), answered(second));
  expect(of({ tone: 3 }, { tone: 4 })).toBe(false);
  expect(of({ tone: 3 }, { tone: 5 })).toBe(true);
  expect(of({ depth: 3 }, { depth: 4 })).toBe(true);
  expect(of({ topics: ["a", "b"] }, { topics: ["b", "a"] })).toBe(false);
  expect(of({ topics: ["a"] }, { topics: [] })).toBe(true);
  expect(of({ solved: true }, {})).toBe(false);
  const turns = (fair: boolean, sequence: number) => [{ sequence, answers: { fair } }];
  const review = (fair: boolean, sequence = 1) => ({ ...answers(), turns: turns(fair, sequence) });
  expect(differ(CRITERIA, review(true), review(false))).toBe(true);
  expect(differ(CRITERIA, review(true), review(false, 2))).toBe(false);
});

test("cells count pairs of answers, and what is taken off leaves nothing", () => {
  const first = answered({ tone: 3, lost: 1, topics: ["a"] });
  const second = answered({ tone: 5, lost: 1, topics: ["b"] });
  const cells = cellsOf(CRITERIA, first, second);
  expect(cells).toEqual([
    { criterion: "tone", a: "3", b: "5", count: 1 },
    { criterion: "lost", a: "same", b: "same", count: 1 },
    { criterion: "topics", a: "same", b: "different", count: 1 },
  ]);
  const cell = fc.record({
    criterion: fc.constantFrom("x", "y"),
    a: fc.constantFrom("1", "2"),
    b: fc.constantFrom("1", "2"),
    count: fc.integer({ min: 1, max: 3 }),
  });
  fc.assert(
    fc.property(fc.array(cell), fc.array(cell), (some, more) => {
      const known = addCells([], some, 1);
      const there = addCells(known, more, 1);
      expect(addCells(there, more, -1)).toEqual(known);
      expect(addCells(addCells([], more, 1), some, 1)).toEqual(there);
    }),
  );
});

test("a sample has its share, is the same every time, and lies inside a larger one", () => {
  const ids = Array.from({ length: 20_000 }, (_, index) => `session${index}`);
  for (const percent of [0, 1, 25, 100]) {
    const share = ids.filter((id) => isSampled("seed", id, percent)).length / ids.length;
    // Five standard deviations of the share of a fair draw.
    const spread = 5 * Math.sqrt(((percent / 100) * (1 - percent / 100)) / ids.length);
    expect(Math.abs(share - percent / 100)).toBeLessThanOrEqual(spread);
  }
  const small = ids.filter((id) => isSampled("seed", id, 5));
  expect(small.every((id) => isSampled("seed", id, 6))).toBe(true);
  expect(ids.filter((id) => isSampled("other", id, 5))).not.toEqual(small);
  // Of another implementation: a hash that changes would change every sample.
  expect([hash32(""), hash32("seed:a")]).toEqual([2_872_998_923, 389_533_770]);
});
