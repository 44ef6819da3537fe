/** Book of signed URLs: knows which are good, asks Python for the rest, gives up in time. */
import type { PlayerData, Send } from "./types.ts";

/** A URL with less life than this is replaced before it is used. */
export const SPARE_MS = 2000;
/** Unanswered requests are repeated after this long. */
export const PATIENCE_MS = 8000;
/** Requests in a row without an answer after which the player says so. */
export const MOST_UNANSWERED = 3;

interface Entry {
  url: string;
  goodUntil: number;
}

export class UrlBook {
  readonly #entries = new Map<string, Entry>();
  readonly #send: Send;
  readonly #now: () => number;
  #request = 0;
  #answered = 0;
  #askedAt = 0;
  #unanswered = 0;

  constructor(send: Send, now: () => number) {
    this.#send = send;
    this.#now = now;
  }

  /** Take in what Python sent. Returns true when it answers a request. */
  accept(data: Pick<PlayerData, "urls" | "answer">): boolean {
    if (data.answer <= this.#answered && this.#answered > 0) return false;
    const now = this.#now();
    for (const [id, { url, expiresInMs }] of Object.entries(data.urls)) {
      this.#entries.set(id, { url, goodUntil: now + expiresInMs });
    }
    const answers = data.answer > this.#answered;
    this.#answered = Math.max(this.#answered, data.answer);
    if (answers) this.#unanswered = 0;
    return answers;
  }

  /** A URL that will not expire within moments, or null. */
  get(id: string): string | null {
    const entry = this.#entries.get(id);
    return entry && entry.goodUntil - this.#now() > SPARE_MS ? entry.url : null;
  }

  /** Forget a URL that the media element could not use. */
  drop(id: string): void {
    this.#entries.delete(id);
  }

  /** Life left of a URL in milliseconds; 0 when there is none. */
  lifeLeft(id: string): number {
    return Math.max(0, (this.#entries.get(id)?.goodUntil ?? 0) - this.#now());
  }

  get waiting(): boolean {
    return this.#request > this.#answered;
  }

  /** True when Python has not answered several requests in a row. */
  get silent(): boolean {
    return this.#unanswered >= MOST_UNANSWERED;
  }

  /** Ask for URLs, once at a time; a request that got no answer is repeated after a while. */
  ask(ids: readonly string[]): void {
    const now = this.#now();
    if (ids.length === 0) return;
    if (this.waiting && now - this.#askedAt < PATIENCE_MS) return;
    if (this.waiting) this.#unanswered += 1;
    // An unanswered number is not used again: a late answer to it must still count as one.
    this.#request = Math.max(this.#request, this.#answered) + 1;
    this.#askedAt = now;
    this.#send("urls", { ids: [...ids], request: this.#request });
  }

  /** Start afresh after the reader pressed "Retry". */
  reset(): void {
    this.#unanswered = 0;
    this.#askedAt = -PATIENCE_MS;
  }
}
