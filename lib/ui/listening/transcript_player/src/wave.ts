/** The waveform: wavesurfer.js draws it from peaks; the engine owns the sound. */
import WaveSurfer from "wavesurfer.js";
import { clock } from "../../../parts/figures.ts";
import type { Lanes } from "./lanes.ts";

const LANE_HEIGHT = 34;

interface Colours {
  user: string;
  assistant: string;
  userPlayed: string;
  assistantPlayed: string;
  cursor: string;
}

export class Wave {
  readonly #host: HTMLElement;
  readonly #seek: (ms: number) => void;
  readonly #observer: MutationObserver;
  #surfer: WaveSurfer | null = null;
  #lanes: Lanes | null = null;
  #durationMs = 0;
  #positionMs = 0;
  #drawn = "";

  constructor(host: HTMLElement, seek: (ms: number) => void) {
    this.#host = host;
    this.#seek = seek;
    host.tabIndex = 0;
    host.setAttribute("role", "slider");
    host.setAttribute("aria-label", "Position in the session");
    host.setAttribute("aria-valuemin", "0");
    host.addEventListener("keydown", (event) => this.#keydown(event));
    // A change of theme reaches the page as new styles on the root element.
    this.#observer = new MutationObserver(() => this.#recolour());
    this.#observer.observe(document.head, { childList: true, subtree: true, characterData: true });
  }

  draw(lanes: Lanes, durationMs: number): void {
    this.#lanes = lanes;
    this.#durationMs = durationMs;
    this.#host.setAttribute("aria-valuemax", String(Math.round(durationMs / 1000)));
    this.#redraw();
  }

  /** Without anything to play there is no waveform. */
  setShown(shown: boolean): void {
    this.#host.hidden = !shown;
  }

  setPosition(ms: number): void {
    this.#positionMs = ms;
    this.#surfer?.setTime(ms / 1000);
    this.#host.setAttribute("aria-valuenow", String(Math.round(ms / 1000)));
    this.#host.setAttribute("aria-valuetext", `${clock(ms)} of ${clock(this.#durationMs)}`);
  }

  destroy(): void {
    this.#observer.disconnect();
    this.#surfer?.destroy();
  }

  #redraw(): void {
    if (!this.#lanes) return;
    const colours = coloursOf(this.#host);
    this.#drawn = JSON.stringify(colours);
    this.#surfer?.destroy();
    this.#surfer = WaveSurfer.create({
      container: this.#host,
      height: matchMedia("(max-height: 34rem)").matches ? LANE_HEIGHT / 2 : LANE_HEIGHT,
      peaks: [this.#lanes.user, this.#lanes.assistant],
      duration: Math.max(0.001, this.#durationMs / 1000),
      maxPeak: 1,
      barWidth: 2,
      barGap: 1,
      barRadius: 2,
      cursorColor: colours.cursor,
      cursorWidth: 2,
      hideScrollbar: true,
      interact: true,
      dragToSeek: true,
      splitChannels: [
        { waveColor: colours.user, progressColor: colours.userPlayed },
        { waveColor: colours.assistant, progressColor: colours.assistantPlayed },
      ],
    });
    this.#surfer.on("interaction", (seconds) => this.#seek(seconds * 1000));
    // It loads later, even what it is given, and begins at 0 then.
    this.#surfer.on("ready", () => this.setPosition(this.#positionMs));
    this.setPosition(this.#positionMs);
  }

  #recolour(): void {
    if (this.#lanes && JSON.stringify(coloursOf(this.#host)) !== this.#drawn) this.#redraw();
  }

  #keydown(event: KeyboardEvent): void {
    const steps: Record<string, number> = {
      ArrowLeft: -5000,
      ArrowRight: 5000,
      PageDown: -30000,
      PageUp: 30000,
      Home: -Infinity,
      End: Infinity,
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    this.#seek(Math.min(Math.max(0, this.#positionMs + step), this.#durationMs));
  }
}

function coloursOf(host: HTMLElement): Colours {
  const styles = getComputedStyle(host);
  const read = (name: string) => styles.getPropertyValue(name).trim();
  return {
    user: read("--lane-user"),
    assistant: read("--lane-assistant"),
    userPlayed: read("--lane-user-played"),
    assistantPlayed: read("--lane-assistant-played"),
    cursor: read("--lane-cursor"),
  };
}
