/** A rubric as reviewers will see it: its questions can be answered, and nothing is kept. */
import { element } from "../../../parts/dom.ts";
import { Question } from "./question.ts";
import type { Criterion } from "./types.ts";

interface Mount {
  data: { title: string; criteria: Criterion[] };
  parentElement: HTMLElement | ShadowRoot;
}

export default function mount({ data, parentElement }: Mount): () => void {
  const root = element("aside", { class: "panel", "aria-label": "Preview" });
  root.append(
    element("h2", { dir: "auto" }, data.title),
    element("p", { class: "hint" }, "As reviewers will see it. Try it: nothing is stored."),
  );
  const ofLevel = (level: Criterion["level"]) =>
    data.criteria.filter((criterion) => criterion.level === level).map((one) => drawn(one));
  root.append(...ofLevel("session"));
  const turns = ofLevel("turn");
  if (turns.length > 0) {
    const group = element("section", { class: "turn-questions" });
    group.append(element("h3", {}, "About each turn"), ...turns);
    root.append(group);
  }
  for (const old of parentElement.querySelectorAll(".panel")) old.remove();
  parentElement.append(root);
  return () => root.remove();
}

function drawn(criterion: Criterion): HTMLElement {
  const question: Question = new Question(
    criterion,
    (answer) => question.show(answer ?? undefined),
    () => undefined,
  );
  return question.root;
}
