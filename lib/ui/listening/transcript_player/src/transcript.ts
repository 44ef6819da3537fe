/** The transcript: a windowed list that keeps the lit turn in view. */
import { element } from "../../../parts/dom.ts";
import { RowHeights, estimateHeight } from "./rows.ts";
import { drawTurn } from "./turn.ts";
import type { RowContext } from "./turn.ts";
import type { Turn } from "./types.ts";

/** After the reader scrolls, the list stays where they put it until they ask for "Follow". */
export class Transcript {
  readonly #scroller: HTMLElement;
  readonly #above = element("div", { "aria-hidden": "true" });
  readonly #rows = element("div", { role: "list", "aria-label": "Transcript" });
  readonly #below = element("div", { "aria-hidden": "true" });
  readonly #drawn = new Map<number, HTMLElement>();
  readonly #resized: ResizeObserver;
  readonly #followChanged: (following: boolean) => void;
  #turns: readonly Turn[] = [];
  #context: (turn: Turn) => RowContext = () => {
    throw new Error("show() comes first");
  };
  #heights = new RowHeights([]);
  #lit = -1;
  #following = true;
  #frame = 0;
  /** Scroll position that this list set itself; other positions come from the reader. */
  #ownScroll = 0;

  constructor(scroller: HTMLElement, followChanged: (following: boolean) => void) {
    this.#scroller = scroller;
    this.#followChanged = followChanged;
    scroller.append(this.#above, this.#rows, this.#below);
    scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.#resized = new ResizeObserver(() => this.#schedule());
    this.#resized.observe(scroller);
  }

  show(turns: readonly Turn[], context: (turn: Turn) => RowContext): void {
    this.#turns = turns;
    this.#context = context;
    this.#heights = new RowHeights(turns.map((turn) => estimateHeight(turn.text)));
    for (const row of this.#drawn.values()) row.remove();
    this.#drawn.clear();
    this.#draw();
  }

  /** Light a turn; with `following`, bring it into view. */
  light(index: number): void {
    if (index === this.#lit) return;
    this.#mark(this.#lit, false);
    this.#lit = index;
    this.#mark(index, true);
    if (this.#following) this.#bring(index);
  }

  follow(): void {
    this.#setFollowing(true);
    this.#bring(this.#lit);
  }

  destroy(): void {
    cancelAnimationFrame(this.#frame);
    this.#resized.disconnect();
  }

  #bring(index: number): void {
    if (index < 0 || index >= this.#turns.length) return;
    const viewport = this.#scroller.clientHeight;
    const top = this.#heights.top(index);
    const bottom = top + this.#heights.height(index);
    const from = this.#scroller.scrollTop;
    if (top >= from + 24 && bottom <= from + viewport - 48) return;
    this.#scrollTo(top - viewport / 3);
    this.#draw();
    // Rows near the target are measured only now; land exactly.
    this.#scrollTo(this.#heights.top(index) - viewport / 3);
    this.#schedule();
  }

  #scrollTo(top: number): void {
    this.#scroller.scrollTop = top;
    this.#ownScroll = this.#scroller.scrollTop;
  }

  #scrolled(): void {
    if (Math.abs(this.#scroller.scrollTop - this.#ownScroll) > 2) this.#setFollowing(false);
    this.#ownScroll = this.#scroller.scrollTop;
    this.#schedule();
  }

  #setFollowing(following: boolean): void {
    if (following === this.#following) return;
    this.#following = following;
    this.#followChanged(following);
  }

  #schedule(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw(): void {
    const { from, to } = this.#heights.visible(
      this.#scroller.scrollTop,
      this.#scroller.clientHeight,
    );
    this.#removeOutside(from, to);
    this.#addMissing(from, to);
    this.#measure(from, to);
    this.#above.style.height = `${this.#heights.top(from)}px`;
    this.#below.style.height = `${this.#heights.total - this.#heights.top(to)}px`;
  }

  #removeOutside(from: number, to: number): void {
    for (const [index, row] of this.#drawn) {
      if (index >= from && index < to) continue;
      row.remove();
      this.#drawn.delete(index);
    }
  }

  #addMissing(from: number, to: number): void {
    let after: HTMLElement | null = null;
    for (let index = from; index < to; index += 1) {
      let row = this.#drawn.get(index);
      const turn = this.#turns[index];
      if (!row && turn) {
        row = drawTurn(index, turn, this.#context(turn));
        this.#drawn.set(index, row);
        if (after) after.after(row);
        else this.#rows.prepend(row);
        this.#mark(index, index === this.#lit);
      }
      after = row ?? after;
    }
  }

  /** Take the real heights; what grew above the window must not move what is being read. */
  #measure(from: number, to: number): void {
    const anchor = this.#heights.rowAt(this.#scroller.scrollTop);
    const before = this.#heights.top(anchor);
    const measured: [number, number][] = [];
    for (let index = from; index < to; index += 1) {
      const row = this.#drawn.get(index);
      if (row) measured.push([index, row.getBoundingClientRect().height]);
    }
    let changed = false;
    for (const [index, height] of measured) {
      if (height > 0) changed = this.#heights.measure(index, height) !== 0 || changed;
    }
    if (!changed) return;
    const moved = this.#heights.top(anchor) - before;
    this.#above.style.height = `${this.#heights.top(from)}px`;
    this.#below.style.height = `${this.#heights.total - this.#heights.top(to)}px`;
    if (Math.abs(moved) >= 1) this.#scrollTo(this.#scroller.scrollTop + moved);
    this.#schedule();
  }

  #mark(index: number, lit: boolean): void {
    const row = this.#drawn.get(index);
    if (!row) return;
    row.classList.toggle("lit", lit);
    if (lit) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
}
