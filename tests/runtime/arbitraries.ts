/** Generated Convex values that find the corners of the value order. */

import type { Value } from "convex/values";
import fc from "fast-check";

const SPECIAL_FLOATS = [0, -0, NaN, Infinity, -Infinity, 5e-324, -5e-324, 1, -1, 2 ** 53];

const float = fc.oneof(fc.constantFrom(...SPECIAL_FLOATS), fc.double());

const integer = fc.oneof(
  fc.constantFrom(0n, 1n, -1n, 2n ** 63n - 1n, -(2n ** 63n)),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
);

/** Zero characters, astral characters (whose UTF-16 and UTF-8 orders differ) and plain text. */
const text = fc.oneof(
  fc.string({
    unit: fc.constantFrom("a", "b", "\0", "\u{1}", "\u{2}", "\u{ff}", "\u{ffff}", "\u{1f600}"),
    maxLength: 4,
  }),
  fc.string({ unit: "binary", maxLength: 8 }).filter((s) => s.isWellFormed()),
);

const bytes = fc.uint8Array({ maxLength: 6 }).map((array) => Uint8Array.from(array).buffer);

const fieldName = fc.constantFrom("a", "A", "ab", "b", "z9", "_x");

export const scalar: fc.Arbitrary<Value> = fc.oneof(
  fc.constant(null),
  integer,
  float,
  fc.boolean(),
  text,
  bytes,
);

export const value: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    scalar,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fieldName, tie("value"), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;
