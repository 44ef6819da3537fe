/** One row of the transcript. Whatever was said is put in as text, never as markup. */
import { element } from "../../../parts/dom.ts";
import { clock, count, dollars, latency } from "../../../parts/figures.ts";
import { hitsOf, marked, searchable } from "./finding.ts";
import { piecesOf } from "./masks.ts";
import { drawNotes } from "./notes.ts";
import { hasTime } from "./timeline.ts";
import type {
  AudioItem,
  AudioState,
  Note,
  Objectives,
  Speaker,
  Stages,
  ToolCall,
  Turn,
} from "./types.ts";

export interface RowContext {
  total: number;
  speakers: Record<Speaker, string>;
  objectives: Objectives;
  /** The turn's own recording; null when it has none. */
  audio: AudioItem | null;
  /** True when choosing the turn moves the sound. */
  playable: boolean;
  /** True when `[email]` and the like are masks, not words. */
  masked: boolean;
  /** Words that the reader looks for; empty for none. */
  words: string;
  notes: readonly Note[];
  /** Sequences of the tools that the reader has unfolded; rows come and go. */
  unfolded: Set<number>;
  choose: (index: number) => void;
  /** Go there and play, where something can be played. */
  play: (index: number) => void;
}

const WHY_SILENT: Record<Exclude<AudioState, "ready">, string> = {
  pending: "recording pending",
  expired: "recording expired",
  deleted: "recording erased",
  missing: "recording missing",
  corrupt: "recording unreadable",
  download_only: "browsers cannot play it",
};

const exact = (ms: number) => ({ shown: clock(ms), said: clock(ms), title: "" });
/** How each kind of time looks, and is read. */
const TIMES: Record<
  Turn["timing"],
  (ms: number) => { shown: string; said: string; title: string }
> = {
  measured: exact,
  vendor: exact,
  derived: (ms) => ({
    shown: `~${clock(ms)}`,
    said: `about ${clock(ms)}`,
    title: "Worked out from other times",
  }),
  none: () => ({ shown: "–", said: "time not known", title: "Nobody knows when this was" }),
};

export function drawTurn(index: number, turn: Turn, context: RowContext): HTMLElement {
  const name = context.speakers[turn.speaker];
  const number = count(index + 1);
  const time = element("button", { type: "button", class: `time ${turn.timing}`, tabindex: "-1" });
  const when = TIMES[turn.timing](turn.startMs);
  time.append(when.shown);
  if (when.title) time.title = when.title;
  const doing = context.playable && hasTime(turn) ? "play from here" : "go to this turn";
  time.setAttribute("aria-label", `${when.said}, turn ${number}, ${doing}`);
  time.addEventListener("click", (event) => {
    event.stopPropagation();
    context.play(index);
  });
  const place = element("div", { class: "when" }, time);
  place.append(element("span", { class: "number", "aria-hidden": "true" }, `#${number}`));
  const said = element("p", { class: "said", dir: "auto" });
  if (turn.language !== null) said.lang = turn.language;
  said.append(...textShown(turn.text, context));
  const head = element("div", { class: "head" }, element("span", { class: "who" }, name));
  const { audio } = context;
  if (audio !== null && audio.state !== "ready") {
    const codec = audio.state === "download_only" && audio.codec ? ` (${audio.codec})` : "";
    head.append(element("span", { class: "silent" }, `${WHY_SILENT[audio.state]}${codec}`));
  }
  if (turn.interrupted) head.append(element("span", { class: "interrupted" }, "interrupted"));
  const body = element("div", { class: "body" }, head);
  if (turn.text !== "" || turn.tool === null) body.append(said);
  if (turn.tool !== null) body.append(drawTool(turn, turn.tool, context));
  const facts = drawFacts(turn, context.objectives);
  if (facts) body.append(facts);
  if (context.notes.length > 0) body.append(drawNotes(context.notes));
  const row = element("div", { role: "listitem", class: `turn ${turn.speaker}` }, place, body);
  row.setAttribute("aria-setsize", String(context.total));
  row.setAttribute("aria-posinset", String(index + 1));
  row.addEventListener("click", (event) => {
    if (!isSelecting() && !inControl(event)) context.choose(index);
  });
  return row;
}

