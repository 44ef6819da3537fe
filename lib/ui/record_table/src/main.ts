/** A list of records with real links. All cells are text nodes: nothing in them is interpreted. */
import { addressOf, visit } from "../../shared/src/visit.ts";

type Tone = "good" | "warn" | "bad" | "muted" | "accent";

interface Cell {
  text: string;
  /** Second line, smaller. */
  note?: string;
  /** Tooltip, for instance the time in UTC. */
  title?: string;
  tone?: Tone;
  /** Drawn as a small label. */
  chip?: boolean;
  /** Initials in a circle before the text. */
  initials?: string;
  /** The text in pieces; those that were searched for are marked. */
  pieces?: { text: string; hit: boolean }[];
}

interface Row {
  /** Page and parameters that the row opens; null for rows without a page of their own. */
  path: string | null;
  params: Record<string, string>;
  cells: Cell[];
}

interface ColumnData {
  label: string;
  number: boolean;
  /** Left out where there is little room. */
  minor: boolean;
}

interface TableData {
  label: string;
  columns: ColumnData[];
  rows: Row[];
}

interface Mount {
  data: TableData;
  parentElement: HTMLElement | ShadowRoot;
}

export default function mount({ data, parentElement }: Mount): () => void {
  const table = document.createElement("table");
  table.append(caption(data.label), head(data), body(data));
  const frame = document.createElement("div");
  frame.className = "records";
  frame.append(table);
  for (const old of parentElement.querySelectorAll(".records")) old.remove();
  parentElement.append(frame);
  return () => frame.remove();
}

function caption(label: string): HTMLElement {
  const made = document.createElement("caption");
  made.textContent = label;
  return made;
}

function head({ columns }: TableData): HTMLElement {
  const made = document.createElement("thead");
  const line = made.insertRow();
  for (const column of columns) {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.textContent = column.label;
    cell.className = classOf(column);
    line.append(cell);
  }
  return made;
}

function body({ rows, columns }: TableData): HTMLElement {
  const made = document.createElement("tbody");
  for (const row of rows) {
    const line = made.insertRow();
    row.cells.forEach((cell, index) => {
      const place = line.insertCell();
      place.className = classOf(columns[index]);
      const content = drawCell(cell);
      const { path, params } = row;
      place.append(index === 0 && path !== null ? link(path, params, content) : content);
    });
  }
  return made;
}

function classOf(column: ColumnData | undefined): string {
  return [column?.number && "number", column?.minor && "minor"].filter(Boolean).join(" ");
}

function link(path: string, params: Row["params"], content: HTMLElement): HTMLElement {
  const made = document.createElement("a");
  made.href = addressOf(path, params);
  made.append(content);
  made.addEventListener("click", (event) => {
    // Only a plain click stays in this tab's session; all others are the browser's.
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) {
      return;
    }
    event.preventDefault();
    made.classList.add("opening");
    visit(path, params);
  });
  return made;
}

function drawCell(cell: Cell): HTMLElement {
  const made = span("cell", "");
  if (cell.initials !== undefined) {
    const circle = span("initials", cell.initials);
    circle.setAttribute("aria-hidden", "true");
    made.append(circle);
  }
  const texts = span("texts", "");
  const text = span(cell.chip ? "chip" : "text", cell.text);
  if (cell.pieces) text.replaceChildren(...cell.pieces.map(drawPiece));
  if (cell.tone) text.classList.add(cell.tone);
  if (cell.title) text.title = cell.title;
  texts.append(text);
  if (cell.note) texts.append(span("note", cell.note));
  made.append(texts);
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
