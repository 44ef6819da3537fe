/** Keyboard for a list: arrows, Home and End move, `x` selects, Escape clears. */
import type { Selection } from "./selection.ts";

export function listenToKeys(frame: HTMLElement, selection: Selection | null): void {
  frame.addEventListener("keydown", (event) => {
    const line = (event.target as HTMLElement).closest("tr");
    if (!line || event.ctrlKey || event.metaKey || event.altKey) return;
    const id = line.dataset["id"];
    if (event.key === "x" && selection && id !== undefined) selection.toggle(id);
    else if (event.key === "Escape" && selection) selection.clear();
    else if (!move(frame, line, event, selection)) return;
    event.preventDefault();
  });
}

/** Move the focus to another row's link; with shift, select the rows in between. */
function move(
  frame: HTMLElement,
  line: HTMLElement,
  { key, shiftKey }: KeyboardEvent,
  selection: Selection | null,
): boolean {
  const lines = [...frame.querySelectorAll<HTMLElement>("tbody tr:has(a)")];
  const at = lines.indexOf(line);
  const steps: Record<string, number> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    Home: 0,
    End: lines.length - 1,
  };
  const wanted = steps[key];
  if (wanted === undefined) return false;
  const target = lines[wanted];
  if (!target) return true;
  const from = line.dataset["id"];
  const to = target.dataset["id"];
  if (shiftKey && selection && from !== undefined && to !== undefined) {
    selection.extendTo(from);
    selection.extendTo(to);
  }
  target.querySelector("a")?.focus();
  return true;
}
