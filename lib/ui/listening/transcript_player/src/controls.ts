/** The bar above the transcript: play, clock, speed, skip silence, loop, link, help. */
import { ICONS, element, icon, iconButton } from "../../../parts/dom.ts";
import { clock } from "../../../parts/figures.ts";
import type { Status } from "./engine.ts";
import { SPEEDS } from "./speed.ts";

export interface Actions {
  toggle: () => void;
  setSpeed: (speed: number) => void;
  setSkipSilence: (skip: boolean) => void;
  toggleLoop: () => void;
  copyLink: () => void;
  help: () => void;
  find: () => void;
  showReview: () => void;
  showTurns: () => void;
}

const PLAY_LABEL: Record<Status, string> = {
  paused: "Play",
  playing: "Pause",
  loading: "Pause",
  offline: "Pause",
  ended: "Play again",
  failed: "Try again",
};

export class Controls {
  readonly root: HTMLElement;
  readonly #play: HTMLButtonElement;
  readonly #clock = element("span", { class: "clock" });
  readonly #speed = element("select", { "aria-label": "Speed", title: "Speed" });
  readonly #skip: HTMLButtonElement;
  readonly #loop: HTMLButtonElement;
  readonly #link: HTMLButtonElement;
  /** Lead from the transcript to the review and back where one is below the other. */
  readonly #places = element("span", { class: "places" });
  #shown: Status | null = null;

  constructor(actions: Actions) {
    this.#play = iconButton("Play", ICONS.play, actions.toggle);
    this.#play.classList.add("play");
    for (const speed of SPEEDS) {
      this.#speed.append(element("option", { value: String(speed) }, `${speed}×`));
    }
    this.#speed.addEventListener("change", () => actions.setSpeed(Number(this.#speed.value)));
    this.#skip = iconButton("Skip silence", ICONS.skip, () =>
      actions.setSkipSilence(this.#skip.getAttribute("aria-pressed") !== "true"),
    );
    this.#loop = iconButton("Loop this turn", ICONS.loop, actions.toggleLoop);
    this.#link = iconButton("Copy link to this moment", ICONS.link, actions.copyLink);
    const help = iconButton("Keyboard help", ICONS.help, actions.help);
    const find = iconButton("Find in the transcript", ICONS.find, actions.find);
    const turns = element("button", { type: "button" }, "Transcript");
    turns.addEventListener("click", actions.showTurns);
    const review = element("button", { type: "button" }, "Review");
    review.addEventListener("click", actions.showReview);
    this.#places.append(turns, review);
    const rest = element("div", { class: "rest" }, this.#speed, this.#skip, this.#loop);
    rest.append(find, this.#link, help);
    this.root = element("div", { class: "bar", role: "group", "aria-label": "Player" });
    this.root.append(this.#play, this.#clock, this.#places, rest);
  }

  setReviewing(reviewing: boolean): void {
    this.#places.hidden = !reviewing;
  }

  /** Without anything to play only link and help remain. */
  setPlayable(playable: boolean): void {
    this.root.classList.toggle("mute", !playable);
  }

  setStatus(status: Status): void {
    if (status === this.#shown) return;
    this.#shown = status;
    const pausing = PLAY_LABEL[status] === "Pause";
    this.#play.replaceChildren(icon(pausing ? ICONS.pause : ICONS.play));
    this.#play.setAttribute("aria-label", PLAY_LABEL[status]);
    this.#play.title = PLAY_LABEL[status];
    this.#play.classList.toggle("busy", status === "loading");
  }

  setClock(positionMs: number, durationMs: number): void {
    const text = `${clock(positionMs)} / ${clock(durationMs)}`;
    if (this.#clock.textContent !== text) this.#clock.textContent = text;
  }

  setSpeed(speed: number): void {
    this.#speed.value = String(speed);
  }

  setSkipSilence(skip: boolean): void {
    this.#skip.setAttribute("aria-pressed", String(skip));
  }

  setLooping(looping: boolean): void {
    this.#loop.setAttribute("aria-pressed", String(looping));
  }
}
