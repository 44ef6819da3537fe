/** One player sounds at a time, over all tabs of this browser. */

const CHANNEL = "earshot.player";

export class Solo {
  readonly #channel = new BroadcastChannel(CHANNEL);
  readonly #id = crypto.randomUUID();

  constructor(pause: () => void) {
    this.#channel.addEventListener("message", (event: MessageEvent<unknown>) => {
      if (event.data !== this.#id) pause();
    });
  }

  /** Tell the others that this player begins to sound. */
  claim(): void {
    this.#channel.postMessage(this.#id);
  }

  destroy(): void {
    this.#channel.close();
  }
}
