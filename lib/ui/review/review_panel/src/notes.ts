/** Comments and corrections: the fields to write them, and their list. */
import { element } from "../../../parts/dom.ts";
import { clock } from "../../../parts/figures.ts";
import { withCorrection } from "./content.ts";
import type { Moment } from "../../../listening/transcript_player/src/review.ts";
import type { Comment, Content } from "./types.ts";

const COMMENT_CHARS = 4000;
/** 32 KiB of UTF-8 at four bytes a character. */
const CORRECTION_CHARS = 8192;

type Edit = (change: (content: Content) => Content) => void;

/** The field for one note, labelled with its turn. */
class NoteField {
  readonly root: HTMLElement;
  readonly #area: HTMLTextAreaElement;
  readonly #about = element("span", {});
  #moment: Moment | null = null;

  /** @param kept is given the text and the moment for which the field was opened. */
  constructor(verb: string, chars: number, kept: (text: string, moment: Moment) => void) {
    this.#area = element("textarea", { rows: "3", dir: "auto", maxlength: String(chars) });
    const keep = () => {
      if (this.#moment) kept(this.#area.value, this.#moment);
      close();
    };
    const close = () => {
      this.root.hidden = true;
      this.#area.blur();
    };
    this.#area.addEventListener("keydown", (event) => {
      const isDone = event.key === "Enter" && (event.ctrlKey || event.metaKey);
      if (!isDone && event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      if (isDone) keep();
      else close();
    });
    const save = element("button", { type: "button", class: "main" }, verb);
    save.addEventListener("click", keep);
    const cancel = element("button", { type: "button" }, "Cancel");
    cancel.addEventListener("click", close);
    const hint = element("span", { class: "hint" }, "Ctrl+Enter saves, Esc cancels");
    this.root = element(
      "div",
      { class: "note-field" },
      element("label", {}, this.#about, this.#area),
      element("div", { class: "controls" }, save, cancel, hint),
    );
    this.root.hidden = true;
  }

  open(about: string, moment: Moment, text: string): void {
    this.#moment = moment;
    this.#about.textContent = about;
    this.#area.value = text;
    this.root.hidden = false;
    this.#area.focus();
  }
}

export class Notes {
  readonly root: HTMLElement;
  readonly #edit: Edit;
  readonly #list = element("ul", { class: "notes" });
  readonly #comment: NoteField;
  readonly #correction: NoteField;
  #content: Content | null = null;

  constructor(edit: Edit, moment: () => Moment) {
    this.#edit = edit;
    this.#comment = new NoteField("Add comment", COMMENT_CHARS, (text, at) => {
      if (text.trim()) edit((content) => withComment(content, commentAt(at, text)));
    });
    this.#correction = new NoteField("Suggest", CORRECTION_CHARS, (text, at) => {
      const { sequence } = at;
      if (sequence !== null) {
        edit((content) => withCorrection(content, sequence, text === at.text ? "" : text));
      }
    });
    const comment = element("button", { type: "button" }, "Comment");
    comment.addEventListener("click", () => this.comment(moment()));
    const correct = element("button", { type: "button" }, "Correct the transcript");
    correct.addEventListener("click", () => this.correct(moment()));
    this.root = element(
      "section",
      { "aria-label": "Notes" },
      element("div", { class: "controls" }, comment, correct),
      this.#comment.root,
      this.#correction.root,
      this.#list,
    );
  }

  /** Open the field for a comment on the current turn. */
  comment(moment: Moment): void {
    this.#comment.open(`Comment on ${placeOf(moment)}`, moment, "");
  }

  /** Open the field for a correction of the current turn. */
  correct(moment: Moment): void {
    if (moment.sequence === null) return;
    const known = this.#content?.corrections.find((item) => item.sequence === moment.sequence);
    this.#correction.open(
      `Correction of turn ${moment.sequence}`, moment, known?.text ?? moment.text,
    ); // prettier-ignore
  }

  show(content: Content): void {
    this.#content = content;
    const comments = content.comments.map((comment, index) =>
      this.#row(placeOf(comment), comment.text, (now) => ({
        ...now,
        comments: now.comments.filter((_, at) => at !== index),
      })),
    );
    const corrections = content.corrections.map(({ sequence, text }) =>
      this.#row(`turn ${sequence}, corrected`, text, (now) => withCorrection(now, sequence, "")),
    );
    this.#list.replaceChildren(...comments, ...corrections);
    this.#list.hidden = this.#list.childElementCount === 0;
  }

  #row(place: string, text: string, remove: (content: Content) => Content): HTMLElement {
    const button = element("button", { type: "button", class: "plain" }, "Remove");
    button.setAttribute("aria-label", `Remove the note on ${place}`);
    button.addEventListener("click", () => this.#edit(remove));
    const words = element("span", { class: "words", dir: "auto" }, text);
    return element("li", {}, element("span", { class: "place" }, place), words, button);
  }
}

function withComment(content: Content, comment: Comment): Content {
  return { ...content, comments: [...content.comments, comment] };
}

function commentAt({ sequence, atMs }: Moment, text: string): Comment {
  return { text, ...(sequence === null ? {} : { sequence }), atMs: Math.round(atMs) };
}

function placeOf({ sequence, atMs }: { sequence?: number | null; atMs?: number }): string {
  const turn = sequence === undefined || sequence === null ? "the session" : `turn ${sequence}`;
  return atMs === undefined ? turn : `${turn} at ${clock(atMs)}`;
}
