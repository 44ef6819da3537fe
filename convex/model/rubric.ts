/** Rules of rubrics: what one may ask, and what answers to it are valid. Pure. */
import type { Checks } from "./checks.ts";
import {
  COMMENT_CHARS,
  CRITERIA,
  CRITERION_OPTIONS,
  DAY_MS,
  DESCRIPTION_CHARS,
  LABEL_CHARS,
  NAME_CHARS,
  REVIEW_BYTES,
  REVIEW_TURNS,
  TEXT_BYTES,
} from "./limits.ts";
import type { Answer, Content, Criterion } from "./reviewFields.ts";
import { sizeOf, utf8Bytes } from "./texts.ts";

const KEY = /^[a-z][a-z0-9_]{0,39}$/;
/** Bounds of a number whose criterion names none. */
const LARGEST = 1e9;
export const SCORES = { min: 1, max: 5 } as const;

/** Check the criteria of a new rubric. */
export function checkCriteria(checks: Checks, criteria: Criterion[]): void {
  const isFew = criteria.length > 0 && criteria.length <= CRITERIA;
  checks.that(isFew, "criteria", `must have 1 to ${CRITERIA} entries`);
  const keys = criteria.map(({ key }) => key);
  checks.that(new Set(keys).size === keys.length, "criteria", "must not repeat a key");
  criteria.slice(0, CRITERIA).forEach((criterion, index) => {
    checkCriterion(checks, criterion, `criteria[${index}]`);
  });
}

function checkCriterion(checks: Checks, criterion: Criterion, field: string): void {
  const { key, kind, options, min, max, tolerance } = criterion;
  checks.that(KEY.test(key), `${field}.key`, "must be 1 to 40 of a-z, 0-9 and _, a letter first");
  checks.identifier(`${field}.label`, criterion.label, NAME_CHARS);
  checks.text(`${field}.description`, criterion.description, DESCRIPTION_CHARS);
  const isChosen = kind === "choice" || kind === "labels";
  checks.that(isChosen === (options !== undefined), `${field}.options`, needsOnly("options", kind));
  if (options !== undefined) checkOptions(checks, options, `${field}.options`);
  const isBounded = min !== undefined || max !== undefined;
  checks.that(kind === "number" || !isBounded, `${field}.min`, "is for numbers only");
  checks.number(`${field}.min`, min, -LARGEST, LARGEST);
  checks.number(`${field}.max`, max, min ?? -LARGEST, LARGEST);
  const isMeasured = kind === "number" || kind === "score";
  const isAllowed = isMeasured || tolerance === undefined;
  checks.that(isAllowed, `${field}.tolerance`, "is for scores and numbers only");
  checks.number(`${field}.tolerance`, tolerance, 0, LARGEST);
}

function needsOnly(field: string, kind: string): string {
  return `${field} are for choices and labels, and a criterion of kind ${kind} is one or not`;
}

function checkOptions(checks: Checks, options: string[], field: string): void {
  const isFew = options.length > 0 && options.length <= CRITERION_OPTIONS;
  checks.that(isFew, field, `must have 1 to ${CRITERION_OPTIONS} entries`);
  checks.that(new Set(options).size === options.length, field, "must not repeat an entry");
  options.slice(0, CRITERION_OPTIONS).forEach((option, index) => {
    checks.identifier(`${field}[${index}]`, option, LABEL_CHARS);
  });
}

/**
 * Check what a reviewer wrote against the rubric. A draft may leave required answers out; what it
 * holds must be valid all the same.
 *
 * @param maxSequence - highest sequence of the session's turns; -1 if there are none.
 */
