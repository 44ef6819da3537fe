import { expect, test } from "vitest";
import {
  answerOfDigit,
  answersOf,
  missing,
  withAnswer,
  withCorrection,
} from "../../../lib/ui/review/review_panel/src/content.ts";
import type { Content, Criterion } from "../../../lib/ui/review/review_panel/src/types.ts";

const EMPTY: Content = { answers: {}, turns: [], comments: [], corrections: [] };

function criterion(kind: Criterion["kind"], more: Partial<Criterion> = {}): Criterion {
  return {
    key: kind, label: kind, description: "", kind, level: "session", required: true,
    min: null, max: null, options: [], ...more,
  }; // prettier-ignore
}

test("an answer is set, replaced and taken out, of the session and of a turn", () => {
  let content = withAnswer(EMPTY, null, "tone", 4);
  content = withAnswer(content, null, "tone", 2);
  content = withAnswer(content, 7, "right", true);
  content = withAnswer(content, 3, "right", false);
  expect(answersOf(content, null)).toEqual({ tone: 2 });
  expect(content.turns.map(({ sequence }) => sequence)).toEqual([3, 7]);
  expect(answersOf(content, 7)).toEqual({ right: true });
  content = withAnswer(withAnswer(content, 7, "right", null), null, "tone", null);
  expect(content).toEqual({ ...EMPTY, turns: [{ sequence: 3, answers: { right: false } }] });
  expect(answersOf(content, 7)).toEqual({});
});

test("there is one suggestion for a turn, and an empty one is none", () => {
  let content = withCorrection(EMPTY, 5, "five");
  content = withCorrection(withCorrection(content, 2, "two"), 5, "fife");
  expect(content.corrections).toEqual([
    { sequence: 2, text: "two" },
    { sequence: 5, text: "fife" },
  ]);
  expect(withCorrection(content, 5, " ").corrections).toHaveLength(1);
});

test("only required questions about the session hold up the submission", () => {
  const criteria = [
    criterion("score"),
    criterion("boolean", { required: false }),
    criterion("choice", { level: "turn" }),
    criterion("labels"),
  ];
  const names = (content: Content) => missing(criteria, content).map(({ key }) => key);
  expect(names(EMPTY)).toEqual(["score", "labels"]);
  expect(names(withAnswer(EMPTY, null, "score", 1))).toEqual(["labels"]);
});

test("digits answer each kind of question", () => {
  const options = ["a", "b"];
  expect(answerOfDigit(criterion("score"), 5, undefined)).toBe(5);
  expect([1, 2, 3].map((digit) => answerOfDigit(criterion("boolean"), digit, undefined))).toEqual([
    true,
    false,
    null,
  ]);
  expect(answerOfDigit(criterion("choice", { options }), 2, undefined)).toBe("b");
  expect(answerOfDigit(criterion("choice", { options }), 3, undefined)).toBeNull();
  const labels = criterion("labels", { options });
  expect(answerOfDigit(labels, 2, ["a"])).toEqual(["a", "b"]);
  expect(answerOfDigit(labels, 1, ["a", "b"])).toEqual(["b"]);
  expect(answerOfDigit(criterion("number"), 3, undefined)).toBeNull();
});
