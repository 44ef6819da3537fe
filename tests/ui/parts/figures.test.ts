import { expect, test } from "vitest";
import * as figures from "../../../lib/ui/parts/figures.ts";
import cases from "../../product/figures.json" with { type: "json" };

test.each(Object.entries(figures))("%s is written as Python writes it", (name, figure) => {
  const table = cases[name as keyof typeof cases] as [number, string][];
  expect(table.map(([value]) => [value, figure(value)])).toEqual(table);
});
