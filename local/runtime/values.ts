/**
 * Convex values in their wire form, the JSON that `convexToJson` makes: int64 is
 * `{"$integer": base64}`, bytes `{"$bytes": base64}`, NaN, infinities and -0 `{"$float": base64}`,
 * every bare JSON number a float64. Nothing here ever builds the JavaScript form.
 */

import { FunctionError } from "./errors.ts";
import { LIMITS } from "./limits.ts";

export type Json = null | boolean | number | string | Json[] | JsonObject;
export type JsonObject = { [key: string]: Json };

export type Special = "$integer" | "$float" | "$bytes";

/** The kind of a one-key object that stands for a scalar, or null for a real object. */
export function specialOf(value: JsonObject): Special | null {
  const integer = value["$integer"];
  if (integer !== undefined) return "$integer";
  if (value["$float"] !== undefined) return "$float";
  return value["$bytes"] !== undefined ? "$bytes" : null;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A real Convex object: not a scalar in disguise. */
export function isPlainObject(value: Json | undefined): value is JsonObject {
  return isObject(value) && specialOf(value) === null;
}

export function isUndefinedMarker(value: Json): boolean {
  return isObject(value) && value["$undefined"] !== undefined;
}

/**
 * Checks that a value is a well-formed Convex value within the limits of nesting and width.
 *
 * @throws FunctionError what is wrong, without quoting the value.
 */
export function checkWire(value: Json, depth = 0): void {
  if (depth > LIMITS.valueNesting) {
    throw new FunctionError(`Value is too deeply nested (maximum nesting ${LIMITS.valueNesting})`);
  }
  if (typeof value === "string") {
    if (!value.isWellFormed()) throw new FunctionError("String is not valid Unicode");
  } else if (Array.isArray(value)) {
    if (value.length > LIMITS.arrayLength) {
      throw new FunctionError(
        `Array length is too long (${value.length} > maximum length ${LIMITS.arrayLength})`,
      );
    }
    for (const item of value) checkWire(item, depth + 1);
  } else if (isObject(value)) {
    checkObject(value, depth);
  }
}

function checkObject(value: JsonObject, depth: number): void {
  const keys = Object.keys(value);
  const first = keys[0];
  if (first !== undefined && first.startsWith("$")) {
    checkSpecial(value, first, keys.length);
    return;
  }
  if (keys.length > LIMITS.objectFields) {
    throw new FunctionError(
      `Object has too many fields (${keys.length} > maximum number ${LIMITS.objectFields})`,
    );
  }
  for (const key of keys) {
    checkFieldName(key);
    checkWire(value[key] as Json, depth + 1);
  }
}

function checkSpecial(value: JsonObject, key: string, width: number): void {
  if (width !== 1)
    throw new FunctionError(`Field name ${key} starts with a '$', which is reserved.`);
  if (key === "$commitTs") {
    throw new FunctionError("db.vars.commitTs is not implemented by the local runtime.");
  }
  if (key !== "$integer" && key !== "$float" && key !== "$bytes") {
    throw new FunctionError(`Field name ${key} starts with a '$', which is reserved.`);
  }
  const text = value[key];
  if (typeof text !== "string") throw new FunctionError(`Malformed ${key} field`);
  if (key === "$bytes") return;
  if (Buffer.from(text, "base64").length !== 8) {
    throw new FunctionError(`Malformed ${key} field: expected 8 bytes`);
  }
}

function checkFieldName(name: string): void {
  if (name.length > LIMITS.fieldNameLength) {
    throw new FunctionError(`Field name exceeds maximum length ${LIMITS.fieldNameLength}.`);
  }
  if (name.startsWith("$")) {
    throw new FunctionError(`Field name ${name} starts with a '$', which is reserved.`);
  }
  for (let i = 0; i < name.length; i += 1) {
    const code = name.charCodeAt(i);
    if (code < 32 || code >= 127) {
      throw new FunctionError(
        `Field name has an invalid character: field names can only contain non-control ASCII characters`,
      );
    }
  }
}

/** Size in bytes as Convex counts it for limits (the formula of `getConvexSize`). */
export function sizeOf(value: Json): number {
  if (value === null || typeof value === "boolean") return 1;
  if (typeof value === "number") return 9;
  if (typeof value === "string") return 2 + Buffer.byteLength(value);
  if (Array.isArray(value)) {
    let size = 2;
    for (const item of value) size += sizeOf(item);
    return size;
  }
  const special = specialOf(value);
  if (special === "$bytes") return 2 + Buffer.byteLength(value["$bytes"] as string, "base64");
  if (special !== null) return 9;
  let size = 2;
  for (const key in value) size += key.length + 1 + sizeOf(value[key] as Json);
  return size;
}

/** Nesting of a document: scalars 0, an object or array one more than its deepest member. */
export function nestingOf(value: Json): number {
  if (Array.isArray(value)) return 1 + Math.max(0, ...value.map(nestingOf));
  if (!isPlainObject(value)) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(nestingOf));
}

/** The same object with its keys in Convex's order (ASCII), members untouched. */
export function sortKeys(value: JsonObject): JsonObject {
  const sorted: JsonObject = {};
  for (const key of Object.keys(value).sort()) sorted[key] = value[key] as Json;
  return sorted;
}

/** The value at a field path like `a.b`, or undefined. */
export function fieldAt(document: JsonObject, path: readonly string[]): Json | undefined {
  let value: Json | undefined = document;
  for (const name of path) {
    if (!isPlainObject(value)) return undefined;
    value = Object.hasOwn(value, name) ? value[name] : undefined;
  }
  return value;
}

/**
 * Wire JSON text in which every float has a decimal point or exponent (`1.0`, not `1`), because
 * the Python HTTP client refuses a bare JSON integer.
 */
export function encodeFloats(value: Json): string {
  if (typeof value === "number") {
    return Number.isInteger(value) && Math.abs(value) < 1e21 ? `${value}.0` : String(value);
  }
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(encodeFloats).join(",")}]`;
  let text = "{";
  for (const key in value) {
    if (text.length > 1) text += ",";
    text += `${JSON.stringify(key)}:${encodeFloats(value[key] as Json)}`;
  }
  return `${text}}`;
}

/** Decodes the scalar forms: bigint, special float or bytes. */
export function decodeSpecial(value: JsonObject, special: Special): bigint | number | Buffer {
  const bytes = Buffer.from(value[special] as string, "base64");
  if (special === "$integer") return bytes.readBigInt64LE();
  return special === "$float" ? bytes.readDoubleLE() : bytes;
}

/** The lossy JSON of `format=json`: int64 as decimal string, bytes as base64, NaN as string. */
export function toCleanJson(value: Json): Json {
  if (Array.isArray(value)) return value.map(toCleanJson);
  if (!isObject(value)) return value;
  const special = specialOf(value);
  if (special === "$bytes") return value["$bytes"] as string;
  if (special !== null) {
    const scalar = decodeSpecial(value, special);
    return Object.is(scalar, -0) ? "-0" : String(scalar);
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toCleanJson(item)]));
}
