/** Comments and corrections: the fields to write them, and their list. */
import { element } from "../../../parts/dom.ts";
import { clock } from "../../../parts/figures.ts";
import { tell } from "../../../listening/transcript_player/src/review.ts";
import type { Moment } from "../../../listening/transcript_player/src/review.ts";
import { withComment, withCorrection } from "./content.ts";
import { NoteField } from "./note_field.ts";
import type { Comment, Content, Correction } from "./types.ts";
import type { Writing } from "./unsaved.ts";

const COMMENT_CHARS = 4000;
/** 32 KiB of UTF-8 at four bytes a character. */
const CORRECTION_CHARS = 8192;

type Edit = (change: (content: Content) => Content) => void;

export class Notes {
  readonly root: HTMLElement;
  readonly #edit: Edit;
  readonly #list = element("ul", { class: "notes", "aria-label": "Comments and corrections" });
  readonly #fields: Record<Writing["kind"], NoteField>;
  readonly #moment: () => Moment;
  /** What was said in the turns that are corrected. */
  readonly #said = new Map<number, string>();
  #content: Content | null = null;
  #numbers: Moment["numbers"] | null = null;

  /** @param changed is called when what is being written changes. */
  constructor(edit: Edit, moment: () => Moment, changed: () => void) {
    this.#edit = edit;
    this.#moment = moment;
    const keep = (note: Writing) => this.#keep(note);
    this.#fields = {
      comment: new NoteField(
        (at) => `Comment on ${this.#placeOf(at)}`,
        "Add comment",
        COMMENT_CHARS,
        keep,
        changed,
      ),
      correction: new NoteField(
        (at) => `Correction of ${this.#turn(at.sequence)}`,
        "Suggest",
        CORRECTION_CHARS,
        keep,
        changed,
      ),
    };
    const comment = element("button", { type: "button" }, "Comment");
    comment.addEventListener("click", () => this.comment());
    const correct = element("button", { type: "button" }, "Correct the transcript");
    correct.addEventListener("click", () => this.correct());
    this.root = element(
      "section",
      { "aria-label": "Notes" },
      element("div", { class: "controls" }, comment, correct),
      this.#fields.comment.root,
      this.#fields.correction.root,
      this.#list,
    );
  }

  /** What is being written; null when no field is open. */
  get writing(): Writing | null {
    return this.#fields.comment.writing ?? this.#fields.correction.writing;
  }

  /** Open the field for a comment on the current turn. */
  comment(): void {
    const { sequence, atMs } = this.#moment();
    this.open({ kind: "comment", text: "", sequence, atMs });
  }

  /** Open the field for a correction of the current turn. */
  correct(): void {
    const { sequence, atMs, text: said, corrects } = this.#moment();
    if (sequence === null || !corrects) return;
    const known = this.#content?.corrections.find((item) => item.sequence === sequence);
    this.#said.set(sequence, said);
    this.open({ kind: "correction", text: known?.text ?? said, sequence, atMs });
  }

  /** Open the field for a note with what was written of it before. */
  open(writing: Writing): void {
    this.#fields[writing.kind].open(writing);
  }

  /** Take over what is being written. */
  keepAll(): void {
    for (const field of Object.values(this.#fields)) field.keep();
  }

  show(content: Content): void {
    const { numbers } = this.#moment();
    // A list that is drawn anew loses the focus.
    if (content === this.#content && numbers === this.#numbers) return;
    this.#content = content;
    this.#numbers = numbers;
    for (const field of Object.values(this.#fields)) field.relabel();
    const comments = content.comments.map((comment, index) =>
      this.#row(this.#placeOf(comment), comment, (now) => ({
        ...now,
        comments: now.comments.filter((_, at) => at !== index),
      })),
    );
    const corrections = content.corrections.map((correction) => {
      const { sequence } = correction;
      const place = `${this.#turn(sequence)}, corrected`;
      return this.#row(place, correction, (now) => withCorrection(now, sequence, ""));
    });
    this.#list.replaceChildren(...comments, ...corrections);
    this.#list.hidden = this.#list.childElementCount === 0;
  }

  #keep({ kind, text, sequence, atMs }: Writing): void {
    if (kind === "comment") {
      if (!text.trim()) return;
      const on = sequence === null ? {} : { sequence };
      this.#edit((content) => withComment(content, { text, ...on, atMs: Math.round(atMs) }));
      this.#focus(this.#content?.comments.length ?? 0);
    } else if (sequence !== null) {
      const isSame = text === this.#said.get(sequence);
      this.#edit((content) => withCorrection(content, sequence, isSame ? "" : text));
      const { comments = [], corrections = [] } = this.#content ?? {};
      const at = corrections.findIndex((item) => item.sequence === sequence);
      if (at >= 0) this.#focus(comments.length + at + 1);
    }
  }

  /** Lead to a note of the list by its number from 1. */
  #focus(number: number): void {
    const row = this.#list.children[number - 1];
    if (row instanceof HTMLElement) row.focus();
  }

  #row(
    place: string,
    note: Comment | Correction,
    remove: (content: Content) => Content,
  ): HTMLElement {
    const { sequence = null, text } = note;
    const atMs = "atMs" in note ? (note.atMs ?? null) : null;
    const where = element("button", { type: "button", class: "place plain" }, place);
    where.setAttribute("aria-label", `Go to ${place}`);
    where.addEventListener("click", () => tell("go", { sequence, ms: atMs }));
    where.disabled = sequence === null && atMs === null;
    const button = element("button", { type: "button", class: "plain" }, "Remove");
    button.setAttribute("aria-label", `Remove the note on ${place}`);
    button.addEventListener("click", () => this.#edit(remove));
    const words = element("span", { class: "words", dir: "auto" }, text);
    return element("li", { tabindex: "-1" }, where, words, button);
  }

  #placeOf({ sequence, atMs }: { sequence?: number | null; atMs?: number }): string {
    const turn = this.#turn(sequence ?? null);
    return atMs === undefined ? turn : `${turn} at ${clock(atMs)}`;
  }

  #turn(sequence: number | null): string {
    if (sequence === null) return "the session";
    const number = this.#moment().numbers.get(sequence);
    return number === undefined ? "a turn" : `turn ${number}`;
  }
}
