/** The review panel: the rubric's questions, notes, Submit and Return to queue. */
import { element } from "../../../parts/dom.ts";
import { onPlayerEvents } from "../../../listening/transcript_player/src/review.ts";
import type { Moment, ReviewCommand } from "../../../listening/transcript_player/src/review.ts";
import { answerOfDigit, answersOf, missing, staysAfterDigit, withAnswer } from "./content.ts";
import { Lease } from "./lease.ts";
import { Notes } from "./notes.ts";
import { Question } from "./question.ts";
import type { Content, PanelData, Send } from "./types.ts";

/** Pause in the writing after which the draft is stored, milliseconds. */
const SETTLE_MS = 800;

export class Panel {
  readonly itemId: string;
  readonly #send: Send;
  readonly #ended = new AbortController();
  readonly #lease: Lease;
  readonly #session: Question[];
  readonly #turn: Question[];
  readonly #turnTitle = element("h3", {});
  readonly #notes: Notes;
  readonly #undo = element("p", { class: "undo", role: "status" });
  readonly #problem = element("p", { class: "problem", role: "alert" });
  readonly #state = element("span", { class: "hint", role: "status" });
  readonly #submit = element("button", { type: "button", class: "main" });
  #data: PanelData;
  #content: Content;
  #edition: number;
  #moment: Moment = { sequence: null, atMs: 0, text: "" };
  #active = -1;
  /** Number of the latest change; that of the last stored draft is in the data. */
  #number = 0;
  #timer = 0;

