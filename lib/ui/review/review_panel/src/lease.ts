/** Keeps the claim while its reviewer works, and lets it end when they have left. */

/** A claim is renewed after this share of it. */
const SHARE = 1 / 3;

export class Lease {
  readonly #renew: () => void;
  #timer = 0;
  #worked = false;

  constructor(renew: () => void) {
    this.#renew = renew;
  }

  /** Note that the reviewer did something: played on, answered, wrote. */
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

  /** Renew, or look again later whether there was any work meanwhile. */
  #due(againMs: number): void {
    if (this.#worked) {
      this.#worked = false;
      this.#renew();
    }
    this.#timer = window.setTimeout(() => this.#due(againMs), Math.max(againMs, 1000));
  }
}
