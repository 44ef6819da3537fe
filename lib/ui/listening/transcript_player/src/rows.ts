/** Which rows of a long transcript are on the page, with heights known only once seen. No DOM. */

/** Never more rows in the document than this, whatever the window. */
export const MOST_ROWS = 200;
/** Rows kept above and below what is visible. */
const OVERSCAN = 8;

/** Heights of all rows in pixels: estimated until measured. */
export class RowHeights {
  readonly #heights: Float64Array;
  readonly #tops: Float64Array;
  #stale = true;

  constructor(estimates: readonly number[]) {
    this.#heights = Float64Array.from(estimates);
    this.#tops = new Float64Array(estimates.length + 1);
  }

  get count(): number {
    return this.#heights.length;
  }

  /** Height of everything. */
  get total(): number {
    return this.top(this.count);
  }

  /** Distance of a row from the top of the list; of `count`, the whole height. */
  top(index: number): number {
    if (this.#stale) this.#sum();
    return this.#tops[Math.min(Math.max(index, 0), this.count)] ?? 0;
  }

  height(index: number): number {
    return this.#heights[index] ?? 0;
  }

  /** Replace an estimate by what the browser says. Returns the difference. */
  measure(index: number, height: number): number {
    const difference = height - this.height(index);
    if (Math.abs(difference) < 0.5) return 0;
    this.#heights[index] = height;
    this.#stale = true;
    return difference;
  }

  /** Row at a distance from the top. */
  rowAt(offset: number): number {
    if (this.#stale) this.#sum();
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#tops[middle + 1] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return Math.min(low, Math.max(0, this.count - 1));
  }

  /** Rows `[from, to)` that belong into the document for a scroll position. */
  visible(scrollTop: number, viewport: number): { from: number; to: number } {
    if (this.count === 0) return { from: 0, to: 0 };
    const from = Math.max(0, this.rowAt(scrollTop) - OVERSCAN);
    const to = Math.min(this.count, this.rowAt(scrollTop + viewport) + 1 + OVERSCAN);
    return { from, to: Math.min(to, from + MOST_ROWS) };
  }

  #sum(): void {
    let top = 0;
    for (let index = 0; index < this.count; index += 1) {
      this.#tops[index] = top;
      top += this.#heights[index] ?? 0;
    }
    this.#tops[this.count] = top;
    this.#stale = false;
  }
}

/** Guess of a row's height before it is drawn, from the length of its text. */
export function estimateHeight(text: string): number {
  const lines = Math.ceil(text.length / 90) + (text.match(/\n/g)?.length ?? 0);
  return 52 + 23 * Math.max(1, lines);
}
