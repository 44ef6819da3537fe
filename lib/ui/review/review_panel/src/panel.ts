/** The review panel: the rubric's questions, notes, Submit and Return to queue. */
import { element } from "../../../parts/dom.ts";
import { hear, tell } from "../../../listening/transcript_player/src/review.ts";
import type { Moment, ReviewCommand } from "../../../listening/transcript_player/src/review.ts";
import type { Note } from "../../../listening/transcript_player/src/types.ts";
import { answerOfDigit, answersOf, inWords, missing } from "./content.ts";
import { staysAfterDigit, withAnswer } from "./content.ts";
import { Lease } from "./lease.ts";
import { Notes } from "./notes.ts";
import { Question } from "./question.ts";
import type { Answer, Content, PanelData, Send } from "./types.ts";
import { UnsavedStore } from "./unsaved.ts";
import type { Unsaved } from "./unsaved.ts";

/** Pause in the writing after which the draft is stored, milliseconds. */
const SETTLE_MS = 800;
const SHOW_FRAMES = 6;

export class Panel {
  readonly itemId: string;
  readonly #root: HTMLElement;
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
  readonly #offer = element("p", { class: "undo", role: "status" });
  /** Tells a screen reader what was set. */
  readonly #said = element("p", { class: "only-heard", role: "status" });
  readonly #unsaved: UnsavedStore;
  #data: PanelData;
  #content: Content;
  #edition: number;
  /** What Python has of the content. */
  #stored: Content;
  /** The last draft that was sent. */
  #sent: Content;
  #moment: Moment = { sequence: null, atMs: 0, text: "", corrects: false, numbers: new Map() };
  #active = -1;
  /** Number of the latest change; that of the last stored draft is in the data. */
  #number = 0;
  #timer = 0;
  /** Pressing the key of Submit once more submits. */
  #isArmed = false;
  #isSubmitted = false;

