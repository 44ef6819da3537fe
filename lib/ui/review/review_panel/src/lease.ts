/** Renews the claim while the reviewer works, and lets it expire when they are idle. */

/** A claim is renewed after this share of it. */
const SHARE = 1 / 3;

export class Lease {
  readonly #renew: () => void;
  #timer = 0;
  #worked = false;

  constructor(renew: () => void) {
    this.#renew = renew;
  }

  /** Record activity of the reviewer: playback, an answer, typing. */
  worked(): void {
    this.#worked = true;
  }

  /** The claim lasts for `leftMs` from now on. */
  extend(leftMs: number): void {
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#due(leftMs * SHARE), leftMs * SHARE);
  }

  destroy(): void {
    window.clearTimeout(this.#timer);
  }

  /** Renew after activity, otherwise check again later. */
  #due(againMs: number): void {
    if (this.#worked) {
      this.#worked = false;
      this.#renew();
    }
    this.#timer = window.setTimeout(() => this.#due(againMs), Math.max(againMs, 1000));
  }
}
