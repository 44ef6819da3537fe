/** Player and wave: where the page itself scrolls, they stay at its top. */
import { element } from "../../../parts/dom.ts";

export class Deck {
  /** Keeps the place in the page while the deck is at the top of the window. */
  readonly root = element("div", { class: "deck" });
  readonly #inner: HTMLElement;

  constructor(parts: readonly HTMLElement[], signal: AbortSignal) {
    this.#inner = element("div", { class: "inner" }, ...parts);
    this.root.append(this.#inner);
    const options = { capture: true, passive: true, signal };
    for (const name of ["scroll", "resize"]) {
      window.addEventListener(name, () => this.#update(), options);
    }
  }

  /** Pixels at the top of the page that the deck covers, with what is above it. */
  get cover(): number {
    return this.#edge() + this.#inner.offsetHeight;
  }

  /** Distance from the top of the window at which the deck stays; -1 where it need not. */
  #edge(): number {
    return parseFloat(getComputedStyle(this.root).getPropertyValue("--edge")) || -1;
  }

  #update(): void {
    const { left, top, width } = this.root.getBoundingClientRect();
    const edge = this.#edge();
    const isStuck = edge >= 0 && top < edge && width > 0;
    if (isStuck) this.root.style.height = `${this.#inner.offsetHeight}px`;
    else this.root.style.removeProperty("height");
    this.root.classList.toggle("stuck", isStuck);
    this.#inner.style.left = isStuck ? `${left}px` : "";
    this.#inner.style.width = isStuck ? `${width}px` : "";
  }
}
