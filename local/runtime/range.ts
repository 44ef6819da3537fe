/** Turns the range expression of `withIndex` into one half-open range of keys. */

import { FunctionError } from "./errors.ts";
import { encodeKey, successor } from "./keys.ts";
import { KEY_END, type KeyIndex, type KeyRange } from "./keyindex.ts";
import { isUndefinedMarker, type Json } from "./values.ts";
import { measure } from "./wire.ts";

export interface RangeExpression {
  type: "Eq" | "Gt" | "Gte" | "Lt" | "Lte";
  fieldPath: string;
  value: Json;
}

/**
 * @throws FunctionError when the expressions are not equalities on leading fields followed by at
 *   most one lower and one upper bound on the next field.
 */
export function keyRange(index: KeyIndex, expressions: readonly RangeExpression[]): KeyRange {
  const equal = expressions.findIndex((expression) => expression.type !== "Eq");
  const bounds = equal < 0 ? [] : expressions.slice(equal);
  const equalities = expressions.slice(0, expressions.length - bounds.length);
  for (const [position, { fieldPath }] of equalities.entries()) {
    requireField(index, position, fieldPath);
  }
  const prefix = equalities.map(boundValue);
  checkBounds(index, equalities.length, bounds);
  const range = wholePrefix(encodeKey(prefix));
  for (const bound of bounds) {
    const key = encodeKey([...prefix, boundValue(bound)]);
    const after = successor(key) ?? KEY_END;
    if (bound.type === "Gt") range.lower = after;
    else if (bound.type === "Gte") range.lower = key;
    else if (bound.type === "Lt") range.upper = key;
    else range.upper = after;
  }
  return range;
}

function wholePrefix(prefix: Buffer): KeyRange {
  return { lower: prefix, upper: successor(prefix) ?? KEY_END };
}

function checkBounds(index: KeyIndex, position: number, bounds: readonly RangeExpression[]): void {
  for (const bound of bounds) {
    if (bound.type === "Eq") {
      throw new FunctionError(
        "Incorrect operator used in `withIndex`, cannot chain `.eq()` after an inequality.",
      );
    }
    requireField(index, position, bound.fieldPath);
  }
  const lower = bounds.filter(({ type }) => type === "Gt" || type === "Gte").length;
  if (lower > 1 || bounds.length - lower > 1) {
    throw new FunctionError(
      "Incorrect operator used in `withIndex`, a field can have one lower and one upper bound.",
    );
  }
}

function requireField(index: KeyIndex, position: number, fieldPath: string): void {
  const expected = index.fields[position];
  if (expected === fieldPath) return;
  throw new FunctionError(
    `Incorrect field used in \`withIndex\`, expected "${expected ?? "no more fields"}", got "${fieldPath}" (index "${index.name}").`,
  );
}

function boundValue({ value }: RangeExpression): Json | undefined {
  if (isUndefinedMarker(value)) return undefined;
  measure(value);
  return value;
}
