/** The overlay that lists the keys. */
import { element } from "../../../parts/dom.ts";
import { HELP } from "./keys.ts";

/** What there is to do at the moment; keys without a use are not listed. */
export interface Uses {
  audio: boolean;
  review: boolean;
  next: boolean;
}

export class Help {
  readonly root = element("dialog", { class: "help", "aria-label": "Keyboard" });
  readonly #list = element("dl");
  readonly #close = element("button", { type: "button" }, "Close");

  constructor() {
    this.#close.addEventListener("click", () => this.close());
    this.root.append(element("h2", {}, "Keyboard"), this.#list, this.#close);
  }

  toggle(uses: Uses): void {
    if (this.root.open) return this.close();
    this.#list.replaceChildren();
    for (const row of HELP) {
      if (row.needs && !uses[row.needs]) continue;
      this.#list.append(element("dt", {}, row.keys), element("dd", {}, row.does));
    }
    this.root.showModal();
  }

  close(): void {
    if (!this.root.open) return;
    // The hidden button would keep the focus, and with it the next key, until the next frame.
    this.#close.blur();
    this.root.close();
  }
}
