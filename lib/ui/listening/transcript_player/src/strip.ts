/** The latency strip below the waveform: every measured turn as a bar, objectives drawn in. */
import { element } from "../../../parts/dom.ts";
import { latency } from "../../../parts/figures.ts";
import { described, measuresOf, nearest, nextLate, scaleOf, summedUp } from "./latencies.ts";
import type { Measure } from "./latencies.ts";
import type { Objectives, Turn } from "./types.ts";

const SVG = "http://www.w3.org/2000/svg";
/** The drawing's own units; it is stretched over the width of the room. */
const WIDTH = 1000;
const HEIGHT = 100;

export class Strip {
  readonly root = element("div", { class: "latency" });
  readonly #plot = element("div", { class: "plot", tabindex: "0", role: "slider" });
  readonly #summary = element("span", { class: "summary" });
  readonly #tip = element("span", { class: "tip", "aria-hidden": "true" });
  readonly #cursor = element("span", { class: "cursor", "aria-hidden": "true" });
  readonly #choose: (turn: number) => void;
  #measures: readonly Measure[] = [];
  #durationMs = 1;
  #at = 0;

  constructor(choose: (turn: number) => void) {
    this.#choose = choose;
    this.#plot.setAttribute("aria-label", "Latency by turn");
    this.#plot.addEventListener("keydown", (event) => this.#keydown(event));
    this.#plot.addEventListener("click", (event) => this.#go(this.#under(event)));
    this.#plot.addEventListener("pointermove", (event) => this.#hover(event));
    this.#plot.addEventListener("pointerleave", () => (this.#tip.hidden = true));
    this.#tip.hidden = true;
  }

  /** Draw the turns on the session's time axis; without any measure there is no strip. */
  draw(turns: readonly Turn[], durationMs: number, objectives: Objectives): void {
    this.#measures = measuresOf(turns, objectives);
    this.#durationMs = Math.max(1, durationMs, turns.at(-1)?.startMs ?? 0);
    this.root.hidden = this.#measures.length === 0;
    if (this.root.hidden) return;
    this.#summary.textContent = summedUp(this.#measures);
    this.#plot.setAttribute("aria-valuemin", "1");
    this.#plot.setAttribute("aria-valuemax", String(this.#measures.length));
    this.#plot.replaceChildren(this.#drawing(objectives), this.#cursor, this.#tip);
    this.root.replaceChildren(this.#legend(objectives), this.#plot);
    this.#place(0);
  }

  /** Mark the measure of the lit turn, or of the last one before it. */
  setTurn(index: number): void {
    if (this.#measures.length === 0) return;
    const after = this.#measures.findIndex((measure) => measure.index > index);
    this.#place(Math.max(0, (after < 0 ? this.#measures.length : after) - 1));
  }

  #legend({ ttftMs, turnMs }: Objectives): HTMLElement {
    const head = element("div", { class: "legend" });
    head.append(
      element("span", { class: "name" }, "Latency"),
      element("span", { class: "key of-ttft" }, `first token, objective ${latency(ttftMs)}`),
      element("span", { class: "key of-turn" }, `full turn, objective ${latency(turnMs)}`),
      this.#summary,
    );
    return head;
  }

  #drawing({ ttftMs, turnMs }: Objectives): SVGSVGElement {
    const top = scaleOf(this.#measures, { ttftMs, turnMs });
    const x = (ms: number) => round((ms / this.#durationMs) * WIDTH);
    const y = (ms: number) => round(HEIGHT - (ms / top) * HEIGHT);
    const bars = (late: boolean) =>
      this.#measures
        .filter((m) => m.turnMs !== null && m.lateTurn === late)
        .map((m) => `M${x(m.startMs)} ${HEIGHT}V${y(m.turnMs ?? 0)}`);
    const marks = (late: boolean) =>
      this.#measures
        .filter((m) => m.ttftMs !== null && m.lateTtft === late)
        .map((m) => `M${x(m.startMs)} ${HEIGHT}V${y(m.ttftMs ?? 0)}`);
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("aria-hidden", "true");
    // One path per kind, however long the session.
    svg.append(
      path("objective", [`M0 ${y(ttftMs)}H${WIDTH}`, `M0 ${y(turnMs)}H${WIDTH}`]),
      path("turns", bars(false)),
      path("turns late", bars(true)),
      path("ttfts", marks(false)),
      path("ttfts late", marks(true)),
    );
    return svg;
  }

  #keydown(event: KeyboardEvent): void {
    const late = (by: 1 | -1) => nextLate(this.#measures, this.#at, by);
    const last = this.#measures.length - 1;
    const targets: Record<string, () => number> = {
      ArrowLeft: () => Math.max(0, this.#at - 1),
      ArrowDown: () => Math.max(0, this.#at - 1),
      ArrowRight: () => Math.min(last, this.#at + 1),
      ArrowUp: () => Math.min(last, this.#at + 1),
      PageUp: () => late(-1),
      PageDown: () => late(1),
      Home: () => 0,
      End: () => last,
    };
    const target = targets[event.key]?.();
    if (target === undefined) return;
    event.preventDefault();
    this.#go(target);
  }

  #go(at: number): void {
    const measure = this.#measures[at];
    if (!measure) return;
    this.#choose(measure.index);
    this.#place(at);
  }

  #place(at: number): void {
    const measure = this.#measures[at];
    if (!measure) return;
    this.#at = at;
    this.#cursor.style.left = `${this.#percent(measure)}%`;
    this.#plot.setAttribute("aria-valuenow", String(at + 1));
    this.#plot.setAttribute("aria-valuetext", described(measure));
  }

  #hover(event: PointerEvent): void {
    const measure = this.#measures[this.#under(event)];
    if (!measure) return;
    const percent = this.#percent(measure);
    this.#tip.hidden = false;
    this.#tip.textContent = described(measure);
    this.#tip.classList.toggle("left", percent > 50);
    this.#tip.style.left = `${percent}%`;
  }

  #under(event: MouseEvent): number {
    const box = this.#plot.getBoundingClientRect();
    const part = (event.clientX - box.left) / Math.max(1, box.width);
    return nearest(this.#measures, part * this.#durationMs);
  }

  #percent(measure: Measure): number {
    return (measure.startMs / this.#durationMs) * 100;
  }
}

function path(name: string, lines: readonly string[]): SVGPathElement {
  const drawn = document.createElementNS(SVG, "path");
  drawn.setAttribute("class", name);
  drawn.setAttribute("d", lines.join(""));
  drawn.setAttribute("vector-effect", "non-scaling-stroke");
  return drawn;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
