/** What the browser remembers: position and speed per session; the latest ways for new ones. */
import type { Named } from "./moment_link.ts";
import { validSpeed } from "./speed.ts";

const PREFERENCES = "earshot.player.preferences";
const PLACES = "earshot.player.places";
/** Sessions that are remembered, newest first. */
export const MOST_PLACES = 50;

export interface Preferences {
  speed: number;
  skipSilence: boolean;
  /** Whether single keys are commands (WCAG 2.2, 2.1.4). */
  keys: boolean;
}

type Store = Pick<Storage, "getItem" | "setItem">;
type Place = [sessionId: string, ms: number, speed: number, sequence?: number | null];

export class Memory {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** How this session was heard last; one that was not heard yet, like the latest one. */
  preferences(sessionId: string): Preferences {
    const saved = this.#read(PREFERENCES) as Partial<Preferences> | null;
    const own = this.#places().find(([id]) => id === sessionId)?.[2];
    return {
      speed: validSpeed(own ?? saved?.speed),
      skipSilence: saved?.skipSilence === true,
      keys: saved?.keys !== false,
    };
  }

  savePreferences(preferences: Preferences): void {
    this.#write(PREFERENCES, preferences);
  }

  /** Where the reader left off; null at the beginning. */
  place(sessionId: string): Named | null {
    const [, ms = 0, , sequence = null] = this.#places().find(([id]) => id === sessionId) ?? [];
    return ms > 0 || sequence !== null ? { ms, sequence } : null;
  }

  savePlace(sessionId: string, { ms, sequence }: Named, speed: number): void {
    const others = this.#places().filter(([id]) => id !== sessionId);
    const place: Place = [sessionId, Math.round(ms ?? 0), speed, sequence];
    this.#write(PLACES, [place, ...others].slice(0, MOST_PLACES));
  }

  #places(): Place[] {
    const saved = this.#read(PLACES);
    if (!Array.isArray(saved)) return [];
    return saved.filter(
      (entry): entry is Place =>
        Array.isArray(entry) && typeof entry[0] === "string" && Number.isFinite(entry[1]),
    );
  }

  #read(key: string): unknown {
    try {
      return JSON.parse(this.#store.getItem(key) ?? "null");
    } catch {
      return null; // Storage is switched off or holds something foreign: begin without memory.
    }
  }

  #write(key: string, value: unknown): void {
    try {
      this.#store.setItem(key, JSON.stringify(value));
    } catch {
      // Full or switched off: the player works without memory.
    }
  }
}
