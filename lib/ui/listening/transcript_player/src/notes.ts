/** Comments and corrections where they belong: on their turn and along the wave. */
import { element } from "../../../parts/dom.ts";
import { clock } from "../../../parts/figures.ts";
import type { Note, Turn } from "./types.ts";

/** The notes of each turn, by its sequence. */
export function bySequence(notes: readonly Note[]): ReadonlyMap<number, Note[]> {
  const found = new Map<number, Note[]>();
  for (const note of notes) {
    if (note.sequence === null) continue;
    found.set(note.sequence, [...(found.get(note.sequence) ?? []), note]);
  }
  return found;
}

/** Where a note belongs in the session, in milliseconds; null for one on the session as a whole. */
export function momentOfNote(note: Note, turns: ReadonlyMap<number, Turn>): number | null {
  const start = note.sequence === null ? undefined : turns.get(note.sequence)?.startMs;
  // A comment made after its turn was left is still about that turn.
  return start ?? note.atMs;
}

/** A turn's notes, below what was said. */
export function drawNotes(notes: readonly Note[]): HTMLElement {
  const list = element("ul", { class: "remarks", "aria-label": "Notes on this turn" });
  for (const note of notes) {
    const what = note.kind === "comment" ? "Comment" : "Correction";
    const who = element("span", { class: "by", dir: "auto" }, `${what} · ${note.by}`);
    const words = element("span", { class: "words", dir: "auto" }, note.text);
    list.append(element("li", { class: note.kind }, who, words));
  }
  return list;
}

/** The lane above the wave with a mark for each note. */
export class Pins {
  readonly root = element("div", { class: "pins", role: "group", "aria-label": "Notes" });
  readonly #go: (note: Note) => void;

  constructor(go: (note: Note) => void) {
    this.#go = go;
  }

  draw(notes: readonly Note[], turns: ReadonlyMap<number, Turn>, durationMs: number): void {
    const pins = notes.flatMap((note) => {
      const ms = momentOfNote(note, turns);
      return ms === null ? [] : [this.#pin(note, ms, durationMs)];
    });
    this.root.hidden = pins.length === 0 || durationMs <= 0;
    this.root.replaceChildren(...pins);
  }

  #pin(note: Note, ms: number, durationMs: number): HTMLElement {
    const pin = element("button", { type: "button", class: `pin ${note.kind}` });
    const words = note.text.length > 200 ? `${note.text.slice(0, 200)}…` : note.text;
    pin.title = `${note.kind} at ${clock(ms)}, ${note.by}: ${words}`;
    pin.setAttribute("aria-label", pin.title);
    pin.style.left = `${Math.min(100, (ms / durationMs) * 100)}%`;
    pin.addEventListener("click", () => this.#go(note));
    return pin;
  }
}
