import fc from "fast-check";
import { expect, test } from "vitest";
import {
  MOST_ROWS,
  RowHeights,
  estimateHeight,
} from "../../../lib/ui/listening/transcript_player/src/rows.ts";

const heights = fc.array(fc.integer({ min: 1, max: 4000 }), { minLength: 1, maxLength: 3000 });

test("the row at a distance is the one whose edges enclose it", () => {
  fc.assert(
    fc.property(heights, fc.double({ min: 0, max: 0.999, noNaN: true }), (list, part) => {
      const rows = new RowHeights(list);
      const offset = part * rows.total;
      const row = rows.rowAt(offset);
      expect(rows.top(row)).toBeLessThanOrEqual(offset);
      expect(rows.top(row + 1)).toBeGreaterThan(offset);
    }),
  );
});

test("whatever is in view is in the document, and never more rows than the limit", () => {
  fc.assert(
    fc.property(
      heights,
      fc.nat(200_000),
      fc.integer({ min: 100, max: 2000 }),
      (list, top, view) => {
        const rows = new RowHeights(list);
        const { from, to } = rows.visible(top, view);
        expect(to - from).toBeLessThanOrEqual(MOST_ROWS);
        expect(from).toBeLessThanOrEqual(rows.rowAt(top));
        if (to - from < MOST_ROWS) expect(to).toBeGreaterThan(rows.rowAt(top + view));
      },
    ),
  );
});

test("a measured row moves all rows below it by the difference", () => {
  const rows = new RowHeights([50, 50, 50]);
  expect(rows.measure(0, 80)).toBe(30);
  expect([rows.top(1), rows.total]).toEqual([80, 180]);
  expect(rows.measure(0, 80)).toBe(0);
});

test("a transcript without turns has no rows", () => {
  expect(new RowHeights([]).visible(0, 500)).toEqual({ from: 0, to: 0 });
});

test("long texts are guessed higher than short ones", () => {
  expect(estimateHeight("a".repeat(900))).toBeGreaterThan(estimateHeight("a"));
  expect(estimateHeight("a\nb\nc")).toBeGreaterThan(estimateHeight("abc"));
});
