/** The media element and what is in it: one recording at a time, known by its id. */
import type { Clip } from "./timeline.ts";

/** Without progress for this long the source is taken for dead. */
const STALL_MS = 4000;

export class Source {
  readonly #media: HTMLAudioElement;
  #audioId: string | null = null;
  #movedAt = 0;
  #lastTime = -1;
  /** The recording as its analysis knows it: time stamp of the first sound, and length. */
  #known = { mediaStartMs: 0, durationMs: 0 };
  /** Where to be once the element knows its timeline, in milliseconds of the recording. */
  #wantedMs: number | null = null;

  constructor(media: HTMLAudioElement, signal: AbortSignal) {
    this.#media = media;
    media.preload = "auto";
    media.addEventListener("loadedmetadata", () => this.#place(), { signal });
  }

  get url(): string {
    return this.#media.src;
  }

  /** Milliseconds from the first sound of the recording. */
  get positionMs(): number {
    return Math.max(0, this.#media.currentTime * 1000 - this.#originMs);
  }

  /** True when bytes arrived that this browser cannot decode. */
  get cannotDecode(): boolean {
    return this.#media.error?.code === MediaError.MEDIA_ERR_DECODE;
  }

  /**
   * Where the first sound lies on the element's timeline. A cut-out of a stream keeps the stream's
   * time stamps; some browsers take them over, others count from zero. The length tells which.
   */
  get #originMs(): number {
    const { mediaStartMs, durationMs } = this.#known;
    const lengthMs = this.#media.duration * 1000;
    if (!Number.isFinite(lengthMs)) return mediaStartMs;
    const fromZero = Math.abs(lengthMs - durationMs);
    return Math.abs(lengthMs - durationMs - mediaStartMs) < fromZero ? mediaStartMs : 0;
  }

  /** True when this recording is in the element and has not failed. */
  has(audioId: string): boolean {
    return this.#audioId === audioId && !this.#media.error;
  }

  /** True when the element can play from a moment: it has the data, or its URL still fetches it. */
  reaches(audioId: string, ms: number, goodUrl: string | null): boolean {
    if (!this.has(audioId)) return false;
    const seconds = (this.#originMs + ms) / 1000;
    return goodUrl === this.#media.src || isWithin(this.#media.buffered, seconds);
  }

  /** True when all of the recording is here and no URL is needed for it any more. */
  get isWhole(): boolean {
    const { buffered, duration } = this.#media;
    const begin = this.#originMs / 1000 + 0.1;
    return buffered.length === 1 && buffered.start(0) < begin && buffered.end(0) > duration - 0.1;
  }

  open({ audioId, mediaStartMs, durationMs }: Clip, url: string): void {
    this.#media.src = url;
    this.#audioId = audioId;
    this.#known = { mediaStartMs, durationMs };
  }

  /** Forget the recording, so that it is opened anew even under the same id. */
  discard(): void {
    this.#audioId = null;
  }

  /** Play from a moment. `refused` is called when the browser wants a gesture of the reader. */
  play(ms: number, rate: number, refused: () => void): void {
    this.expectProgress();
    this.#wantedMs = ms;
    this.#place();
    this.setRate(rate);
    // Other refusals are told by the error event, or are the pause that the reader asked for.
    this.#media.play().catch((error: unknown) => {
      if (error instanceof DOMException && error.name === "NotAllowedError") refused();
    });
  }

  /** Go to the wanted moment; again once the element knows its timeline, if that is another. */
  #place(): void {
    if (this.#wantedMs === null) return;
    const seconds = (this.#originMs + this.#wantedMs) / 1000;
    if (this.#media.currentTime !== seconds) this.#media.currentTime = seconds;
    if (this.#media.readyState >= HTMLMediaElement.HAVE_METADATA) this.#wantedMs = null;
  }

  pause(): void {
    this.#media.pause();
  }

  /** Speeds keep the pitch: that is the browsers' default. */
  setRate(rate: number): void {
    this.#media.defaultPlaybackRate = rate;
    this.#media.playbackRate = rate;
  }

  /** True when sound came out since the last call. */
  hasMoved(now: number): boolean {
    const { currentTime, seeking, paused, readyState } = this.#media;
    const ready = readyState >= HTMLMediaElement.HAVE_FUTURE_DATA;
    if (currentTime === this.#lastTime || seeking || paused || !ready) return false;
    this.#lastTime = currentTime;
    this.#movedAt = now;
    return true;
  }

  /** True when it should sound, and has not for too long. An expired URL gets little patience. */
  isStuck(now: number, urlLifeMs: number): boolean {
    return now - this.#movedAt > (urlLifeMs > 0 ? STALL_MS : STALL_MS / 4);
  }

  expectProgress(): void {
    this.#movedAt = performance.now();
  }

  /** Headphones unplugged, another app took the sound: the browser pauses without being asked. */
  isPausedByBrowser(): boolean {
    const { paused, ended, seeking, error } = this.#media;
    return paused && !ended && !seeking && !error;
  }

  destroy(): void {
    this.#media.pause();
    this.#media.removeAttribute("src");
    this.#media.load();
  }
}

function isWithin(ranges: TimeRanges, seconds: number): boolean {
  for (let index = 0; index < ranges.length; index += 1) {
    if (ranges.start(index) <= seconds && seconds < ranges.end(index)) return true;
  }
  return false;
}
