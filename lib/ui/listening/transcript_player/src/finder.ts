/** The field that looks for words in the transcript. */
import { ICONS, element, iconButton } from "../../../parts/dom.ts";
import { count } from "../../../parts/figures.ts";
import { hitsOf, nextHit, searchable } from "./finding.ts";
import type { Turn } from "./types.ts";

export class Finder {
  readonly root = element("div", { class: "finder", role: "search" });
  readonly #field = element("input", {
    type: "search",
    placeholder: "Find in the transcript",
    "aria-label": "Find in the transcript",
    maxlength: "200",
    dir: "auto",
  });
  readonly #status = element("span", { class: "found", role: "status" });
  readonly #moves = element("span", { class: "moves" });
  readonly #go: (index: number) => void;
  #turns: readonly Turn[] = [];
  /** Made when somebody looks for something. */
  #searched: readonly string[] | null = null;
  #hits: readonly number[] = [];
  #lit = -1;

  /**
   * @param changed is called when other words are looked for.
   * @param go leads to a turn by its index.
   */
  constructor(changed: () => void, go: (index: number) => void) {
    this.#go = go;
    this.#field.addEventListener("input", () => {
      this.#find();
      changed();
    });
    this.#field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault();
      this.#move(event.shiftKey ? -1 : 1);
    });
    this.#moves.append(
      iconButton("Previous match", ICONS.up, () => this.#move(-1)),
      iconButton("Next match", ICONS.down, () => this.#move(1)),
    );
    this.root.append(this.#field, this.#status, this.#moves);
  }

  get words(): string {
    return this.#field.value.trim();
  }

  /** Look for these words instead, as when a search led here. */
  lookFor(words: string): void {
    this.#field.value = words;
    this.#find();
  }

  setTurns(turns: readonly Turn[]): void {
    this.#turns = turns;
    this.#searched = null;
    this.#find();
  }

  setLit(index: number): void {
    this.#lit = index;
    this.#tell();
  }

  focus(): void {
    this.#field.focus();
    this.#field.select();
  }

  #find(): void {
    if (this.words !== "") this.#searched ??= searchable(this.#turns);
    this.#hits = hitsOf(this.#searched ?? [], this.words);
    this.#tell();
  }

  #move(by: 1 | -1): void {
    const hit = nextHit(this.#hits, this.#lit, by);
    if (hit >= 0) this.#go(hit);
  }

  #tell(): void {
    const at = this.#hits.indexOf(this.#lit);
    const turns = this.#hits.length === 1 ? "turn" : "turns";
    const number = count(this.#hits.length);
    const found = at < 0 ? `${number} ${turns}` : `${count(at + 1)} of ${number} ${turns}`;
    const said = this.words === "" ? "" : this.#hits.length === 0 ? "No match" : found;
    if (said !== this.#status.textContent) this.#status.textContent = said;
    this.#moves.hidden = this.#hits.length === 0;
  }
}
