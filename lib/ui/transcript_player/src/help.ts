/** The overlay that lists the keys. */
import { element } from "./dom.ts";
import { HELP } from "./keys.ts";

export class Help {
  readonly root = element("dialog", { class: "help", "aria-label": "Keyboard" });

  constructor(needs: { audio: boolean; score: boolean; next: boolean }) {
    const list = element("dl");
    for (const row of HELP) {
      if (row.needs && !needs[row.needs]) continue;
      list.append(element("dt", {}, row.keys), element("dd", {}, row.does));
    }
    const close = element("button", { type: "button" }, "Close");
    close.addEventListener("click", () => this.root.close());
    this.root.append(element("h2", {}, "Keyboard"), list, close);
  }

  toggle(): void {
    if (this.root.open) this.root.close();
    else this.root.showModal();
  }

  close(): void {
    if (this.root.open) this.root.close();
  }
}
