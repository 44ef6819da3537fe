/** What the browser remembers: speed and skipping for all sessions, position per session. */
import { validSpeed } from "./speed.ts";

const PREFERENCES = "earshot.player.preferences";
const POSITIONS = "earshot.player.positions";
/** Positions kept, newest first. */
export const MOST_POSITIONS = 50;

export interface Preferences {
  speed: number;
  skipSilence: boolean;
}

type Store = Pick<Storage, "getItem" | "setItem">;
type Position = [sessionId: string, ms: number];

export class Memory {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  preferences(): Preferences {
    const saved = this.#read(PREFERENCES) as Partial<Preferences> | null;
    return { speed: validSpeed(saved?.speed), skipSilence: saved?.skipSilence === true };
  }

  savePreferences(preferences: Preferences): void {
    this.#write(PREFERENCES, preferences);
  }

  position(sessionId: string): number {
    return this.#positions().find(([id]) => id === sessionId)?.[1] ?? 0;
  }

  savePosition(sessionId: string, ms: number): void {
    const others = this.#positions().filter(([id]) => id !== sessionId);
    const kept: Position[] = ms > 0 ? [[sessionId, Math.round(ms)], ...others] : others;
    this.#write(POSITIONS, kept.slice(0, MOST_POSITIONS));
  }

  #positions(): Position[] {
    const saved = this.#read(POSITIONS);
    if (!Array.isArray(saved)) return [];
    return saved.filter(
      (entry): entry is Position =>
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
