/** Checks wire values against the validators that `convex/values` exports as JSON. */

import { displayValidator, displayValue } from "./display.ts";
import { tableNumberOf } from "./ids.ts";
import { sameValue } from "./keys.ts";
import { isObject, isPlainObject, specialOf, type Json, type JsonObject } from "./values.ts";

export type ValidatorJson =
  | { type: "null" | "number" | "bigint" | "commitTs" | "boolean" | "string" | "bytes" | "any" }
  | { type: "literal"; value: Json }
  | { type: "id"; tableName: string }
  | { type: "array"; value: ValidatorJson }
  | { type: "record"; keys: ValidatorJson; values: { fieldType: ValidatorJson } }
  | { type: "object"; value: Record<string, FieldJson> }
  | { type: "union"; value: ValidatorJson[] };

type FieldJson = { fieldType: ValidatorJson; optional: boolean };

/** Says which table a table number belongs to, for `v.id(table)`. */
type TableNamer = (tableNumber: number) => string | undefined;

/** A complaint is spelled out only when somebody reads it: unions try and drop many. */
type Complaint = () => string;

/** The first thing wrong with `value` in Convex's words, or null when it is valid. */
export function validationError(
  validator: ValidatorJson,
  value: Json,
  tableName: TableNamer,
): string | null {
  return check(validator, value, tableName, "")?.() ?? null;
}

function check(
  validator: ValidatorJson,
  value: Json,
  tableName: TableNamer,
  path: string,
): Complaint | null {
  switch (validator.type) {
    case "any":
      return null;
    case "literal":
      return sameValue(validator.value, value) ? null : literalError(validator, value, path);
    case "id":
      return idError(validator, value, tableName, path);
    case "array":
      return Array.isArray(value)
        ? firstError(value, (item, i) => check(validator.value, item, tableName, `${path}[${i}]`))
        : noMatch(validator, value, path);
    case "record":
      return recordError(validator, value, tableName, path);
    case "object":
      return isPlainObject(value)
        ? objectError(validator, value, tableName, path)
        : noMatch(validator, value, path);
    case "union":
      return unionError(validator, value, tableName, path);
    default:
      return matchesScalar(validator.type, value) ? null : noMatch(validator, value, path);
  }
}

function matchesScalar(type: string, value: Json): boolean {
  switch (type) {
    case "null":
      return value === null;
    case "number":
      return typeof value === "number" || (isObject(value) && specialOf(value) === "$float");
    case "bigint":
    case "commitTs":
      return isObject(value) && specialOf(value) === "$integer";
    case "bytes":
      return isObject(value) && specialOf(value) === "$bytes";
    default:
      return typeof value === type;
  }
}

function idError(
  validator: Extract<ValidatorJson, { type: "id" }>,
  value: Json,
  tableName: TableNamer,
  path: string,
): Complaint | null {
  const number = typeof value === "string" ? tableNumberOf(value) : null;
  const found = number === null ? undefined : tableName(number);
  if (found === validator.tableName) return null;
  if (found === undefined) return noMatch(validator, value, path);
  const where = found.startsWith("_") ? "a system table" : `table \`${found}\``;
  return () =>
    `Found ID "${value as string}" from ${where}, which does not match the table name in validator \`${displayValidator(validator)}\`.${at(path)}`;
}

function recordError(
  validator: Extract<ValidatorJson, { type: "record" }>,
  value: Json,
  tableName: TableNamer,
  path: string,
): Complaint | null {
  if (!isPlainObject(value)) return noMatch(validator, value, path);
  return firstError(
    Object.entries(value),
    ([key, item]) =>
      check(validator.keys, key, tableName, `${path}.keys()`) ??
      check(validator.values.fieldType, item, tableName, `${path}.values()`),
  );
}

function objectError(
  validator: Extract<ValidatorJson, { type: "object" }>,
  value: JsonObject,
  tableName: TableNamer,
  path: string,
): Complaint | null {
  for (const name in validator.value) {
    const field = validator.value[name] as FieldJson;
    const item = Object.hasOwn(value, name) ? value[name] : undefined;
    if (item !== undefined) {
      const error = check(field.fieldType, item, tableName, `${path}.${name}`);
      if (error !== null) return error;
    } else if (!field.optional) {
      return () =>
        `Object is missing the required field \`${name}\`. Consider wrapping the field validator in \`v.optional(...)\` if this is expected.\n${at(path)}\nObject: ${displayValue(value)}\nValidator: ${displayValidator(validator)}`;
    }
  }
  for (const name in value) {
    if (!Object.hasOwn(validator.value, name)) {
      return () =>
        `Object contains extra field \`${name}\` that is not in the validator.\n${at(path)}\nObject: ${displayValue(value)}\nValidator: ${displayValidator(validator)}`;
    }
  }
  return null;
}

function unionError(
  validator: Extract<ValidatorJson, { type: "union" }>,
  value: Json,
  tableName: TableNamer,
  path: string,
): Complaint | null {
  const [only] = validator.value;
  if (only !== undefined && validator.value.length === 1) {
    return check(only, value, tableName, path);
  }
  const matches = validator.value.some((member) => check(member, value, tableName, path) === null);
  return matches ? null : noMatch(validator, value, path);
}

function literalError(
  validator: Extract<ValidatorJson, { type: "literal" }>,
  value: Json,
  path: string,
): Complaint {
  return () =>
    `\`${displayValue(value)}\` does not match literal validator \`${displayValidator(validator)}\`.${at(path)}`;
}

function noMatch(validator: ValidatorJson, value: Json, path: string): Complaint {
  return () =>
    `Value does not match validator.\n${at(path)}\nValue: ${displayValue(value)}\nValidator: ${displayValidator(validator)}`;
}

function at(path: string): string {
  return path === "" ? "" : `Path: ${path}`;
}

function firstError<T>(
  items: readonly T[],
  complaint: (item: T, index: number) => Complaint | null,
): Complaint | null {
  for (const [index, item] of items.entries()) {
    const error = complaint(item, index);
    if (error !== null) return error;
  }
  return null;
}
