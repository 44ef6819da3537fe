/** The selection of rows, and the toolbar with its actions. */

export interface Action {
  name: string;
  label: string;
}

type Do = (name: string, ids: string[]) => void;

export class Selection {
  /** Checkbox in the heading: selects all rows of this page, or none. */
  readonly everything: HTMLInputElement;
  /** Toolbar below the list while rows are selected. */
  readonly bar: HTMLElement;
  private readonly ids: string[];
  private readonly kept: Set<string>;
  private readonly boxes = new Map<string, HTMLInputElement>();
  private readonly lines = new Map<string, HTMLElement>();
  private readonly count: HTMLElement;
  private last: string | null = null;

  /** @param kept - selected ids; ids that are no longer shown are removed. */
  constructor(rows: readonly { id: string }[], kept: Set<string>, actions: Action[], act: Do) {
    this.ids = rows.map(({ id }) => id);
    this.kept = kept;
    for (const id of [...kept]) if (!this.ids.includes(id)) kept.delete(id);
    this.everything = box("Select all on this page");
    this.everything.addEventListener("change", () => {
      for (const id of this.ids) this.set(id, this.everything.checked);
      this.draw();
    });
    this.count = document.createElement("span");
    this.count.setAttribute("role", "status");
    this.bar = document.createElement("div");
    this.bar.className = "bar";
    this.bar.setAttribute("role", "toolbar");
    this.bar.ariaLabel = "Selected rows";
    this.bar.append(this.count);
    for (const { name, label } of actions) {
      this.bar.append(button(label, () => act(name, this.selected())));
    }
    this.bar.append(button("Clear", () => this.clear()));
    this.draw();
  }

  /** The selected rows, in the order of the list. */
  selected(): string[] {
    return this.ids.filter((id) => this.kept.has(id));
  }

  boxOf(id: string, name: string): HTMLInputElement {
    const made = box(`Select ${name}`);
    made.addEventListener("click", (event) => {
      if (event.shiftKey) this.extendTo(id);
      else this.toggle(id);
    });
    this.boxes.set(id, made);
    return made;
  }

  /** Set the element of a row. */
  show(id: string, line: HTMLElement): void {
    line.dataset["id"] = id;
    this.lines.set(id, line);
    this.draw();
  }

  toggle(id: string): void {
    this.set(id, !this.kept.has(id));
    this.last = id;
    this.draw();
  }

  /** Select all rows between the last chosen one and this one. */
  extendTo(id: string): void {
    const from = this.ids.indexOf(this.last ?? id);
    const to = this.ids.indexOf(id);
    const range = this.ids.slice(Math.min(from, to), Math.max(from, to) + 1);
    for (const between of range) this.set(between, true);
    this.last = id;
    this.draw();
  }

  clear(): void {
    this.kept.clear();
    this.last = null;
    this.draw();
  }

  private set(id: string, isSelected: boolean): void {
    if (isSelected) this.kept.add(id);
    else this.kept.delete(id);
  }

  private draw(): void {
    for (const [id, made] of this.boxes) made.checked = this.kept.has(id);
    for (const [id, line] of this.lines) line.classList.toggle("selected", this.kept.has(id));
    const number = this.kept.size;
    this.everything.checked = number > 0 && number === this.ids.length;
    this.everything.indeterminate = number > 0 && number < this.ids.length;
    this.count.textContent = `${number} selected`;
    this.bar.hidden = number === 0;
  }
}

function box(label: string): HTMLInputElement {
  const made = document.createElement("input");
  made.type = "checkbox";
  made.ariaLabel = label;
  return made;
}

function button(label: string, press: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = label;
  made.addEventListener("click", press);
  return made;
}
