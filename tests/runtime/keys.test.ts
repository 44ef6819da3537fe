import { compareValues, convexToJson, type Value } from "convex/values";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeId, IdMaker, tableNumberOf } from "../../local/runtime/ids.ts";
import { encodeKey, successor } from "../../local/runtime/keys.ts";
import type { Json } from "../../local/runtime/values.ts";
import { measure, pointFloats } from "../../local/runtime/wire.ts";
import { getConvexSize } from "convex/values";
import { value } from "./arbitraries.ts";

const RUNS = { numRuns: Number(process.env["EARSHOT_PROPERTY_RUNS"] ?? 2_000) };

function wire(item: Value | undefined): Json | undefined {
  return item === undefined ? undefined : convexToJson(item);
}

const field = fc.option(value, { nil: undefined, freq: 8 });

describe("keys", () => {
  test("sort like Convex compares values", () => {
    const property = fc.property(field, field, (a, b) => {
      const keys = Buffer.compare(encodeKey([wire(a)]), encodeKey([wire(b)]));
      expect(keys).toBe(Math.sign(compareValues(a, b)));
    });
    fc.assert(property, RUNS);
  });

  test("of several fields sort field by field", () => {
    const tuple = fc.tuple(field, field, field);
    const property = fc.property(tuple, tuple, (a, b) => {
      const order = a.map((item, i) => compareValues(item, b[i])).find((sign) => sign !== 0) ?? 0;
      expect(Buffer.compare(encodeKey(a.map(wire)), encodeKey(b.map(wire)))).toBe(Math.sign(order));
    });
    fc.assert(property, RUNS);
  });

  test("with a prefix of fields are exactly those below the prefix's successor", () => {
    const property = fc.property(field, field, field, (first, second, other) => {
      const prefix = encodeKey([wire(first)]);
      const end = successor(prefix)!;
      const key = encodeKey([wire(other), wire(second)]);
      const inside = Buffer.compare(key, prefix) >= 0 && Buffer.compare(key, end) < 0;
      expect(inside).toBe(compareValues(first, other) === 0);
    });
    fc.assert(property, { ...RUNS, examples: [["", undefined, "\0"]] });
  });
});

describe("values", () => {
  test("are measured as Convex measures them", () => {
    const property = fc.property(value, (item) => {
      expect(measure(wire(item)!).size).toBe(getConvexSize(item));
    });
    fc.assert(property, RUNS);
  });

  test("keep their meaning when floats are printed with a point", () => {
    const property = fc.property(value, (item) => {
      const text = pointFloats(JSON.stringify(wire(item)));
      expect(JSON.parse(text)).toEqual(wire(item));
      expect(text.replace(/"(?:[^"\\]|\\.)*"/g, "")).not.toMatch(/(?<![\d.eE+-])-?\d+(?![\d.eE])/);
    });
    fc.assert(property, RUNS);
  });
});

describe("ids", () => {
  test("are spelled as the Convex backend spells them", () => {
    const internal = Buffer.alloc(16, 251);
    for (let i = 1; i < 16; i += 1) internal[i] = (internal[i - 1]! * 251) & 0xff;
    expect(encodeId(1017, internal)).toBe("z43zp6c3e75gkmz1kfwj6mbbx5sw281h");
  });

  test("name their table", () => {
    const ids = new IdMaker();
    const property = fc.property(fc.integer({ min: 1, max: 2 ** 31 - 1 }), (table) => {
      expect(tableNumberOf(encodeId(table, ids.next(Date.now())))).toBe(table);
    });
    fc.assert(property, RUNS);
  });

  test("with a changed, missing or added letter are no ids", () => {
    const id = encodeId(10_001, new IdMaker().next(Date.now()));
    for (let i = 0; i < id.length; i += 1) {
      const other = id[i] === "0" ? "1" : "0";
      expect(tableNumberOf(id.slice(0, i) + other + id.slice(i + 1))).toBeNull();
    }
    for (const text of ["", id.slice(1), `${id}0`, id.toUpperCase(), `${id.slice(0, -1)}é`]) {
      expect(tableNumberOf(text)).toBeNull();
    }
    fc.assert(fc.property(fc.string({ maxLength: 40 }), (text) => tableNumberOf(text) === null));
  });
});
