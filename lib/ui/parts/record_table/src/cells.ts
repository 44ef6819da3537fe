/** One cell of a list, drawn from text nodes. */

export type Tone = "good" | "warn" | "bad" | "muted" | "accent";

export interface Cell {
  text: string;
  /** Second line, smaller. */
  note?: string;
  /** Tooltip, for instance the time in UTC. */
  title?: string;
  tone?: Tone;
  /** Drawn as a small label. */
  chip?: boolean;
  /** Small labels beside the text. */
  chips?: { text: string; tone: Tone }[];
  /** Initials in a circle before the text. */
  initials?: string;
  /** The text in pieces; matches of the search are marked. */
  pieces?: { text: string; hit: boolean }[];
}

export function drawCell(cell: Cell): HTMLElement {
  const made = span("cell", "");
  if (cell.initials !== undefined) {
    const circle = span("initials", cell.initials);
    circle.setAttribute("aria-hidden", "true");
    made.append(circle);
  }
  const texts = span("texts", "");
  const text = span(cell.chip ? "chip" : "text", cell.text);
  if (cell.pieces) {
    text.replaceChildren(...cell.pieces.map(drawPiece));
    text.dataset["pieces"] = "";
  }
  if (cell.tone) text.classList.add(cell.tone);
  if (cell.title) text.title = cell.title;
  texts.append(text);
  if (cell.note) texts.append(span("note", cell.note));
  if (cell.chips) texts.append(labels(cell.chips));
  made.append(texts);
  return made;
}

function labels(chips: NonNullable<Cell["chips"]>): HTMLElement {
  const made = span("chips", "");
  made.title = chips.map(({ text }) => text).join(", ");
  for (const { text, tone } of chips) {
    made.append(span(`chip ${tone}`, text));
  }
  return made;
}

function drawPiece({ text, hit }: { text: string; hit: boolean }): Node {
  if (!hit) return document.createTextNode(text);
  const mark = document.createElement("mark");
  mark.textContent = text;
  return mark;
}

function span(className: string, text: string): HTMLElement {
  const made = document.createElement("span");
  made.className = className;
  made.dir = "auto";
  made.textContent = text;
  return made;
}
