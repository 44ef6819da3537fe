/** A list of records with real links. All cells are text nodes: nothing in them is interpreted. */
import { takeMove } from "../../places.ts";
import { addressOf, visit } from "../../visit.ts";
import { drawCell } from "./cells.ts";
import type { Cell } from "./cells.ts";
import { listenToKeys } from "./keys.ts";
import { Selection } from "./selection.ts";
import type { Action } from "./selection.ts";

interface Row {
  /** Names the row in an action. */
  id: string;
  /** Page and parameters that the row opens; null for rows without a page of their own. */
  path: string | null;
  params: Record<string, string>;
  cells: Cell[];
}

interface ColumnData {
  label: string;
  number: boolean;
  /** Hidden on narrow screens. */
  minor: boolean;
  /** What the heading asks for when it is pressed; empty for a column by which nothing is sorted. */
  sort: string;
  /** How the list is sorted by this column now. */
  sorted: "ascending" | "descending" | null;
}

interface TableData {
  label: string;
  columns: ColumnData[];
  rows: Row[];
  /** Actions on selected rows; without any, rows cannot be selected. */
  actions: Action[];
}

interface Mount {
  data: TableData;
  parentElement: HTMLElement | ShadowRoot;
  setTriggerValue: (name: string, value: unknown) => void;
}

/** The link that was followed last from each address. */
const opened = new Map<string, string>();

/** The selection is kept when a table is redrawn. */
const selections = new WeakMap<HTMLElement | ShadowRoot, Set<string>>();

export default function mount({ data, parentElement, setTriggerValue }: Mount): () => void {
  const kept = selections.get(parentElement) ?? new Set<string>();
  selections.set(parentElement, kept);
  const frame = document.createElement("div");
  frame.className = "records";
  const table = document.createElement("table");
  const selection =
    data.actions.length === 0
      ? null
      : new Selection(data.rows, kept, data.actions, (name, ids) =>
          setTriggerValue("action", { name, ids }),
        );
  const sort = (name: string) => setTriggerValue("sort", name);
  table.append(caption(data.label), head(data, selection, sort), body(data, selection));
  // Only this scrolls: the bar of actions then sticks to the window, not to the table's own frame.
  const scroll = document.createElement("div");
  scroll.className = "scroll";
  scroll.append(table);
  frame.append(scroll);
  if (selection) frame.append(selection.bar);
  listenToKeys(frame, selection);
  for (const old of parentElement.querySelectorAll(".records")) old.remove();
  parentElement.append(frame);
  focusOpened(frame);
  return () => frame.remove();
}

/** Who comes back goes on from the row that they opened. */
function focusOpened(frame: HTMLElement): void {
  const address = opened.get(location.href);
  const row = [...frame.querySelectorAll("a")].find(({ href }) => href === address);
  if (row && takeMove("traverse")) row.focus({ preventScroll: true });
}

function caption(label: string): HTMLElement {
  const made = document.createElement("caption");
  made.textContent = label;
  return made;
}

function head(
  { columns }: TableData,
  selection: Selection | null,
  sort: (name: string) => void,
): HTMLElement {
  const made = document.createElement("thead");
  const line = made.insertRow();
  if (selection) {
    const place = document.createElement("th");
    place.className = "select";
    place.append(selection.everything);
    line.append(place);
  }
  columns.forEach((column, index) => {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.className = classOf(column, index);
    if (column.sorted) cell.ariaSort = column.sorted;
    cell.append(column.sort ? sortButton(column, sort) : column.label);
    line.append(cell);
  });
  return made;
}

function sortButton(
  { label, sort: name, sorted }: ColumnData,
  sort: (name: string) => void,
): HTMLElement {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = label;
  made.title = `Sort: ${name}`;
  const mark = document.createElement("span");
  mark.ariaHidden = "true";
  mark.textContent = { ascending: " ↑", descending: " ↓", none: " ↕" }[sorted ?? "none"];
  made.append(mark);
  made.addEventListener("click", () => sort(name));
  return made;
}

function body({ rows, columns }: TableData, selection: Selection | null): HTMLElement {
  const made = document.createElement("tbody");
  for (const row of rows) {
    const line = made.insertRow();
    if (selection) {
      const place = line.insertCell();
      place.className = "select";
      place.append(selection.boxOf(row.id, row.cells[0]?.text ?? ""));
      selection.show(row.id, line);
    }
    row.cells.forEach((cell, index) => {
      const place = line.insertCell();
      place.className = classOf(columns[index], index);
      const label = columns[index]?.label ?? "";
      if (index > 0 && label) place.dataset["label"] = label;
      const content = drawCell(cell);
      const { path, params } = row;
      place.append(index === 0 && path !== null ? link(path, params, content) : content);
    });
  }
  return made;
}

function classOf(column: ColumnData | undefined, index: number): string {
  const names = [column?.number && "number", column?.minor && "minor", index === 0 && "first"];
  return names.filter(Boolean).join(" ");
}

function link(path: string, params: Row["params"], content: HTMLElement): HTMLElement {
  const made = document.createElement("a");
  made.href = addressOf(path, params);
  made.append(content);
  made.addEventListener("click", (event) => {
    // Only a plain click is handled here; the browser handles all others (new tab, for example).
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) {
      return;
    }
    event.preventDefault();
    made.classList.add("opening");
    opened.set(location.href, made.href);
    visit(path, params);
  });
  return made;
}
