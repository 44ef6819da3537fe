/** Checks and measures values in wire form, and prints them for clients. */

import { FunctionError } from "./errors.ts";
import { LIMITS } from "./limits.ts";
import { decodeSpecial, isObject, specialOf, type Json, type JsonObject } from "./values.ts";

/** What a value weighs: Convex's bytes (the formula of `getConvexSize`), and levels of nesting. */
interface Measure {
  size: number;
  nesting: number;
}

/** Field names that were found valid; documents repeat the same few. */
const knownNames = new Set<string>();
const MAX_KNOWN_NAMES = 10_000;

/**
 * Measures a value, and checks that it is a well-formed Convex value within the limits of nesting
 * and width.
 *
 * @throws FunctionError what is wrong, without quoting the value.
 */
export function measure(value: Json): Measure {
  const found = { size: 0, nesting: 0 };
  add(value, 0, found);
  return found;
}

function add(value: Json, depth: number, found: Measure): void {
  if (value === null || typeof value === "boolean") found.size += 1;
  else if (typeof value === "number") found.size += 9;
  else if (typeof value === "string") {
    if (!value.isWellFormed()) throw new FunctionError("String is not valid Unicode");
    found.size += 2 + Buffer.byteLength(value);
  } else if (Array.isArray(value)) addArray(value, depth, found);
  else addObject(value, depth, found);
}

function addArray(items: Json[], depth: number, found: Measure): void {
  enter(depth, found);
  if (items.length > LIMITS.arrayLength) {
    throw new FunctionError(
      `Array length is too long (${items.length} > maximum length ${LIMITS.arrayLength})`,
    );
  }
  for (const item of items) add(item, depth + 1, found);
}

function addObject(value: JsonObject, depth: number, found: Measure): void {
  const keys = Object.keys(value);
  const first = keys[0];
  if (first?.startsWith("$")) {
    addSpecial(value, first, keys.length, found);
    return;
  }
  enter(depth, found);
  if (keys.length > LIMITS.objectFields) {
    throw new FunctionError(
      `Object has too many fields (${keys.length} > maximum number ${LIMITS.objectFields})`,
    );
  }
  for (const key of keys) {
    if (!knownNames.has(key)) checkFieldName(key);
    found.size += key.length + 1;
    add(value[key] as Json, depth + 1, found);
  }
}

/** Counts a container: its two bytes and its level. */
function enter(depth: number, found: Measure): void {
  if (depth >= LIMITS.valueNesting) {
    throw new FunctionError(`Value is too deeply nested (maximum nesting ${LIMITS.valueNesting})`);
  }
  found.size += 2;
  found.nesting = Math.max(found.nesting, depth + 1);
}

function addSpecial(value: JsonObject, key: string, width: number, found: Measure): void {
  if (key === "$commitTs") {
    throw new FunctionError("db.vars.commitTs is not implemented by the local runtime.");
  }
  if (width !== 1 || specialOf(value) === null) {
    throw new FunctionError(`Field name ${key} starts with a '$', which is reserved.`);
  }
  const text = value[key];
  if (typeof text !== "string") throw new FunctionError(`Malformed ${key} field`);
  const bytes = Buffer.byteLength(text, "base64");
  if (key === "$bytes") found.size += 2 + bytes;
  else if (bytes === 8) found.size += 9;
  else throw new FunctionError(`Malformed ${key} field: expected 8 bytes`);
}

function checkFieldName(name: string): void {
  if (name.length > LIMITS.fieldNameLength) {
    throw new FunctionError(`Field name exceeds maximum length ${LIMITS.fieldNameLength}.`);
  }
  if (name.startsWith("$")) {
    throw new FunctionError(`Field name ${name} starts with a '$', which is reserved.`);
  }
  // `convex/values` loses such a field without a word when it makes the JavaScript object.
  if (name === "__proto__") throw new FunctionError("Field name __proto__ is reserved.");
  if (!/^[\x20-\x7e]*$/.test(name)) {
    throw new FunctionError(
      "Field name has an invalid character: field names can only contain non-control ASCII characters",
    );
  }
  if (knownNames.size < MAX_KNOWN_NAMES) knownNames.add(name);
}

/**
 * Wire JSON text, as `JSON.stringify` makes it, in which every float has a decimal point or an
 * exponent (`1.0`, not `1`), because the Python HTTP client refuses a bare JSON integer.
 */
export function pointFloats(json: string): string {
  let text = "";
  let copied = 0;
  let i = 0;
  while (i < json.length) {
    const code = json.charCodeAt(i);
    if (code === QUOTE) i = endOfString(json, i);
    else if (code === MINUS || (code >= ZERO && code <= NINE)) {
      const end = endOfInteger(json, i + 1);
      if (end !== null) {
        text += `${json.slice(copied, end)}.0`;
        copied = end;
      }
      i = end ?? endOfNumber(json, i);
    } else i += 1;
  }
  return copied === 0 ? json : text + json.slice(copied);
}

const QUOTE = 34;
const PLUS = 43;
const COMMA = 44;
const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const NINE = 57;
const BACKSLASH = 92;
const LOWER_E = 101;

/** The position after the string that begins at `start`. */
function endOfString(json: string, start: number): number {
  let end = json.indexOf('"', start + 1);
  for (;;) {
    let slashes = 0;
    while (json.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return end + 1;
    end = json.indexOf('"', end + 1);
  }
}

/** The position after the digits at `start`, or null when a fraction or exponent follows. */
function endOfInteger(json: string, start: number): number | null {
  let i = start;
  let code = json.charCodeAt(i);
  while (code >= ZERO && code <= NINE) code = json.charCodeAt((i += 1));
  return code === POINT || code === LOWER_E ? null : i;
}

function endOfNumber(json: string, start: number): number {
  let i = start;
  for (;;) {
    const code = json.charCodeAt(i);
    const isPart = (code >= PLUS && code <= NINE && code !== COMMA) || code === LOWER_E;
    if (!isPart) return i;
    i += 1;
  }
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
