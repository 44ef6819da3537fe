/** One question of the rubric as a group of native controls. */
import { element } from "../../../parts/dom.ts";
import type { Answer, Criterion } from "./types.ts";

const SCORES = [1, 2, 3, 4, 5];
const YES_NO: readonly [string, boolean][] = [
  ["Yes", true],
  ["No", false],
];

let groups = 0;

export class Question {
  readonly root: HTMLFieldSetElement;
  readonly criterion: Criterion;
  readonly #answered: (answer: Answer | null) => void;
  readonly #problem = element("p", { class: "problem" });
  readonly #controls: (HTMLInputElement & { answer?: Answer })[] = [];
  readonly #clear = element("button", { type: "button", class: "plain" }, "Clear");

  /**
   * @param answered called with every change; null removes the answer.
   * @param reached called when this question gets the focus.
   */
  constructor(
    criterion: Criterion,
    answered: (answer: Answer | null) => void,
    reached: () => void,
  ) {
    this.criterion = criterion;
    this.#answered = answered;
    const need = criterion.required ? "required" : "optional";
    const legend = element("legend", {}, element("span", { dir: "auto" }, criterion.label));
    legend.append(element("span", { class: "need" }, need));
    this.root = element("fieldset", { class: "question", tabindex: "-1" }, legend);
    this.#problem.id = `problem-${groups}`;
    if (criterion.description) {
      this.root.append(element("p", { class: "hint", dir: "auto" }, criterion.description));
    }
    this.root.append(this.#drawn(), this.#problem);
    this.#problem.hidden = true;
    this.#clear.hidden = true;
    this.#clear.addEventListener("click", () => answered(null));
    this.root.addEventListener("focusin", reached);
    this.root.addEventListener("click", reached);
  }

  /** Show the current answer. */
  show(answer: Answer | undefined): void {
    const { kind, required } = this.criterion;
    for (const control of this.#controls) {
      if (kind === "number") {
        if (document.activeElement !== control) control.value = answer?.toString() ?? "";
      } else if (kind === "labels") {
        control.checked = Array.isArray(answer) && answer.includes(control.answer as string);
      } else control.checked = control.answer === answer;
    }
    this.#clear.hidden = answer === undefined || required || kind === "labels";
  }

  /** Show an error for the answer; null clears it. */
  complain(problem: string | null): void {
    this.#problem.hidden = problem === null;
    this.#problem.textContent = problem;
    this.root.toggleAttribute("data-wrong", problem !== null);
    if (problem === null) this.root.removeAttribute("aria-describedby");
    else this.root.setAttribute("aria-describedby", this.#problem.id);
  }

  setActive(active: boolean): void {
    this.root.toggleAttribute("data-active", active);
  }

  /** Lead here: a screen reader reads the question, and the single keys still work. */
  focus(): void {
    this.root.scrollIntoView({ block: "nearest" });
    this.root.focus({ preventScroll: true });
  }

  #drawn(): HTMLElement {
    const { kind, options } = this.criterion;
    const row = element("div", { class: `controls ${kind}` });
    switch (kind) {
      case "score":
        row.append(...SCORES.map((score) => this.#option("radio", String(score), score)));
        break;
      case "boolean":
        row.append(...YES_NO.map(([word, value]) => this.#option("radio", word, value)));
        break;
      case "choice":
        row.append(...options.map((option) => this.#option("radio", option, option)));
        break;
      case "labels":
        row.append(...options.map((option) => this.#option("checkbox", option, option)));
        break;
      case "number":
        row.append(this.#number());
    }
    row.append(this.#clear);
    groups += 1;
    return row;
  }

  #option(type: "radio" | "checkbox", word: string, answer: Answer): HTMLElement {
    const control: HTMLInputElement & { answer?: Answer } = element("input", {
      type,
      name: `question-${groups}`,
    });
    control.answer = answer;
    control.addEventListener("change", () => this.#answered(this.#read()));
    this.#controls.push(control);
    return element("label", {}, control, element("span", { dir: "auto" }, word));
  }

  #number(): HTMLElement {
    const { min, max, label } = this.criterion;
    const control = element("input", { type: "number", step: "any" });
    control.setAttribute("aria-label", label);
    if (min !== null) control.min = String(min);
    if (max !== null) control.max = String(max);
    control.addEventListener("change", () => {
      const value = control.valueAsNumber;
      this.#answered(Number.isNaN(value) ? null : value);
    });
    this.#controls.push(control);
    const bounds = min !== null && max !== null ? `${min} to ${max}` : "";
    return element("span", {}, control, ` ${bounds}`);
  }

  #read(): Answer | null {
    const chosen = this.#controls.filter((control) => control.checked);
    const answers = chosen.map((control) => control.answer as Answer);
    if (this.criterion.kind !== "labels") return answers[0] ?? null;
    return answers.length > 0 ? (answers as string[]) : null;
  }
}
