import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  endOf,
  inTimeOrder,
  isReordered,
  layOut,
  locate,
  loopOf,
  silenceEnd,
  turnAt,
} from "../../../lib/ui/listening/transcript_player/src/timeline.ts";
import { audio, turn } from "./samples.ts";

const turns = [turn(0, 0), turn(1, 2000), turn(2, 5000)];

describe("which recording sounds", () => {
  test("a recording of the session wins over those of turns", () => {
    const clips = layOut(turns, [audio(0), audio(null, { durationMs: 6000 }), audio(1)]);
    expect(clips).toMatchObject([
      { audioId: "whole", startMs: 0, durationMs: 6000, turn: null, mediaStartMs: 0 },
    ]);
  });

  test("a recording of the session that browsers cannot play leaves those of turns", () => {
    const clips = layOut(turns, [audio(null, { state: "download_only" }), audio(1)]);
    expect(clips.map((clip) => clip.audioId)).toEqual(["audio-1"]);
  });

  test("only recordings that are ready are played", () => {
    const items = [audio(0), audio(1, { state: "expired" }), audio(2, { state: "missing" })];
    expect(layOut(turns, items).map((clip) => clip.audioId)).toEqual(["audio-0"]);
  });

  test("a recording without a known length still has a place to start in", () => {
    const unknown = [turn(0, 0, { durationMs: null })];
    const clips = layOut(unknown, [audio(0, { durationMs: null })]);
    expect(locate(clips, 0)).toEqual({ index: 0, offsetMs: 0 });
  });

  test("a moment inside a clip gives the offset, one between clips the next clip", () => {
    const clips = layOut(turns, [audio(0), audio(1), audio(2)]);
    expect(locate(clips, 2500)).toEqual({ index: 1, offsetMs: 500 });
    expect(locate(clips, 3500)).toEqual({ next: 2 });
    expect(locate(clips, 6500)).toBeNull();
  });

  test("where two speak at once the later turn sounds", () => {
    const overlapping = [turn(0, 0, { durationMs: 3000 }), turn(1, 2000)];
    const clips = layOut(overlapping, [audio(0, { durationMs: 3000 }), audio(1)]);
    expect(locate(clips, 2100)).toEqual({ index: 1, offsetMs: 100 });
  });
});

describe("turns in any order", () => {
  test("they are put in the order of time, and of sequence where they begin together", () => {
    const stored = [turn(0, 0), turn(1, 9000), turn(2, 3000), turn(3, 3000)];
    expect(inTimeOrder(stored).map((item) => item.sequence)).toEqual([0, 2, 3, 1]);
    expect(isReordered(inTimeOrder(stored))).toBe(true);
    expect(isReordered(inTimeOrder(turns))).toBe(false);
    expect(isReordered([])).toBe(false);
  });

  test("clips come in the order of their starts, each once, and each can be gone to", () => {
    const starts = fc.array(fc.nat(50), { maxLength: 60 });
    fc.assert(
      fc.property(starts, fc.nat(20), (unsorted, length) => {
        const stored = unsorted.map((start, index) => turn(index, start * 100));
        const ordered = inTimeOrder(stored);
        const clips = layOut(
          ordered,
          stored.map((item) => audio(item.sequence, { durationMs: 1 + length * 100 })),
        );
        expect(clips.map((clip) => clip.turn)).toEqual(ordered.map((_, index) => index));
        expect(clips.map((clip) => clip.startMs)).toEqual(
          unsorted.map((start) => start * 100).sort((a, b) => a - b),
        );
        for (const clip of clips) {
          const place = locate(clips, clip.startMs);
          expect(place && "index" in place ? clips[place.index]?.startMs : null).toBe(clip.startMs);
        }
      }),
    );
  });

  test("a loop of a turn without a length ends where a later one begins, never at once", () => {
    const open = { durationMs: null };
    const together = [turn(0, 1000, open), turn(1, 1000, open), turn(2, 4000, open)];
    expect(loopOf(together, [], 0, 9000)).toEqual({ fromMs: 1000, toMs: 4000 });
    expect(loopOf(together, [], 2, 9000)).toEqual({ fromMs: 4000, toMs: 9000 });
    const clips = layOut(together, [audio(1, { durationMs: 700 })]);
    expect(loopOf(together, clips, 1, 9000)).toEqual({ fromMs: 1000, toMs: 1700 });
    expect(loopOf([], [], 0, 9000)).toBeNull();
  });
});

describe("which turn is lit", () => {
  test("the last one that has begun", () => {
    expect([-1, 0, 1999, 2000, 99_999].map((ms) => turnAt(turns, ms))).toEqual([-1, 0, 0, 1, 2]);
  });

  test("the same as by looking at every turn", () => {
    const starts = fc.array(fc.nat(100_000), { maxLength: 300 });
    fc.assert(
      fc.property(starts, fc.nat(110_000), (unsorted, ms) => {
        const list = inTimeOrder(unsorted.map((start, index) => turn(index, start)));
        expect(turnAt(list, ms)).toBe(list.findLastIndex((item) => item.startMs <= ms));
      }),
    );
  });
});

describe("what is skipped as silence", () => {
  const whole = [audio(null, { durationMs: 6000 })];

  test("pauses between turns while the recording is not analysed, with a margin", () => {
    const spans = layOut(turns, whole)[0]?.silences ?? [];
    expect(spans).toEqual([
      { fromMs: 1150, toMs: 1850 },
      { fromMs: 3150, toMs: 4850 },
    ]);
    expect(silenceEnd(spans, 1200)).toBe(1850);
    expect(silenceEnd(spans, 900)).toBeNull();
  });

  test("the silences found in the recording once it is analysed; short ones are speech", () => {
    const items = [
      audio(null, {
        durationMs: 6000,
        silences: [
          [100, 700],
          [3000, 4000],
        ],
      }),
    ];
    const spans = layOut(turns, items)[0]?.silences ?? [];
    expect(spans).toEqual([{ fromMs: 3150, toMs: 3850 }]);
  });

  test("nothing after a turn of unknown length", () => {
    const open = [turn(0, 0, { durationMs: null }), turn(1, 9000)];
    expect(layOut(open, whole)[0]?.silences).toEqual([]);
  });
});

describe("turns whose time nobody knows, and tools", () => {
  const untimed = turn(3, 9000, { timing: "none" });

  test("are neither lit by the sound nor looped, and do not make the session longer", () => {
    expect(turnAt([...turns, untimed], 9500)).toBe(2);
    expect(turnAt([untimed], 9500)).toBe(-1);
    expect(loopOf([untimed], [], 0, 9000)).toBeNull();
    expect(endOf([...turns, untimed])).toBe(endOf(turns));
  });

  test("a tool is heard by nobody: the pause around it can be skipped", () => {
    const asked = [turn(0, 0), turn(1, 1500, { speaker: "tool", durationMs: null })];
    const [clip] = layOut([...asked, turn(2, 9000)], [audio(null, { durationMs: 10_000 })]);
    expect(silenceEnd(clip?.silences ?? [], 5000)).toBe(8850);
  });
});