  constructor(root: HTMLElement, data: PanelData, send: Send) {
    this.itemId = data.itemId;
    this.#root = root;
    this.#send = send;
    this.#data = data;
    this.#content = this.#stored = this.#sent = data.content;
    this.#edition = data.edition;
    this.#number = data.saved;
    this.#unsaved = new UnsavedStore(localStorage, data.owner, data.itemId);
    this.#lease = new Lease(() => send("renew", true));
    this.#session = this.#questions(data, "session");
    this.#turn = this.#questions(data, "turn");
    this.#notes = new Notes(
      (change) => this.#change(change(this.#content)),
      () => this.#moment,
      () => this.#keepUnsaved(),
    );
    root.replaceChildren(...this.#parts(data));
    const { signal } = this.#ended;
    hear("moment", (moment) => this.#reach(moment), signal);
    hear("command", (command) => this.#obey(command), signal);
    hear("ask", () => this.#tellNotes(), signal);
    for (const name of ["keydown", "pointerdown"]) {
      window.addEventListener(name, (event) => this.#disarm(event), { capture: true, signal });
    }
    root.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.#finish();
    });
    this.#offer.hidden = true;
    tell("ask", null);
    const unsaved = this.#unsaved.read(data.content);
    if (unsaved?.isNext) this.#take(unsaved);
    else if (unsaved) this.#offerUnsaved(unsaved);
    this.#activate(Math.max(0, this.#firstMissing()));
    this.update(data);
    // After Streamlit has drawn the page, which moves the focus.
    if (!this.#notes.writing) requestAnimationFrame(() => this.#lead());
  }

  /** Apply new data from Python; input is kept unless the edition has changed. */
  update(data: PanelData): void {
    this.#data = data;
    if (data.edition !== this.#edition) {
      this.#edition = data.edition;
      this.#content = this.#stored = this.#sent = data.content;
      this.#number = data.saved;
    }
    if (data.problem) this.#isSubmitted = false;
    if (this.#isSaved) this.#stored = this.#sent;
    this.#keepUnsaved();
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
    if (this.#isSubmitted) this.#unsaved.clear();
    else this.#store();
    tell("notes", []);
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
            this.#answer(question, sequence, answer);
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
    const parts: Node[] = [
      head,
      this.#offer,
      this.#undo,
      this.#said,
      ...this.#session.map(({ root }) => root),
    ];
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
    this.#keepUnsaved();
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#store(), SETTLE_MS);
    this.#show();
  }

  get #isSaved(): boolean {
    return this.#data.isDrafted && this.#number <= this.#data.saved;
  }

  /** Keep in this browser what the server has not, at once: the tab may be closed. */
  #keepUnsaved(): void {
    const { writing } = this.#notes;
    const isStored = this.#isSaved || this.#content === this.#stored;
    if (isStored && writing === null) this.#unsaved.clear();
    else this.#unsaved.write(this.#stored, this.#content, writing);
  }

  /** Go on with what this browser kept. */
  #take({ content, writing }: Unsaved): void {
    this.#offer.hidden = true;
    this.#change(content);
    if (writing) this.#notes.open(writing);
  }

  #offerUnsaved(unsaved: Unsaved): void {
    const use = element("button", { type: "button", class: "plain" }, "Use it");
    use.addEventListener("click", () => this.#take(unsaved));
    const drop = element("button", { type: "button", class: "plain" }, "Discard it");
    drop.addEventListener("click", () => (this.#offer.hidden = true));
    this.#offer.hidden = false;
    this.#offer.replaceChildren("This browser has input that was not saved.", use, drop);
  }

  /** Send the draft if it changed since it was last sent. */
  #store(): void {
    window.clearTimeout(this.#timer);
    this.#timer = 0;
    if (this.#data.isDrafted && this.#number > this.#data.saved) {
      this.#sent = this.#content;
      this.#send("draft", { number: this.#number, content: this.#content });
    }
  }

  #show(): void {
    for (const question of this.#session) {
      question.show(answersOf(this.#content, null)[question.criterion.key]);
    }
    const { sequence } = this.#moment;
    const number = sequence === null ? undefined : this.#moment.numbers.get(sequence);
    this.#turnTitle.textContent = number === undefined ? "No current turn" : `About turn ${number}`;
    for (const question of this.#turn) {
      question.root.disabled = sequence === null;
      const answers = sequence === null ? {} : answersOf(this.#content, sequence);
      question.show(answers[question.criterion.key]);
    }
    this.#notes.show(this.#content);
    this.#tellNotes();
    const words = this.#left();
    const saving = this.#data.isDrafted ? "saving …" : "kept in this browser until you submit";
    const saved = this.#isSaved ? "saved" : saving;
    this.#state.textContent = [words, this.#number > 0 ? saved : ""].filter(Boolean).join(" · ");
  }

  #left(): string {
    const left = missing(this.#data.criteria, this.#content).length;
    return left > 0 ? `${left} required ${left === 1 ? "question" : "questions"} remaining` : "";
  }

  /** The player shows the notes where they belong. */
  #tellNotes(): void {
    const { comments, corrections } = this.#content;
    const by = "you, in this review";
    const notes: Note[] = [
      ...comments.map(({ sequence = null, atMs = null, text }) => {
        return { kind: "comment" as const, sequence, atMs, text, by };
      }),
      ...corrections.map(({ sequence, text }) => {
        return { kind: "correction" as const, sequence, atMs: null, text, by };
      }),
    ];
    tell("notes", notes);
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
    const isOther =
      moment.sequence !== this.#moment.sequence || moment.numbers !== this.#moment.numbers;
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
        this.#activate(this.#active + command.by);
        return this.#lead();
      case "comment":
        return this.#notes.comment();
      case "correct":
        return this.#notes.correct();
      case "submit":
        return this.#isArmed ? this.#finish() : this.#arm();
      case "show":
        return this.#comeIntoView(SHOW_FRAMES);
      case "undo":
        if (this.#data.undo) this.#send("undo", true);
    }
  }

  #answer({ criterion }: Question, sequence: number | null, answer: Answer | null): void {
    this.#change(withAnswer(this.#content, sequence, criterion.key, answer));
    const words = answer === null ? "cleared" : inWords(answer);
    this.#say([`${criterion.label}: ${words}`, this.#left()].filter(Boolean).join(", "));
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
    this.#answer(question, sequence, isEmpty ? null : answer);
    if (!staysAfterDigit(criterion) && criterion.level === "session") {
      const next = this.#firstMissing();
      this.#activate(next >= 0 ? next : this.#active + 1);
      this.#lead();
    }
  }

  /** Scroll here, again while the transcript above is still being measured. */
  #comeIntoView(frames: number): void {
    this.#root.scrollIntoView({ block: "start" });
    if (frames > 0) requestAnimationFrame(() => this.#comeIntoView(frames - 1));
    else this.#session.concat(this.#turn)[this.#active]?.root.focus({ preventScroll: true });
  }

  /** Lead the focus to the active question. */
  #lead(): void {
    this.#session.concat(this.#turn)[this.#active]?.focus();
  }

  /** A key that is pressed by mistake must not submit: it has to be pressed twice. */
  #arm(): void {
    this.#notes.keepAll();
    if (missing(this.#data.criteria, this.#content).length > 0) return this.#finish();
    this.#isArmed = true;
    this.#submit.textContent = "Press n again to submit";
    this.#submit.scrollIntoView({ block: "nearest" });
    this.#say("Everything is answered. Press n again to submit, any other key to go on.");
  }

  #disarm(event: Event): void {
    if (!this.#isArmed || (event instanceof KeyboardEvent && event.key === "n")) return;
    this.#isArmed = false;
    this.#submit.textContent = this.#data.submitLabel;
  }

  #say(sentence: string): void {
    this.#said.textContent = sentence;
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
    this.#notes.keepAll();
    const [first] = missing(this.#data.criteria, this.#content);
    if (first === undefined) {
      window.clearTimeout(this.#timer);
      this.#isSubmitted = true;
      this.#send("submit", { content: this.#content });
      return;
    }
    for (const question of this.#session) {
      const isMissing = missing([question.criterion], this.#content).length > 0;
      question.complain(isMissing ? "Please answer this question." : null);
    }
    this.#activate(this.#firstMissing());
    this.#lead();
  }
}
