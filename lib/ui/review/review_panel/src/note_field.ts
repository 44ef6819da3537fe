/** The field for one comment or correction. */
import { element } from "../../../parts/dom.ts";
import type { Writing } from "./unsaved.ts";

export class NoteField {
  readonly root: HTMLElement;
  readonly #area: HTMLTextAreaElement;
  readonly #about = element("span", {});
  readonly #describe: (at: Omit<Writing, "text">) => string;
  readonly #kept: (writing: Writing) => void;
  readonly #changed: () => void;
  #at: Omit<Writing, "text"> | null = null;
  /** What a closed field held, so that Escape loses nothing. */
  #left: Writing | null = null;

  /**
   * @param describe says what is written about; it may know better later.
   * @param verb is the label of the button.
   * @param chars is the most that can be written.
   * @param kept is given what was written.
   * @param changed is called with every change of what is written, and when the field closes.
   */
  constructor(
    describe: (at: Omit<Writing, "text">) => string,
    verb: string,
    chars: number,
    kept: (writing: Writing) => void,
    changed: () => void,
  ) {
    this.#describe = describe;
    this.#kept = kept;
    this.#changed = changed;
    this.#area = element("textarea", { rows: "3", dir: "auto", maxlength: String(chars) });
    this.#area.addEventListener("input", changed);
    this.#area.addEventListener("keydown", (event) => {
      const isDone = event.key === "Enter" && (event.ctrlKey || event.metaKey);
      if (event.isComposing || (!isDone && event.key !== "Escape")) return;
      event.preventDefault();
      event.stopPropagation();
      if (isDone) this.keep();
      else this.#close(this.writing);
    });
    const save = element("button", { type: "button", class: "main" }, verb);
    save.addEventListener("click", () => this.keep());
    const cancel = element("button", { type: "button" }, "Cancel");
    cancel.addEventListener("click", () => this.#close(null));
    const hint = element("span", { class: "hint" }, "Ctrl+Enter saves, Esc closes");
    this.root = element(
      "div",
      { class: "note-field" },
      element("label", {}, this.#about, this.#area),
      element("div", { class: "controls" }, save, cancel, hint),
    );
    this.root.hidden = true;
  }

  /** What is being written; null while the field is closed. */
  get writing(): Writing | null {
    return this.#at && { ...this.#at, text: this.#area.value };
  }

  /** Open the field, with what was left in it about the same turn if there is any. */
  open(writing: Writing): void {
    const { text, ...at } = writing;
    if (this.#at?.sequence !== at.sequence) {
      this.#area.value = this.#left?.sequence === at.sequence ? this.#left.text : text;
      this.#at = at;
    }
    this.relabel();
    this.root.hidden = false;
    this.#area.focus();
  }

  relabel(): void {
    this.#about.textContent = this.#at && this.#describe(this.#at);
  }

  /** Take over what is written, if the field is open. */
  keep(): void {
    const { writing } = this;
    this.#close(null);
    if (writing) this.#kept(writing);
  }

  #close(left: Writing | null): void {
    this.#left = left;
    this.#at = null;
    this.root.hidden = true;
    this.#area.blur();
    this.#changed();
  }
}
