/** The transcript: a windowed list that keeps the lit turn in view. */
import { element } from "../../../parts/dom.ts";
import { RowHeights, estimateHeight } from "./rows.ts";
import { drawTurn } from "./turn.ts";
import type { RowContext } from "./turn.ts";
import type { Turn } from "./types.ts";
import { Viewport } from "./viewport.ts";

/** Rows that come into the document are measured and may bring others; this often at once. */
const MOST_PASSES = 8;
/** A lit turn nearer to the edges of the window than this is brought into view, in pixels. */
const MARGIN = { top: 24, bottom: 48 };

/** After the reader scrolls, the list stays where they put it until they ask for "Follow". */
export class Transcript {
  readonly #list = element("div");
  readonly #above = element("div", { "aria-hidden": "true" });
  readonly #rows = element("div", { role: "list", "aria-label": "Transcript" });
  readonly #below = element("div", { "aria-hidden": "true" });
  readonly #drawn = new Map<number, HTMLElement>();
  readonly #ended = new AbortController();
  readonly #viewport: Viewport;
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
  /** The row that keeps its place while others are measured, and its distance from the top. */
  #anchor: { row: number; from: number } | null = null;
  #layout = "";

  constructor(box: HTMLElement, cover: () => number, followChanged: (following: boolean) => void) {
    this.#followChanged = followChanged;
    this.#list.append(this.#above, this.#rows, this.#below);
    box.append(this.#list);
    const { signal } = this.#ended;
    this.#viewport = new Viewport(box, this.#list, cover, (by) => this.#scrolled(by), signal);
    this.#resized = new ResizeObserver(() => this.#schedule());
    this.#resized.observe(box);
    // What is unfolded takes more room. The event does not bubble.
    this.#rows.addEventListener("toggle", () => this.#schedule(), true);
    this.#rows.addEventListener("keydown", (event) => this.#walk(event));
    window.addEventListener("resize", () => this.#schedule(), { signal });
  }

  show(turns: readonly Turn[], context: (turn: Turn) => RowContext): void {
    this.#turns = turns;
    this.#context = context;
    this.#heights = new RowHeights(turns.map((turn) => estimateHeight(turn.text)));
    this.redraw();
  }

  /** Draw the rows anew, because their context has changed. */
  redraw(): void {
    const giveFocusBack = this.#heldFocus();
    for (const row of this.#drawn.values()) row.remove();
    this.#drawn.clear();
    this.#draw();
    giveFocusBack();
  }

  /** Remember which control of a turn has the focus; its successor gets it when the rows are drawn anew. */
  #heldFocus(): () => void {
    const controls = "button, summary, a";
    const focused = (this.#rows.getRootNode() as Document | ShadowRoot).activeElement;
    const row = focused?.closest<HTMLElement>(".turn");
    if (!focused || !row || !this.#rows.contains(row)) return () => undefined;
    const index = Number(row.getAttribute("aria-posinset")) - 1;
    const place = [...row.querySelectorAll(controls)].indexOf(focused);
    return () => {
      const next = this.#drawn.get(index)?.querySelectorAll<HTMLElement>(controls)[place];
      next?.focus({ preventScroll: true });
    };
  }

  /** Light a turn. Once there was one, playback brings the next ones into view. */
  light(index: number): void {
    if (index === this.#lit) return;
    const isFirst = this.#lit < 0;
    this.#mark(this.#lit, false);
    this.#lit = index;
    this.#mark(index, true);
    if (this.#following && !isFirst) this.#bring();
    else this.#setTabStop();
  }

  /** Bring the lit turn into view and keep it there. */
  follow(): void {
    this.#viewport.forgetInput();
    this.#setFollowing(true);
    this.#bring();
  }

  destroy(): void {
    cancelAnimationFrame(this.#frame);
    this.#resized.disconnect();
    this.#ended.abort();
  }

  #bring(): void {
    this.#anchorLit();
    this.#draw();
  }

  /** Hold the lit turn: where it is if that is in view, otherwise in the upper part. */
  #anchorLit(): void {
    const { top, height } = this.#viewport;
    const from = this.#heights.top(this.#lit) - top;
    const isInView =
      from >= MARGIN.top && from + this.#heights.height(this.#lit) <= height - MARGIN.bottom;
    if (this.#lit >= 0) this.#anchor = { row: this.#lit, from: isInView ? from : height / 3 };
  }

  #scrolled(byReader: boolean): void {
    if (byReader) this.#setFollowing(false);
    // In a new layout the browser may have moved the list: then it goes back to its place.
    if (byReader || this.#layout === this.#viewport.layout) this.#dropAnchor();
    this.#schedule();
  }

  #dropAnchor(): void {
    const { top } = this.#viewport;
    const row = this.#heights.rowAt(Math.max(0, top));
    // Where the list begins in view, nothing above it can grow.
    this.#anchor = top <= 0 ? null : { row, from: this.#heights.top(row) - top };
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
    const { layout } = this.#viewport;
    if (layout !== this.#layout) {
      this.#layout = layout;
      if (this.#following && this.#anchor) this.#anchorLit();
    }
    for (let pass = 0; pass < MOST_PASSES; pass += 1) {
      const { from, to } = this.#window();
      this.#removeOutside(from, to);
      this.#addMissing(from, to);
      this.#above.style.height = `${this.#heights.top(from)}px`;
      this.#below.style.height = `${this.#heights.total - this.#heights.top(to)}px`;
      const isMeasured = this.#measure(from, to);
      this.#place();
      const now = this.#window();
      if (isMeasured && now.from >= from && now.to <= to) return this.#setTabStop();
    }
    this.#schedule();
  }

  /** The rows that belong into the document. */
  #window(): { from: number; to: number } {
    const { top, height } = this.#viewport;
    return this.#heights.visible(Math.max(0, top), Math.max(0, height + Math.min(0, top)));
  }

  /** Scroll to where the anchor has its distance from the top, as far as the list goes. */
  #place(): void {
    if (!this.#anchor) return;
    const { row, from } = this.#anchor;
    const wanted = this.#heights.top(row) - from;
    if (Math.abs(wanted - this.#viewport.top) >= 1) this.#viewport.scrollTo(wanted);
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

  /** Take the real heights; true if they were known. */
  #measure(from: number, to: number): boolean {
    let isKnown = true;
    for (let index = from; index < to; index += 1) {
      const height = this.#drawn.get(index)?.getBoundingClientRect().height ?? 0;
      if (height > 0 && this.#heights.measure(index, height) !== 0) isKnown = false;
    }
    return isKnown;
  }

  #mark(index: number, lit: boolean): void {
    const row = this.#drawn.get(index);
    if (!row) return;
    row.classList.toggle("lit", lit);
    if (lit) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }

  /** The Tab key reaches the lit turn, or the first one in view; arrows lead on from there. */
  #setTabStop(): void {
    const first = this.#heights.rowAt(Math.max(0, this.#viewport.top));
    const stop = this.#drawn.has(this.#lit) ? this.#lit : first;
    for (const [index, row] of this.#drawn) {
      for (const time of row.querySelectorAll<HTMLElement>(".time, summary")) {
        time.tabIndex = index === stop ? 0 : -1;
      }
    }
  }

  /** Up and Down lead from the button of one turn to that of its neighbour. */
  #walk(event: KeyboardEvent): void {
    const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (by === 0 || !(event.target instanceof Element)) return;
    const row = event.target.closest<HTMLElement>(".turn");
    const index = Number(row?.getAttribute("aria-posinset") ?? 0) - 1;
    const next = this.#drawn.get(index + by)?.querySelector<HTMLElement>(".time");
    if (!next) return;
    event.preventDefault();
    next.focus();
  }
}
