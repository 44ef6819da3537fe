/** The line that says what is wrong with the sound, or something in passing. */
import { element } from "../../../parts/dom.ts";

/** A passing word, for instance that the link was copied, stays this long. */
const FLASH_MS = 4000;

export class NoticeLine {
  readonly root = element("p", { class: "notice", role: "status" });
  #lasting = "";
  #passing = "";
  #timer = 0;

  /** Say what holds for now; null for nothing. */
  say(sentence: string | null): void {
    this.#lasting = sentence ?? "";
    this.#show();
  }

  /** Say something in passing. */
  mention(sentence: string): void {
    window.clearTimeout(this.#timer);
    this.#passing = sentence;
    this.#timer = window.setTimeout(() => {
      this.#passing = "";
      this.#show();
    }, FLASH_MS);
    this.#show();
  }

  destroy(): void {
    window.clearTimeout(this.#timer);
  }

  #show(): void {
    const said = this.#passing || this.#lasting;
    if (this.root.textContent !== said) this.root.textContent = said;
  }
}