/** A call of a tool and its result, folded; unfolded where it has the words that are looked for. */
function drawTool(turn: Turn, tool: ToolCall, context: RowContext): HTMLElement {
  const state = tool.isError ? "failed" : tool.result === null ? "no result" : "";
  const took = tool.latencyMs === null ? "" : latency(tool.latencyMs);
  const facts = [took, state].filter((fact) => fact !== "").join(" · ");
  const summary = element("summary", { "data-control": "" });
  summary.append(...textShown(tool.name ?? "result of a tool", context));
  if (facts)
    summary.append(element("span", { class: tool.isError ? "late" : "took" }, ` ${facts}`));
  const details = element("details", { class: "tool" }, summary);
  const parts = [
    ["Arguments", tool.arguments, tool.argumentsCut],
    ["Result", tool.result, tool.resultCut],
  ] as const;
  for (const [name, text, isCut] of parts) {
    if (text === null) continue;
    const value = element("pre", { dir: "auto" });
    value.append(...textShown(text, context));
    const cut = isCut ? " (cut: it was longer than what is kept)" : "";
    details.append(element("p", { class: "name" }, `${name}${cut}`), value);
  }
  details.open =
    context.unfolded.has(turn.sequence) ||
    (context.words !== "" && hitsOf(searchable([turn]), context.words).length > 0);
  details.addEventListener("toggle", () => {
    if (details.open) context.unfolded.add(turn.sequence);
    else context.unfolded.delete(turn.sequence);
  });
  return details;
}

/** A text with what is masked, and what the reader looks for, made visible. */
function textShown(text: string, { masked, words }: RowContext): (Node | string)[] {
  const pieces = masked ? piecesOf(text) : [{ text, masked: null }];
  return pieces.flatMap((piece) =>
    piece.masked === null
      ? marksShown(piece.text, words)
      : [element("span", { class: "mask", title: `Masked: ${piece.masked}` }, piece.text)],
  );
}

function marksShown(text: string, words: string): (Node | string)[] {
  if (words === "") return [text];
  return marked(text, words).map((part) =>
    part.isHit ? element("mark", {}, part.text) : part.text,
  );
}

/** Reading with the mouse selects text; that is no wish to jump. */
function isSelecting(): boolean {
  const selection = document.getSelection();
  return selection !== null && !selection.isCollapsed && selection.toString() !== "";
}

function inControl(event: Event): boolean {
  return event.target instanceof Element && event.target.closest("[data-control]") !== null;
}

function drawFacts(turn: Turn, objectives: Objectives): HTMLElement | null {
  const facts: (Node | string)[] = [];
  if (turn.ttftMs !== null) facts.push(timing("first token", turn.ttftMs, objectives.ttftMs));
  if (turn.latencyMs !== null) facts.push(timing("full turn", turn.latencyMs, objectives.turnMs));
  for (const [name, ms] of stagesOf(turn)) facts.push(`${name} ${latency(ms)}`);
  if (turn.tokensIn !== null || turn.tokensOut !== null) {
    facts.push(`${tokens(turn.tokensIn)} → ${tokens(turn.tokensOut)} tokens`);
  }
  if (turn.cost !== null) facts.push(dollars(turn.cost));
  const model = [turn.provider, turn.modelId].filter(Boolean).join(" / ");
  if (model) facts.push(model);
  if (turn.requestId !== null) facts.push(copyButton(turn.requestId));
  if (facts.length === 0) return null;
  const items = facts.map((fact) => element("span", {}, fact));
  return element("div", { class: "facts" }, ...items);
}

const STAGES: Record<keyof Stages, string> = {
  endOfTurnMs: "end of turn",
  speechToTextMs: "speech to text",
  modelMs: "model",
  textToSpeechMs: "text to speech",
  toolMs: "tool",
};

function stagesOf({ stages }: Turn): [string, number][] {
  if (stages === null) return [];
  return (Object.keys(STAGES) as (keyof Stages)[]).flatMap((stage) => {
    const ms = stages[stage];
    return ms === null ? [] : [[STAGES[stage], ms]];
  });
}

function tokens(number: number | null): string {
  return number === null ? "–" : count(number);
}

function timing(what: string, ms: number, objectiveMs: number): HTMLElement {
  const late = ms > objectiveMs;
  const shown = element("span", late ? { class: "late" } : {}, `${what} ${latency(ms)}`);
  if (late) shown.title = `Over the objective of ${latency(objectiveMs)}`;
  return shown;
}

function copyButton(requestId: string): HTMLElement {
  const button = element("button", { type: "button", class: "copy", "data-control": "" });
  const characters = Array.from(new Intl.Segmenter().segment(requestId), (found) => found.segment);
  const isShort = characters.length <= 8;
  button.append(`request ${isShort ? requestId : `${characters.slice(0, 8).join("")}…`}`);
  button.title = `Copy request id ${requestId}`;
  button.addEventListener("click", () => {
    // There is none where the page has no https.
    const clipboard = navigator.clipboard as Clipboard | undefined;
    void clipboard?.writeText(requestId).then(() => {
      button.textContent = "request id copied";
    });
  });
  return button;
}
