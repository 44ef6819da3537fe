import { expect, test } from "vitest";
import {
  described,
  measuresOf,
  nearest,
  nextLate,
  scaleOf,
  summedUp,
} from "../../../lib/ui/listening/transcript_player/src/latencies.ts";
import { turn } from "./samples.ts";

const OBJECTIVES = { ttftMs: 1200, turnMs: 2500 };
const TURNS = [
  turn(0, 0),
  turn(1, 1000, { ttftMs: 1200, latencyMs: 2500 }),
  turn(2, 4000, { ttftMs: 1201 }),
  turn(3, 9000, { latencyMs: 2501 }),
  turn(4, 12_000, { ttftMs: 10, latencyMs: 20 }),
];
const MEASURES = measuresOf(TURNS, OBJECTIVES);

test("turns that were measured are late beyond their objective, not at it", () => {
  expect(MEASURES.map(({ index }) => index)).toEqual([1, 2, 3, 4]);
  expect(MEASURES.map((m) => [m.lateTtft, m.lateTurn])).toEqual([
    [false, false],
    [true, false],
    [false, true],
    [false, false],
  ]);
  expect(summedUp(MEASURES)).toBe("2 of 4 measured turns late");
  expect(summedUp(MEASURES.slice(0, 1))).toBe("1 measured turn, none late");
});

test("a measure in words names what was late", () => {
  expect(MEASURES.slice(0, 3).map(described)).toEqual([
    "0:01 · first token 1.20 s · full turn 2.50 s",
    "0:04 · first token 1.20 s (late)",
    "0:09 · full turn 2.50 s (late)",
  ]);
});

test("both objectives are inside the scale, and so is the worst turn", () => {
  expect(scaleOf(MEASURES.slice(3), OBJECTIVES)).toBeGreaterThan(2500);
  expect(
    scaleOf(measuresOf([turn(0, 0, { ttftMs: 9000 })], OBJECTIVES), OBJECTIVES),
  ).toBeGreaterThan(9000);
});

test("a click finds the nearest measure, keys the late ones", () => {
  expect([0, 3000, 99_999].map((ms) => nearest(MEASURES, ms))).toEqual([0, 1, 3]);
  expect(nearest([], 5)).toBe(-1);
  expect([nextLate(MEASURES, 0, 1), nextLate(MEASURES, 2, 1)]).toEqual([1, -1]);
  expect([nextLate(MEASURES, 3, -1), nextLate(MEASURES, 1, -1)]).toEqual([2, -1]);
});
