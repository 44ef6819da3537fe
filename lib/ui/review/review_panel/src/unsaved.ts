/**
 * What was typed and is not stored yet: this browser keeps it in case the tab is closed, without
 * anything of the transcript. Signing out clears the browser's storage.
 */
import type { Content } from "./types.ts";

/** A note whose field is still open. */
export interface Writing {
  kind: "comment" | "correction";
  text: string;
  sequence: number | null;
  atMs: number;
}

export interface Unsaved {
  content: Content;
  writing: Writing | null;
  /** True when it changes what is stored now; false when that was changed elsewhere since. */
  isNext: boolean;
}

const PREFIX = "earshot.review.";
/** What nobody came back for is forgotten after a week, in milliseconds. */
export const MOST_AGE_MS = 7 * 24 * 3600 * 1000;

type Store = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

export class UnsavedStore {
  readonly #store: Store;
  readonly #key: string;

  /** @param owner is the reviewer: another one in this browser does not see it. */
  constructor(store: Store, owner: string, itemId: string) {
    this.#store = store;
    this.#forgetOld();
    this.#key = `${PREFIX}${owner}.${itemId}`;
  }

  /** @param stored is the content that Python has. */
  read(stored: Content): Unsaved | null {
    try {
      const kept = JSON.parse(this.#store.getItem(this.#key) ?? "null") as
        (Omit<Unsaved, "isNext"> & { base: string }) | null;
      if (kept === null) return null;
      const { content, writing, base } = kept;
      // Read as a whole, so that what is not content fails here.
      if (canonical(content) === canonical(stored) && writing === null) return null;
      const isWhole = [content.comments, content.corrections, content.turns].every(Array.isArray);
      return isWhole ? { content, writing, isNext: base === canonical(stored) } : null;
    } catch {
      return null; // Storage is switched off or holds something foreign.
    }
  }

  /** @param stored is the content that Python has; `content` and `writing` come after it. */
  write(stored: Content, content: Content, writing: Writing | null): void {
    try {
      const kept = { at: Date.now(), base: canonical(stored), content, writing };
      this.#store.setItem(this.#key, JSON.stringify(kept));
    } catch {
      // Full or switched off: drafts are stored on the server all the same.
    }
  }

  clear(): void {
    try {
      this.#store.removeItem(this.#key);
    } catch {
      // Switched off: there is nothing to remove.
    }
  }

  #forgetOld(): void {
    try {
      const names = Array.from(
        { length: this.#store.length },
        (_, at) => this.#store.key(at) ?? "",
      );
      for (const name of names.filter((one) => one.startsWith(PREFIX))) {
        const kept = JSON.parse(this.#store.getItem(name) ?? "null") as { at?: number } | null;
        if (Date.now() - (kept?.at ?? 0) > MOST_AGE_MS) this.#store.removeItem(name);
      }
    } catch {
      // Switched off, or foreign: it is not ours to remove.
    }
  }
}

/** Content as text, the same whatever the order of its keys. */
function canonical(content: Content): string {
  return JSON.stringify(content, (_, value: unknown) =>
    value !== null && typeof value === "object" && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