export function checkContent(
  checks: Checks,
  criteria: Criterion[],
  content: Content,
  maxSequence: number,
  isDraft: boolean,
): void {
  const bytes = sizeOf(content);
  checks.that(
    bytes <= REVIEW_BYTES,
    "answers",
    `the review must have at most ${REVIEW_BYTES} bytes`,
  );
  const asked = { session: byKey(criteria, "session"), turn: byKey(criteria, "turn") };
  checkAnswers(checks, asked.session, content.answers, "answers", isDraft);
  const { turns, comments, corrections } = content;
  for (const [field, list] of Object.entries({ turns, comments, corrections })) {
    checks.that(list.length <= REVIEW_TURNS, field, `must have at most ${REVIEW_TURNS} entries`);
  }
  checkTurns(checks, turns, "turns", maxSequence);
  turns.slice(0, REVIEW_TURNS).forEach((turn, index) => {
    checkAnswers(checks, asked.turn, turn.answers, `turns[${index}].answers`, isDraft);
  });
  comments.slice(0, REVIEW_TURNS).forEach(({ sequence, atMs, text }, index) => {
    const field = `comments[${index}]`;
    checks.text(`${field}.text`, text, COMMENT_CHARS);
    checks.duration(`${field}.atMs`, atMs, DAY_MS);
    if (sequence !== undefined) checkSequence(checks, `${field}.sequence`, sequence, maxSequence);
  });
  checkTurns(checks, corrections, "corrections", maxSequence);
  corrections.slice(0, REVIEW_TURNS).forEach(({ text }, index) => {
    const isShort = utf8Bytes(text) <= TEXT_BYTES;
    checks.that(isShort, `corrections[${index}].text`, `must have at most ${TEXT_BYTES} bytes`);
  });
}

function byKey(criteria: Criterion[], level: Criterion["level"]): Map<string, Criterion> {
  const asked = criteria.filter((criterion) => criterion.level === level);
  return new Map(asked.map((criterion) => [criterion.key, criterion]));
}

/** Each turn is named once, and exists. */
function checkTurns(
  checks: Checks,
  entries: { sequence: number }[],
  field: string,
  maxSequence: number,
): void {
  const sequences = entries.map(({ sequence }) => sequence);
  checks.that(new Set(sequences).size === sequences.length, field, "must not repeat a sequence");
  sequences.slice(0, REVIEW_TURNS).forEach((sequence, index) => {
    checkSequence(checks, `${field}[${index}].sequence`, sequence, maxSequence);
  });
}

function checkSequence(checks: Checks, field: string, sequence: number, max: number): void {
  const exists = Number.isSafeInteger(sequence) && sequence >= 0 && sequence <= max;
  checks.that(exists, field, "must be the sequence of a turn of the session");
}

function checkAnswers(
  checks: Checks,
  asked: Map<string, Criterion>,
  given: Record<string, Answer>,
  field: string,
  isDraft: boolean,
): void {
  for (const [key, answer] of Object.entries(given)) {
    const criterion = asked.get(key);
    const problem = criterion === undefined ? "names no criterion" : problemOf(criterion, answer);
    checks.that(problem === null, `${field}.${key.slice(0, 40)}`, problem ?? "");
  }
  if (isDraft) return;
  for (const { key, required } of asked.values()) {
    const isThere = !required || Object.hasOwn(given, key);
    checks.that(isThere, `${field}.${key}`, "must be answered");
  }
}

/** What is wrong with an answer, or null. */
function problemOf(criterion: Criterion, answer: Answer): string | null {
  const options = criterion.options ?? [];
  switch (criterion.kind) {
    case "score": {
      const { min, max } = SCORES;
      const isScore =
        typeof answer === "number" &&
        Number.isSafeInteger(answer) &&
        answer >= min &&
        answer <= max;
      return isScore ? null : `must be a whole number from ${min} to ${max}`;
    }
    case "number": {
      const { min = -LARGEST, max = LARGEST } = criterion;
      const isWithin = typeof answer === "number" && answer >= min && answer <= max;
      return isWithin ? null : `must be a number from ${min} to ${max}`;
    }
    case "boolean":
      return typeof answer === "boolean" ? null : "must be true or false";
    case "choice":
      return typeof answer === "string" && options.includes(answer) ? null : "must be an option";
    case "labels": {
      const isChosen =
        Array.isArray(answer) &&
        new Set(answer).size === answer.length &&
        answer.every((label) => options.includes(label));
      return isChosen ? null : "must be a list of different options";
    }
  }
}

/** Mean of the scores given to the session, with three decimals; undefined if there are none. */
export function scoreOf(criteria: Criterion[], { answers }: Content): number | undefined {
  const scores = criteria
    .filter(({ kind, level }) => kind === "score" && level === "session")
    .map(({ key }) => answers[key])
    .filter((answer) => typeof answer === "number");
  return meanOf(scores);
}

/** Mean with three decimals; undefined for no values. */
export function meanOf(values: number[]): number | undefined {
  if (values.length === 0) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.round(mean * 1000) / 1000;
}
