import fc from "fast-check";
import { expect, test } from "vitest";
import {
  hitsOf,
  marked,
  nextHit,
  searchable,
} from "../../../lib/ui/listening/transcript_player/src/finding.ts";
import { turn } from "./samples.ts";

function turns(...texts: string[]) {
  return texts.map((text, index) => ({ ...turn(index, index * 1000), text }));
}

test("a turn is found if it has every word, the last one by its beginning", () => {
  const said = turns("A refund, please", "The order", "refund of the order", "refunds");
  expect(hitsOf(searchable(said), "Refund")).toEqual([0, 2, 3]);
  expect(hitsOf(searchable(said), "refund ord")).toEqual([2]);
  expect(hitsOf(searchable(said), " … ")).toEqual([]);
});

test("a tool is found by what it was called, asked and answered", () => {
  const tool = {
    ...{ name: "find_parcel", arguments: '{"town":"Bern"}', result: "delivered" },
    ...{ isError: false, latencyMs: null, argumentsCut: false, resultCut: false },
  };
  const searched = searchable([turn(0, 0, { speaker: "tool", text: "", tool })]);
  for (const words of ["parcel", "bern", "deliv"]) expect(hitsOf(searched, words)).toEqual([0]);
});

test("a marked text is the text again, with the words marked whole", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.string({ maxLength: 8 }), (text, words) => {
      expect(
        marked(text, words)
          .map((part) => part.text)
          .join(""),
      ).toBe(text);
    }),
  );
  const hits = marked("Refunds, refund and Größe", "gröss refund").filter(({ isHit }) => isHit);
  expect(hits.map(({ text }) => text)).toEqual(["Refunds", "refund"]);
});

test("one goes from hit to hit and round at the ends", () => {
  expect([-1, 3, 5, 9].map((from) => nextHit([3, 9], from, 1))).toEqual([3, 9, 9, 3]);
  expect([-1, 3, 5, 9].map((from) => nextHit([3, 9], from, -1))).toEqual([9, 9, 3, 3]);
  expect(nextHit([], 2, 1)).toBe(-1);
});
