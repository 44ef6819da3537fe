import { expect, test } from "vitest";
import { HELP, commandOf } from "../../../lib/ui/listening/transcript_player/src/keys.ts";
import {
  SPEEDS,
  nextSpeed,
  validSpeed,
} from "../../../lib/ui/listening/transcript_player/src/speed.ts";

function press(key: string, more = {}) {
  return commandOf({ key, ctrlKey: false, metaKey: false, altKey: false, repeat: false, ...more });
}

test("every key of the listening room has its command", () => {
  const named = [" ", "j", "k", "l", ",", ".", "n", "?"].map((key) => press(key)?.name);
  expect(named).toEqual(["toggle", "turn", "turn", "loop", "skip", "skip", "next", "help"]);
  expect(["1", "5", "c"].map((key) => press(key))).toEqual([
    { name: "digit", value: 1 },
    { name: "digit", value: 5 },
    { name: "comment" },
  ]);
});

test("keys with a modifier and keys without a meaning belong to the browser", () => {
  expect(press("j", { ctrlKey: true })).toBeNull();
  expect(press("l", { metaKey: true })).toBeNull();
  expect(["0", "6", "x", "Tab", "Enter"].map((key) => press(key))).toEqual(Array(5).fill(null));
});

test("holding the key of Submit down is one press", () => {
  expect(press("n", { repeat: true })).toBeNull();
  expect(press("j", { repeat: true })).toEqual({ name: "turn", by: 1 });
});

test("the help names every key once", () => {
  const keys = HELP.flatMap((row) => row.keys.split(/\s+/));
  expect(new Set(keys).size).toBe(keys.length);
  for (const key of ["space", "j", "k", "l", ",", ".", "n", "?"]) expect(keys).toContain(key);
});

test("speeds go up and down by steps from 0.5 to 3 and stay there", () => {
  expect([SPEEDS[0], SPEEDS.at(-1)]).toEqual([0.5, 3]);
  expect([nextSpeed(1, 1), nextSpeed(1, -1)]).toEqual([1.25, 0.75]);
  expect([nextSpeed(3, 1), nextSpeed(0.5, -1)]).toEqual([3, 0.5]);
});

test("a remembered speed that is not offered becomes 1", () => {
  expect([validSpeed(2), validSpeed(16), validSpeed("2"), validSpeed(undefined)]).toEqual([
    2, 1, 1, 1,
  ]);
});
