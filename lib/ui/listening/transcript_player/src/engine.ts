/** Plays the session: one media element, moved from recording to recording along the timeline. */
import { Source } from "./source.ts";
import { locate, silenceEnd } from "./timeline.ts";
import type { Clip, Span } from "./timeline.ts";
import type { UrlBook } from "./urls.ts";

/** What the reader is told about playback. */
export type Status = "paused" | "playing" | "loading" | "ended" | "failed" | "offline";

export interface Score {
  clips: readonly Clip[];
  durationMs: number;
}

/** A stretch that is repeated. `turn` is an index. */
export interface Loop extends Span {
  turn: number;
}

/** Position is checked this often while playing; background tabs are throttled by the browser. */
const TICK_MS = 40;
/** Renewals of one recording without any progress before giving up. */
const MOST_RECOVERIES = 3;
/** Recordings whose URLs are asked for together: the one needed and those after it. */
const AHEAD = 6;
/** What cannot be decoded is passed over in a step of this length, then in twice as long ones. */
const DAMAGE_STEP_MS = 1000;

export class Engine {
  readonly #source: Source;
  readonly #urls: UrlBook;
  readonly #changed: () => void;
  readonly #ended = new AbortController();
  #score: Score = { clips: [], durationMs: 0 };
  #status: Status = "paused";
  #positionMs = 0;
  /** The clip that sounds, or would if it were not paused; -1 in a silence. */
  #clip = -1;
  /** The clip that a silence leads to. */
  #next = 0;
  #rate = 1;
  #skipSilence = false;
  #loop: Loop | null = null;
  #timer = 0;
  #lastTick = 0;
  #recoveries = 0;

