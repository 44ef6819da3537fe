/** Comments and corrections where they belong: on their turn and along the wave. */
import { element } from "../../../parts/dom.ts";
import { clock } from "../../../parts/figures.ts";
import type { Named } from "./moment_link.ts";
import { hasTime } from "./timeline.ts";
import type { Note, Turn } from "./types.ts";

const KINDS: Record<Note["kind"], string> = {
  comment: "Comment",
  correction: "Correction",
  score: "Score",
};

/** A turn's notes, below what was said. */
export function drawNotes(notes: readonly Note[]): HTMLElement {
  const list = element("ul", { class: "remarks", "aria-label": "Notes on this turn" });
  for (const note of notes) {
    const who = element("span", { class: "by", dir: "auto" }, `${KINDS[note.kind]} · ${note.by}`);
    const words = element("span", { class: "words", dir: "auto" }, note.text);
    list.append(element("li", { class: note.kind }, who, words));
  }
  return list;
}

/** The notes of submitted reviews and of the one that is being written. */
export class NoteBook {
  /** The lane above the wave with a mark for each note. */
  readonly root = element("div", { class: "pins", role: "group", "aria-label": "Notes" });
  readonly #go: (moment: Named) => void;
  #submitted: readonly Note[] = [];
  #drafted: readonly Note[] = [];
  #bySequence = new Map<number, Note[]>();
  #starts = new Map<number, number>();
  #durationMs = 0;

  /** @param go leads to the moment of a note. */
  constructor(go: (moment: Named) => void) {
    this.#go = go;
  }

  /** The notes on a turn. */
  of(sequence: number): readonly Note[] {
    return this.#bySequence.get(sequence) ?? [];
  }

  /** Take in notes; those that are left out stay. Returns whether any changed. */
  take(notes: { submitted?: readonly Note[]; drafted?: readonly Note[] }): boolean {
    const before = JSON.stringify([this.#submitted, this.#drafted]);
    this.#submitted = notes.submitted ?? this.#submitted;
    this.#drafted = notes.drafted ?? this.#drafted;
    const isOther = JSON.stringify([this.#submitted, this.#drafted]) !== before;
    if (isOther) this.#draw();
    return isOther;
  }

  /** @param durationMs length of the wave; 0 where there is none. */
  lay(turns: readonly Turn[], durationMs: number): void {
    this.#starts = new Map(
      turns.filter(hasTime).map(({ sequence, startMs }) => [sequence, startMs]),
    );
    this.#durationMs = durationMs;
    this.#draw();
  }

  #draw(): void {
    const notes = [...this.#submitted, ...this.#drafted];
    this.#bySequence.clear();
    for (const note of notes) {
      if (note.sequence === null) continue;
      this.#bySequence.set(note.sequence, [...this.of(note.sequence), note]);
    }
    this.root.replaceChildren(...notes.flatMap((note) => this.#pin(note) ?? []));
    this.root.hidden = this.#durationMs <= 0 || this.root.childElementCount === 0;
  }

  #pin(note: Note): HTMLElement | null {
    // A comment made after its turn was left is still about that turn.
    const start = note.sequence === null ? undefined : this.#starts.get(note.sequence);
    const ms = start ?? note.atMs;
    if (ms === null) return null;
    const pin = element("button", { type: "button", class: `pin ${note.kind}` });
    const words = note.text.length > 200 ? `${note.text.slice(0, 200)}…` : note.text;
    pin.title = `${note.kind} at ${clock(ms)}, ${note.by}: ${words}`;
    pin.setAttribute("aria-label", pin.title);
    pin.style.left = `${Math.min(100, (ms / this.#durationMs) * 100)}%`;
    pin.addEventListener("click", () => this.#go({ sequence: note.sequence, ms }));
    return pin;
  }
}
