/** The overlay that lists the keys. */
import { element } from "../../../parts/dom.ts";
import { HELP } from "./keys.ts";

/** What there is to do at the moment; keys without a use are not listed. */
export interface Uses {
  audio: boolean;
  review: boolean;
  next: boolean;
  /** Whether single keys are commands. */
  keys: boolean;
}

export class Help {
  readonly root = element("dialog", { class: "help", "aria-label": "Keyboard" });
  readonly #list = element("dl");
  readonly #close = element("button", { type: "button", autofocus: "" }, "Close");

  readonly #keys = element("input", { type: "checkbox" });

  /** @param setKeys switches single keys as commands on or off. */
  constructor(setKeys: (on: boolean) => void) {
    this.#keys.addEventListener("change", () => setKeys(this.#keys.checked));
    this.#close.addEventListener("click", () => this.close());
    const choice = element("label", {}, this.#keys, "Single keys are commands");
    this.root.append(element("h2", {}, "Keyboard"), this.#list, choice, this.#close);
  }

  toggle(uses: Uses): void {
    if (this.root.open) return this.close();
    this.#list.replaceChildren();
    for (const row of HELP) {
      if (row.needs && !uses[row.needs]) continue;
      this.#list.append(element("dt", {}, row.keys), element("dd", {}, row.does));
    }
    this.#keys.checked = uses.keys;
    this.root.showModal();
  }

  close(): void {
    if (!this.root.open) return;
    // What is hidden would keep the focus, and with it the next key, until the next frame.
    for (const control of [this.#close, this.#keys]) control.blur();
    this.root.close();
  }
}
