/** The engine with a media element that plays in simulated time. */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Engine } from "../../../lib/ui/listening/transcript_player/src/engine.ts";
import {
  inTimeOrder,
  layOut,
  soundEnd,
} from "../../../lib/ui/listening/transcript_player/src/timeline.ts";
import type { Clip } from "../../../lib/ui/listening/transcript_player/src/timeline.ts";
import type { SignedUrl, Turn } from "../../../lib/ui/listening/transcript_player/src/types.ts";
import { UrlBook } from "../../../lib/ui/listening/transcript_player/src/urls.ts";
import { audio, turn } from "./samples.ts";

const STEP_MS = 20;

interface File {
  fromMs: number;
  lengthMs: number;
  /** Half a second from here cannot be decoded. */
  badMs?: number;
}

/** Plays what its `src` names; knows the real length and time stamps of each file. */
class FakeMedia extends EventTarget {
  readonly #files: ReadonlyMap<string, File>;
  #src = "";
  #ms = 0;
  readyState = 0;
  paused = true;
  ended = false;
  seeking = false;
  error: { code: number } | null = null;
  preload = "";
  playbackRate = 1;
  defaultPlaybackRate = 1;
  readonly buffered = { length: 0 };

  constructor(files: ReadonlyMap<string, File>) {
    super();
    this.#files = files;
  }

  get src(): string {
    return this.#src;
  }

  set src(value: string) {
    Object.assign(this, { readyState: 0, paused: true, ended: false, error: null });
    this.#src = value;
    this.#ms = 0;
  }

  get duration(): number {
    const file = this.#files.get(this.#src);
    return file && this.readyState > 0 ? (file.fromMs + file.lengthMs) / 1000 : NaN;
  }

  get currentTime(): number {
    return this.#ms / 1000;
  }

  set currentTime(seconds: number) {
    this.#ms = seconds * 1000;
    this.ended = false;
  }

  play(): Promise<void> {
    this.paused = false;
    return Promise.resolve();
  }

  pause(): void {
    this.paused = true;
  }

  load(): void {
    this.readyState = 0;
  }

  removeAttribute(): void {
    this.#src = "";
  }

  /** Let simulated time pass. Returns what sounded: file and position in it. */
  step(): { url: string; ms: number } | null {
    const file = this.#files.get(this.#src);
    if (!file || this.error) return null;
    if (this.readyState === 0) {
      this.readyState = 4;
      this.dispatchEvent(new Event("loadedmetadata"));
    }
    if (this.paused || this.ended) return null;
    const at = this.#ms - file.fromMs;
    if (file.badMs !== undefined && at >= file.badMs && at < file.badMs + 500) {
      this.error = { code: 3 };
      this.dispatchEvent(new Event("error"));
      return null;
    }
    this.#ms += STEP_MS;
    if (at + STEP_MS < file.lengthMs) return { url: this.#src, ms: at };
    this.#ms = file.fromMs + file.lengthMs;
    this.ended = true;
    this.dispatchEvent(new Event("ended"));
    return { url: this.#src, ms: at };
  }
}

function playThrough(turns: readonly Turn[], clips: readonly Clip[], badMs?: number) {
  const files = new Map<string, File>(
    clips.map((clip) => [
      `https://b/${clip.audioId}`,
      {
        fromMs: clip.mediaStartMs,
        lengthMs: clip.durationMs,
        ...(badMs === undefined ? {} : { badMs }),
      },
    ]),
  );
  const media = new FakeMedia(files);
  const urls = new UrlBook(
    () => undefined,
    () => performance.now(),
  );
  const signed: Record<string, SignedUrl> = {};
  const life = { expiresInMs: 1e9 };
  for (const { audioId } of clips) signed[audioId] = { url: `https://b/${audioId}`, ...life };
  urls.accept({ urls: signed, answer: 1 });
  const engine = new Engine(media as unknown as HTMLAudioElement, urls, () => undefined);
  engine.setScore({ clips, durationMs: soundEnd(clips) });
  const heard: { audioId: string; turn: number | null; ms: number; positionMs: number }[] = [];
  engine.play();
  for (let step = 0; step < 5000 && engine.wantsToPlay; step += 1) {
    const sound = media.step();
    vi.advanceTimersByTime(STEP_MS);
    if (!sound) continue;
    const { turn: lit, positionMs } = engine;
    heard.push({ audioId: sound.url.slice(10), turn: lit, ms: sound.ms, positionMs });
  }
  const { status } = engine;
  engine.destroy();
  return { heard, status, turns };
}

/** What sounded, without repetitions. */
function order(heard: readonly { audioId: string }[]): string[] {
  return heard.map((item) => item.audioId).filter((id, index, all) => id !== all[index - 1]);
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("window", Object.assign(new EventTarget(), { setInterval, clearInterval }));
  vi.stubGlobal("navigator", { onLine: true });
  vi.stubGlobal("HTMLMediaElement", { HAVE_METADATA: 1, HAVE_FUTURE_DATA: 3 });
  vi.stubGlobal("MediaError", { MEDIA_ERR_DECODE: 3 });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("a session that is played from its beginning", () => {
  test("every recording sounds once, in the order of time, and its turn is lit", () => {
    const stored = fc.array(
      fc.record({ start: fc.nat(30), length: fc.integer({ min: 1, max: 20 }) }),
      {
        minLength: 1,
        maxLength: 8,
      },
    );
    fc.assert(
      fc.property(stored, (made) => {
        const turns = inTimeOrder(made.map(({ start }, index) => turn(index, start * 100)));
        const items = made.map(({ length }, index) => audio(index, { durationMs: length * 100 }));
        const { heard, status } = playThrough(turns, layOut(turns, items));
        expect(status).toBe("ended");
        expect(order(heard)).toEqual(turns.map((item) => `audio-${item.sequence}`));
        for (const { audioId, turn: lit } of heard) {
          // At the very end of a recording the next one is already on its way.
          if (lit === null) continue;
          const sequence = turns[lit]?.sequence;
          const isNext = turns[lit - 1] && audioId === `audio-${turns[lit - 1]?.sequence}`;
          expect(audioId === `audio-${sequence}` || isNext).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("a question that was stored after its answer is lit while it sounds", () => {
    const turns = inTimeOrder([turn(0, 0), turn(1, 9000), turn(2, 3000)]);
    const clips = layOut(turns, [audio(0), audio(1), audio(2)]);
    const { heard } = playThrough(turns, clips);
    expect(order(heard)).toEqual(["audio-0", "audio-2", "audio-1"]);
  });

  test("a recording whose clock starts late is heard from its first sound, at the right time", () => {
    const turns = [turn(0, 2000)];
    const clips = layOut(turns, [audio(0, { mediaStartMs: 600_000, durationMs: 1000 })]);
    const { heard } = playThrough(turns, clips);
    expect(heard[0]?.ms).toBe(0);
    for (const { ms, positionMs } of heard.slice(1, -1)) {
      expect(Math.abs(positionMs - 2000 - ms)).toBeLessThanOrEqual(3 * STEP_MS);
    }
  });

  test("what cannot be decoded in the middle is passed over, and the rest is heard", () => {
    const turns = [turn(0, 0)];
    const clips = layOut(turns, [audio(0, { durationMs: 4000 })]);
    const { heard, status } = playThrough(turns, clips, 1500);
    expect(status).toBe("ended");
    expect(heard.some(({ ms }) => ms > 3000)).toBe(true);
  });
});