  constructor(media: HTMLAudioElement, urls: UrlBook, changed: () => void) {
    const { signal } = this.#ended;
    this.#source = new Source(media, signal);
    this.#urls = urls;
    this.#changed = changed;
    media.addEventListener("error", () => this.#recover(), { signal });
    media.addEventListener("ended", () => this.#leaveClip(), { signal });
    media.addEventListener("pause", () => this.#pausedByBrowser(), { signal });
    window.addEventListener("online", () => this.#cameOnline(), { signal });
  }

  get status(): Status {
    return this.#status;
  }

  get positionMs(): number {
    return this.#positionMs;
  }

  /** Turn whose own recording sounds; null in a silence, and in a recording of the session. */
  get turn(): number | null {
    return this.#score.clips[this.#clip]?.turn ?? null;
  }

  get loop(): Loop | null {
    return this.#loop;
  }

  get wantsToPlay(): boolean {
    return this.#status === "playing" || this.#status === "loading" || this.#status === "offline";
  }

  setScore(score: Score): void {
    const sounding = this.#score.clips[this.#clip]?.audioId;
    this.#score = score;
    this.#clip = score.clips.findIndex((clip) => clip.audioId === sounding);
    // What should sound turned out to be lost: go on with what comes after it.
    if (sounding !== undefined && this.#clip < 0 && this.wantsToPlay) {
      if (score.clips.length === 0) this.pause();
      else this.#enter(this.#positionMs);
    } else if (this.#clip < 0 && this.#status === "playing") this.#enter(this.#positionMs);
  }

  setRate(rate: number): void {
    this.#rate = rate;
    this.#source.setRate(rate);
  }

  setSkipSilence(skip: boolean): void {
    this.#skipSilence = skip;
  }

  setLoop(loop: Loop | null): void {
    this.#loop = loop;
  }

  play(): void {
    if (this.#score.clips.length === 0) return;
    if (this.#status === "failed") {
      this.#recoveries = 0;
      this.#urls.reset();
    }
    if (this.#status === "ended") this.#positionMs = 0;
    this.#become("loading");
    this.#startTicking();
    this.#resume();
  }

  pause(): void {
    this.#become("paused");
    this.#stopTicking();
    this.#source.pause();
  }

  toggle(): void {
    if (this.wantsToPlay) this.pause();
    else this.play();
  }

  seek(ms: number): void {
    this.#positionMs = Math.min(Math.max(0, ms), this.#score.durationMs);
    this.#recoveries = 0;
    if (this.wantsToPlay) this.#enter(this.#positionMs);
    else {
      this.#clip = -1;
      this.#become("paused");
    }
  }

  /** Go to a moment of a turn: in its own recording if it has one, whatever else sounds then. */
  goTo(turn: number, ms: number): void {
    const own = this.#score.clips.findIndex((clip) => clip.turn === turn);
    const clip = this.#score.clips[own];
    if (!clip || ms < clip.startMs || ms >= clip.startMs + clip.durationMs) return this.seek(ms);
    this.#recoveries = 0;
    this.#clip = own;
    this.#positionMs = ms;
    if (this.wantsToPlay) this.#load(own, ms - clip.startMs);
    else this.#become("paused");
  }

  /** Python sent URLs: go on where playback waited for one. */
  urlsArrived(): void {
    if (this.#status === "loading" || this.#status === "offline") this.#resume();
  }

  destroy(): void {
    this.#stopTicking();
    this.#ended.abort();
    this.#source.destroy();
  }

  /** Go on where playback was, in the same recording. */
  #resume(): void {
    const clip = this.#score.clips[this.#clip];
    if (clip) this.#load(this.#clip, this.#positionMs - clip.startMs);
    else this.#enter(this.#positionMs);
  }

  /** Go to a moment: into the recording that sounds then, or into the silence before the next. */
  #enter(ms: number): void {
    const place = locate(this.#score.clips, ms);
    if (place === null) {
      this.#finish();
    } else if ("next" in place) {
      this.#rest(place.next);
    } else {
      this.#load(place.index, place.offsetMs);
    }
  }

  /** Be silent until the time of a clip has come. */
  #rest(next: number): void {
    this.#clip = -1;
    this.#next = next;
    this.#source.pause();
    this.#become("playing");
  }

  #load(index: number, offsetMs: number): void {
    const clip = this.#score.clips[index];
    if (!clip) return;
    this.#clip = index;
    this.#positionMs = clip.startMs + offsetMs;
    const url = this.#urls.get(clip.audioId);
    if (!this.#source.reaches(clip.audioId, offsetMs, url)) {
      if (url === null) return this.#waitFor(index);
      this.#source.open(clip, url);
      this.#become("loading");
    }
    this.#source.play(offsetMs, this.#rate, () => this.pause());
    this.#askAhead(index);
  }

  #waitFor(index: number): void {
    this.#source.pause();
    this.#become(navigator.onLine ? "loading" : "offline");
    this.#askAhead(index);
  }

  /** Ask for the URLs that are missing now or soon, before playback runs into the gap. */
  #askAhead(index: number): void {
    const soon = this.#score.clips.slice(index, index + AHEAD).map((clip) => clip.audioId);
    const missing = soon.filter((id) => this.#urls.get(id) === null);
    const first = soon[0];
    const urgent = first !== undefined && missing.includes(first);
    // Not one by one: wait until half of what lies ahead is missing, unless needed at once.
    if (urgent || missing.length >= Math.min(soon.length, AHEAD / 2)) this.#urls.ask(missing);
  }

  #tick(): void {
    const now = performance.now();
    const elapsed = now - this.#lastTick;
    this.#lastTick = now;
    const clip = this.#score.clips[this.#clip];
    if (!clip) this.#tickSilence(elapsed);
    else if (this.#source.has(clip.audioId)) this.#tickClip(clip, now);
    else this.#waitForUrl();
    this.#changed();
  }

  #waitForUrl(): void {
    if (!navigator.onLine) this.#become("offline");
    else if (this.#urls.silent) this.#fail();
    else this.#askAhead(this.#clip);
  }

  #tickSilence(elapsed: number): void {
    const next = this.#score.clips[this.#next];
    if (!next) return this.#finish();
    this.#askAhead(this.#next);
    this.#positionMs = this.#skipSilence ? next.startMs : this.#positionMs + elapsed * this.#rate;
    if (this.#loop && this.#positionMs >= this.#loop.toMs) return this.#rewind();
    if (this.#positionMs >= next.startMs) this.#load(this.#next, 0);
  }

  #tickClip(clip: Clip, now: number): void {
    if (this.#source.hasMoved(now)) {
      this.#recoveries = 0;
      this.#positionMs = clip.startMs + this.#source.positionMs;
      this.#become("playing");
    } else if (this.#source.isStuck(now, this.#lifeOfSource(clip))) {
      return this.#recover();
    }
    // A new URL is at hand before the old one ends: the next range, or a seek, needs it at once.
    if (this.#urls.get(clip.audioId) === null && !this.#source.isWhole) this.#askAhead(this.#clip);
    const ms = this.#positionMs;
    if (this.#loop && ms >= this.#loop.toMs) return this.#rewind();
    const quietUntil = this.#skipSilence ? silenceEnd(clip.silences, ms) : null;
    if (quietUntil !== null && this.#loop === null) {
      this.#load(this.#clip, quietUntil - clip.startMs);
    }
  }

  /** Back to the beginning of the loop, into the recording of its turn. */
  #rewind(): void {
    if (this.#loop) this.goTo(this.#loop.turn, this.#loop.fromMs);
  }

  /** Life left of the URL that is in the element; a newer one in the book does not count. */
  #lifeOfSource({ audioId }: Clip): number {
    return this.#source.url === this.#urls.get(audioId) ? this.#urls.lifeLeft(audioId) : 0;
  }

  /** The recording ended: the next one starts at once if its time has come, else after a silence. */
  #leaveClip(): void {
    const clip = this.#score.clips[this.#clip];
    if (!clip || !this.wantsToPlay) return;
    const endMs = clip.startMs + clip.durationMs;
    if (this.#loop && endMs >= this.#loop.toMs - TICK_MS) return this.#rewind();
    const following = this.#clip + 1;
    const next = this.#score.clips[following];
    if (!next) return this.#finish();
    if (next.startMs <= endMs || this.#skipSilence) return this.#load(following, 0);
    this.#positionMs = endMs;
    this.#rest(following);
  }

  /** The source died (expired, refused, stalled): ask for a new URL and go on from here. */
  #recover(): void {
    const clip = this.#score.clips[this.#clip];
    if (!clip || !this.wantsToPlay) return;
    if (this.#source.cannotDecode) return this.#passOver(clip);
    if (this.#recoveries >= MOST_RECOVERIES) return this.#fail();
    this.#recoveries += 1;
    // A URL that has just been issued is used once more only if it was not the one that failed.
    if (this.#source.url === this.#urls.get(clip.audioId)) this.#urls.drop(clip.audioId);
    this.#source.discard();
    this.#load(this.#clip, this.#positionMs - clip.startMs);
  }

  /** The bytes are damaged here: go on behind, further and further until something sounds. */
  #passOver(clip: Clip): void {
    const offsetMs = this.#positionMs - clip.startMs + DAMAGE_STEP_MS * 2 ** this.#recoveries;
    this.#recoveries += 1;
    this.#source.discard();
    if (offsetMs >= clip.durationMs) this.#leaveClip();
    else this.#load(this.#clip, offsetMs);
  }

  #fail(): void {
    this.#become("failed");
    this.#stopTicking();
    this.#source.pause();
  }

  #finish(): void {
    this.#positionMs = this.#score.durationMs;
    this.#clip = -1;
    this.#become("ended");
    this.#stopTicking();
    this.#source.pause();
  }

  #pausedByBrowser(): void {
    const sounding = this.#status === "playing" && this.#clip >= 0;
    if (sounding && this.#source.isPausedByBrowser()) this.pause();
  }

  /** Go on; what failed without a network says nothing about the one that is back. */
  #cameOnline(): void {
    if (this.#status !== "offline") return;
    this.#recoveries = 0;
    this.#urls.reset();
    this.play();
  }

  #become(status: Status): void {
    if (status === this.#status) return;
    this.#status = status;
    this.#changed();
  }

  #startTicking(): void {
    this.#lastTick = performance.now();
    this.#source.expectProgress();
    if (this.#timer === 0) this.#timer = window.setInterval(() => this.#tick(), TICK_MS);
  }

  #stopTicking(): void {
    window.clearInterval(this.#timer);
    this.#timer = 0;
  }
}