  constructor(root: HTMLElement, data: PanelData, send: Send) {
    this.itemId = data.itemId;
    this.#send = send;
    this.#data = data;
    this.#content = data.content;
    this.#edition = data.edition;
    this.#number = data.saved;
    this.#lease = new Lease(() => send("renew", true));
    this.#session = this.#questions(data, "session");
    this.#turn = this.#questions(data, "turn");
    this.#notes = new Notes(
      (change) => this.#change(change(this.#content)),
      () => this.#moment,
    );
    root.replaceChildren(...this.#parts(data));
    const { signal } = this.#ended;
    onPlayerEvents(
      { moment: (at) => this.#reach(at), command: (command) => this.#obey(command) },
      signal,
    );
    root.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.#finish();
    });
    this.#activate(Math.max(0, this.#firstMissing()));
    this.update(data);
  }

  /** Apply new data from Python; input is kept unless the edition has changed. */
  update(data: PanelData): void {
    this.#data = data;
    if (data.edition !== this.#edition) {
      this.#edition = data.edition;
      this.#content = data.content;
    }
    if (data.isClaimed) this.#lease.extend(data.leaseMs);
    this.#problem.textContent = data.problem;
    this.#problem.hidden = !data.problem;
    this.#showUndo();
    this.#show();
    const complaints = new Map(data.fields.map(({ field, message }) => [field, message]));
    for (const question of this.#session) {
      question.complain(complaints.get(`answers.${question.criterion.key}`) ?? null);
    }
  }

  destroy(): void {
    this.#store();
    this.#ended.abort();
    this.#lease.destroy();
    window.clearTimeout(this.#timer);
  }

  #questions({ criteria }: PanelData, level: "session" | "turn"): Question[] {
    return criteria
      .filter((criterion) => criterion.level === level)
      .map((criterion) => {
        const question: Question = new Question(
          criterion,
          (answer) => {
            const sequence = level === "turn" ? this.#moment.sequence : null;
            this.#change(withAnswer(this.#content, sequence, criterion.key, answer));
          },
          () => this.#activate(this.#session.concat(this.#turn).indexOf(question)),
        );
        return question;
      });
  }

  #parts({ title, lead, isClaimed, submitLabel }: PanelData): Node[] {
    const head = element(
      "header",
      {},
      element("h2", { dir: "auto" }, title),
      element("p", { class: "hint", dir: "auto" }, lead),
    );
    const parts: Node[] = [head, this.#undo, ...this.#session.map(({ root }) => root)];
    if (this.#turn.length > 0) {
      const group = element("section", { class: "turn-questions" }, this.#turnTitle);
      group.append(...this.#turn.map(({ root }) => root));
      parts.push(group);
    }
    this.#submit.textContent = submitLabel;
    this.#submit.addEventListener("click", () => this.#finish());
    const done = element("div", { class: "controls end" }, this.#submit);
    if (isClaimed) {
      const release = element("button", { type: "button" }, "Return to queue");
      release.title = "Another reviewer can take the session. Your draft is kept.";
      release.addEventListener("click", () => {
        this.#store();
        this.#send("release", true);
      });
      done.append(release);
    }
    parts.push(this.#notes.root, this.#problem, done, this.#state);
    return parts;
  }

  #change(content: Content): void {
    this.#content = content;
    this.#number += 1;
    this.#lease.worked();
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#store(), SETTLE_MS);
    this.#show();
  }

  /** Send the draft if it changed since it was last sent. */
  #store(): void {
    window.clearTimeout(this.#timer);
    this.#timer = 0;
    if (this.#number > this.#data.saved) {
      this.#send("draft", { number: this.#number, content: this.#content });
    }
  }

  #show(): void {
    for (const question of this.#session) {
      question.show(answersOf(this.#content, null)[question.criterion.key]);
    }
    const { sequence } = this.#moment;
    this.#turnTitle.textContent = sequence === null ? "No current turn" : `About turn ${sequence}`;
    for (const question of this.#turn) {
      question.root.disabled = sequence === null;
      const answers = sequence === null ? {} : answersOf(this.#content, sequence);
      question.show(answers[question.criterion.key]);
    }
    this.#notes.show(this.#content);
    const left = missing(this.#data.criteria, this.#content).length;
    const words =
      left > 0 ? `${left} required ${left === 1 ? "question" : "questions"} remaining` : "";
    const saved = this.#number > this.#data.saved ? "saving …" : "saved";
    this.#state.textContent = [words, this.#number > 0 ? saved : ""].filter(Boolean).join(" · ");
  }

  #showUndo(): void {
    const { undo } = this.#data;
    this.#undo.hidden = undo === null;
    if (undo === null) return;
    const button = element("button", { type: "button", class: "plain" }, "Undo");
    button.addEventListener("click", () => this.#send("undo", true));
    const words = element("span", { dir: "auto" }, `Submitted: ${undo.title}`);
    this.#undo.replaceChildren(words, button);
    window.setTimeout(() => (this.#undo.hidden = true), undo.leftMs);
  }

  #reach(moment: Moment): void {
    const isOther = moment.sequence !== this.#moment.sequence;
    this.#moment = moment;
    this.#lease.worked();
    if (isOther) this.#show();
  }

  #obey(command: ReviewCommand): void {
    this.#lease.worked();
    switch (command.kind) {
      case "digit":
        return this.#digit(command.value);
      case "question":
        return this.#activate(this.#active + command.by);
      case "comment":
        return this.#notes.comment(this.#moment);
      case "correct":
        return this.#notes.correct(this.#moment);
      case "submit":
        return this.#finish();
      case "undo":
        if (this.#data.undo) this.#send("undo", true);
    }
  }

  #digit(digit: number): void {
    const question = this.#session.concat(this.#turn)[this.#active];
    if (!question || question.root.disabled) return;
    const { criterion } = question;
    const sequence = criterion.level === "turn" ? this.#moment.sequence : null;
    const current = answersOf(this.#content, sequence)[criterion.key];
    const answer = answerOfDigit(criterion, digit, current);
    if (answer === null) return;
    const isEmpty = Array.isArray(answer) && answer.length === 0;
    this.#change(withAnswer(this.#content, sequence, criterion.key, isEmpty ? null : answer));
    if (!staysAfterDigit(criterion) && criterion.level === "session") {
      const next = this.#firstMissing();
      this.#activate(next >= 0 ? next : this.#active + 1);
    }
  }

  #firstMissing(): number {
    const [first] = missing(this.#data.criteria, this.#content);
    return this.#session.findIndex(({ criterion }) => criterion.key === first?.key);
  }

  #activate(index: number): void {
    const questions = this.#session.concat(this.#turn);
    const bounded = Math.max(0, Math.min(index, questions.length - 1));
    if (bounded === this.#active) return;
    this.#active = bounded;
    questions.forEach((question, at) => question.setActive(at === bounded));
  }

  #finish(): void {
    const [first] = missing(this.#data.criteria, this.#content);
    if (first === undefined) {
      window.clearTimeout(this.#timer);
      this.#send("submit", { content: this.#content });
      return;
    }
    for (const question of this.#session) {
      const isMissing = missing([question.criterion], this.#content).length > 0;
      question.complain(isMissing ? "Please answer this question." : null);
    }
    this.#activate(this.#firstMissing());
  }
}
