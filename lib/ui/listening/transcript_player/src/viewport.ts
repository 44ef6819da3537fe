/** What the transcript scrolls in: its own box, or the page where the window is small. */

/** A scroll within this time of the reader's last input is theirs, in milliseconds. */
const HAND_MS = 500;
const SCROLL_KEYS = new Set(
  ["ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End", " ", "Tab"], // prettier-ignore
);

export class Viewport {
  readonly #box: HTMLElement;
  readonly #list: HTMLElement;
  readonly #cover: () => number;
  /** Where this list put it itself; other positions come from the reader or a new layout. */
  #own = 0;
  #inputAt = -Infinity;
  #isHeld = false;

  /**
   * @param box scrolls if its style says so, otherwise the next ancestor that does.
   * @param list is what is scrolled.
   * @param cover pixels at the top of the page that are covered by what stays there.
   * @param scrolled is told whether the reader did it: after a wheel, touch, key or pointer.
   */
  constructor(
    box: HTMLElement,
    list: HTMLElement,
    cover: () => number,
    scrolled: (byReader: boolean) => void,
    signal: AbortSignal,
  ) {
    this.#box = box;
    this.#list = list;
    this.#cover = cover;
    const options = { capture: true, passive: true, signal };
    const listen = (names: string[], heard: (event: Event) => void) => {
      for (const name of names) window.addEventListener(name, heard, options);
    };
    listen(["wheel", "touchmove"], (event) => this.#input(event));
    listen(["keydown"], (event) => {
      if (SCROLL_KEYS.has((event as KeyboardEvent).key)) this.#inputAt = performance.now();
    });
    // Dragging the scroll bar, or a selection beyond the edge: for as long as it is held.
    listen(["pointerdown"], (event) => {
      this.#isHeld = event.composedPath().includes(this.#port());
    });
    listen(["pointerup", "pointercancel", "pointermove"], (event) => {
      if (!this.#isHeld || (event as PointerEvent).buttons > 0) return;
      this.#isHeld = false;
      this.#inputAt = performance.now();
    });
    // The page's scroll reaches the window; that of the box does not leave the component.
    listen(["scroll"], (event) => this.#heard(event.target, scrolled));
    box.addEventListener("scroll", () => this.#heard(box, scrolled), { passive: true, signal });
  }

  /** Pixels of the list above the window; negative where the list begins below its top. */
  get top(): number {
    return this.#edge() - this.#list.getBoundingClientRect().top;
  }

  /** Pixels of the window that show the list. */
  get height(): number {
    const bottom = Math.min(this.#port().getBoundingClientRect().bottom, window.innerHeight);
    return Math.max(0, bottom - this.#edge());
  }

  /** Width of the list and height of the window: with others every position has to be found anew. */
  get layout(): string {
    return `${this.#list.clientWidth} ${Math.round(this.height)}`;
  }

  /** Scroll the list so that `top` pixels of it are above the window. */
  scrollTo(top: number): void {
    const port = this.#port();
    port.scrollTop += top - this.top;
    this.#own = port.scrollTop;
  }

  /** What the reader did before does not count any more. */
  forgetInput(): void {
    this.#inputAt = -Infinity;
    this.#isHeld = false;
  }

  #edge(): number {
    const port = this.#port();
    return port.getBoundingClientRect().top + (port === this.#box ? 0 : this.#cover());
  }

  #port(): HTMLElement {
    return scrolls(this.#box) ? this.#box : pageOf(this.#box);
  }

  #input(event: Event): void {
    if (event.composedPath().includes(this.#port())) this.#inputAt = performance.now();
  }

  #heard(target: EventTarget | null, scrolled: (byReader: boolean) => void): void {
    const port = this.#port();
    if (target !== port || Math.abs(port.scrollTop - this.#own) < 1) return;
    this.#own = port.scrollTop;
    scrolled(this.#isHeld || performance.now() - this.#inputAt < HAND_MS);
  }
}

function scrolls(element: HTMLElement): boolean {
  return /auto|scroll/.test(getComputedStyle(element).overflowY);
}

/** The nearest ancestor that scrolls, through the borders of components. */
function pageOf(element: HTMLElement): HTMLElement {
  let at: HTMLElement | null = element;
  while (at) {
    const root: Node = at.getRootNode();
    at = at.parentElement ?? (root instanceof ShadowRoot ? (root.host as HTMLElement) : null);
    if (at && scrolls(at)) return at;
  }
  return document.documentElement;
}
