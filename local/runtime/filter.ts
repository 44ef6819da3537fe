/** Evaluates the expressions of `query.filter(...)` on a document. */

import { FunctionError } from "./errors.ts";
import { compareValues, sameValue } from "./keys.ts";
import { decodeSpecial, fieldAt, isObject, isUndefinedMarker, specialOf } from "./values.ts";
import type { Json, JsonObject } from "./values.ts";

type Operand = Json | undefined;

/** Whether a document passes: the expression must give `true`, as in Convex. */
export function passes(expression: Json, document: JsonObject): boolean {
  return evaluate(expression, document) === true;
}

function evaluate(expression: Json, document: JsonObject): Operand {
  if (!isObject(expression)) throw new FunctionError("Malformed filter expression");
  const [operator, operands] = Object.entries(expression)[0] ?? [];
  const value = (item: Json): Operand => evaluate(item, document);
  const truth = (item: Json): boolean => isTruthy(value(item));
  const pair = (): [Operand, Operand] => {
    const [left, right] = operands as [Json, Json];
    return [value(left), value(right)];
  };
  switch (operator) {
    case "$field":
      return fieldAt(document, (operands as string).split("."));
    case "$literal":
      return isUndefinedMarker(operands as Json) ? undefined : operands;
    case "$eq":
      return sameValue(...pair());
    case "$neq":
      return !sameValue(...pair());
    case "$lt":
      return compareValues(...pair()) < 0;
    case "$lte":
      return compareValues(...pair()) <= 0;
    case "$gt":
      return compareValues(...pair()) > 0;
    case "$gte":
      return compareValues(...pair()) >= 0;
    case "$and":
      return (operands as Json[]).every(truth);
    case "$or":
      return (operands as Json[]).some(truth);
    case "$not":
      return !truth(operands as Json);
    case "$neg":
      return negate(value(operands as Json));
    default:
      return arithmetic(operator ?? "", pair());
  }
}

function isTruthy(value: Operand): boolean {
  if (typeof value !== "boolean") throw new FunctionError("Expected a boolean in a filter");
  return value;
}

function negate(value: Operand): Json {
  return arithmetic("$sub", [typeof number(value) === "bigint" ? encode(0n) : 0, value]);
}

function arithmetic(operator: string, [left, right]: [Operand, Operand]): Json {
  const a = number(left);
  const b = number(right);
  if (typeof a === "bigint" && typeof b === "bigint") return encode(calculate(operator, a, b));
  if (typeof a === "number" && typeof b === "number") return encode(calculate(operator, a, b));
  throw new FunctionError("Arithmetic in a filter needs two numbers of the same type");
}

function calculate<T extends number | bigint>(operator: string, a: T, b: T): T {
  // Both operands have the same type, which TypeScript cannot carry through the operators.
  const [x, y] = [a, b] as [number, number];
  const results: Record<string, () => number> = {
    $add: () => x + y,
    $sub: () => x - y,
    $mul: () => x * y,
    $div: () => x / y,
    $mod: () => x % y,
  };
  const result = results[operator];
  if (!result) throw new FunctionError(`Unknown filter operator ${operator}`);
  return result() as T;
}

function number(value: Operand): number | bigint {
  if (typeof value === "number") return value;
  if (isObject(value)) {
    const special = specialOf(value);
    if (special === "$integer" || special === "$float") {
      return decodeSpecial(value, special) as number | bigint;
    }
  }
  throw new FunctionError("Arithmetic in a filter needs numbers");
}

/** The wire form of a number. */
export function encode(value: number | bigint): Json {
  const bytes = Buffer.alloc(8);
  if (typeof value === "bigint") {
    bytes.writeBigInt64LE(BigInt.asIntN(64, value));
    return { $integer: bytes.toString("base64") };
  }
  if (Number.isFinite(value) && !Object.is(value, -0)) return value;
  bytes.writeDoubleLE(value);
  return { $float: bytes.toString("base64") };
}
