/**
 * Convex values in their wire form, the JSON that `convexToJson` makes: int64 is
 * `{"$integer": base64}`, bytes `{"$bytes": base64}`, NaN, infinities and -0 `{"$float": base64}`,
 * every bare JSON number a float64. Nothing here ever builds the JavaScript form.
 */

export type Json = null | boolean | number | string | Json[] | JsonObject;
export type JsonObject = { [key: string]: Json };

type Special = "$integer" | "$float" | "$bytes";

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

/** The same object with its keys in Convex's order (ASCII), members untouched. */
export function sortKeys(value: JsonObject): JsonObject {
  const names = Object.keys(value);
  // `convex/server` sends sorted fields, so most documents are.
  if (names.every((name, i) => i === 0 || (names[i - 1] as string) < name)) return value;
  const result: JsonObject = {};
  for (const name of names.sort()) result[name] = value[name] as Json;
  return result;
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

/** Decodes the scalar forms: bigint, special float or bytes. */
export function decodeSpecial(value: JsonObject, special: Special): bigint | number | Buffer {
  const bytes = Buffer.from(value[special] as string, "base64");
  if (special === "$integer") return bytes.readBigInt64LE();
  return special === "$float" ? bytes.readDoubleLE() : bytes;
}
