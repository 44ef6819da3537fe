/** Content of a review, and its missing answers. No DOM. */
import type { Answer, Answers, Comment, Content, Criterion } from "./types.ts";

/** The answers to the questions about one turn, or about the session for `null`. */
export function answersOf(content: Content, sequence: number | null): Answers {
  if (sequence === null) return content.answers;
  return content.turns.find((turn) => turn.sequence === sequence)?.answers ?? {};
}

/** Content with one answer set, or removed for `null`. Turns without answers are left out. */
export function withAnswer(
  content: Content,
  sequence: number | null,
  key: string,
  answer: Answer | null,
): Content {
  const { [key]: _, ...others } = answersOf(content, sequence);
  const answers = answer === null ? others : { ...others, [key]: answer };
  if (sequence === null) return { ...content, answers };
  const rest = content.turns.filter((turn) => turn.sequence !== sequence);
  const turns = Object.keys(answers).length === 0 ? rest : [...rest, { sequence, answers }];
  return { ...content, turns: turns.sort((a, b) => a.sequence - b.sequence) };
}

export function withComment(content: Content, comment: Comment): Content {
  return { ...content, comments: [...content.comments, comment] };
}

/** An answer in words. */
export function inWords(answer: Answer): string {
  if (typeof answer === "boolean") return answer ? "yes" : "no";
  return Array.isArray(answer) ? answer.join(", ") : String(answer);
}

/** Content with the correction of a turn replaced; an empty text removes it. */
export function withCorrection(content: Content, sequence: number, text: string): Content {
  const rest = content.corrections.filter((item) => item.sequence !== sequence);
  const corrections = text.trim() === "" ? rest : [...rest, { sequence, text }];
  return { ...content, corrections: corrections.sort((a, b) => a.sequence - b.sequence) };
}

/** Required questions about the session that have no answer yet, in the rubric's order. */
export function missing(criteria: readonly Criterion[], content: Content): Criterion[] {
  return criteria.filter(
    ({ key, level, required }) =>
      required && level === "session" && !Object.hasOwn(content.answers, key),
  );
}

/**
 * The answer that a digit key means to a question, null for none: the score itself, yes and no for
 * 1 and 2, the first to fifth option; a label is added, or removed if it is there.
 */
export function answerOfDigit(
  criterion: Criterion,
  digit: number,
  current: Answer | undefined,
): Answer | null {
  const option = criterion.options[digit - 1];
  switch (criterion.kind) {
    case "score":
      return digit;
    case "boolean":
      return digit <= 2 ? digit === 1 : null;
    case "choice":
      return option ?? null;
    case "labels": {
      const chosen = Array.isArray(current) ? current : [];
      if (option === undefined) return null;
      return chosen.includes(option)
        ? chosen.filter((label) => label !== option)
        : [...chosen, option];
    }
    case "number":
      return null;
  }
}

/** Whether a question takes several keys, so that a key does not move to the next question. */
export function staysAfterDigit(criterion: Criterion): boolean {
  return criterion.kind === "labels" || criterion.kind === "number";
}
