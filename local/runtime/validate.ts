/** Checks wire values against the validators that `convex/values` exports as JSON. */

import { accepts } from "./accept.ts";
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
export type TableNamer = (tableNumber: number) => string | undefined;

/** A complaint is spelled out only when somebody reads it: unions try and drop many. */
type Complaint = () => string;

/** The way from the checked value to the member that is being checked. */
const path: (string | number)[] = [];

/** The first thing wrong with `value` in Convex's words, or null when it is valid. */
export function validationError(
  validator: ValidatorJson,
  value: Json,
  tableName: TableNamer,
): string | null {
  return accepts(validator, value, tableName) ? null : explanation(validator, value, tableName);
}

/** The same, found member by member with the way to each. */
export function explanation(
  validator: ValidatorJson,
  value: Json,
  tableName: TableNamer,
): string | null {
  path.length = 0;
  return check(validator, value, tableName)?.() ?? null;
}

function check(validator: ValidatorJson, value: Json, tableName: TableNamer): Complaint | null {
  switch (validator.type) {
    case "any":
      return null;
    case "literal":
      return sameValue(validator.value, value) ? null : literalError(validator, value);
    case "id":
      return idError(validator, value, tableName);
    case "array":
      return Array.isArray(value)
        ? firstError(value, (item, i) => checkMember(i, validator.value, item, tableName))
        : noMatch(validator, value);
    case "record":
      return recordError(validator, value, tableName);
    case "object":
      return isPlainObject(value)
        ? objectError(validator, value, tableName)
        : noMatch(validator, value);
    case "union":
      return unionError(validator, value, tableName);
    default:
      return matchesScalar(validator.type, value) ? null : noMatch(validator, value);
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
): Complaint | null {
  const number = typeof value === "string" ? tableNumberOf(value) : null;
  const found = number === null ? undefined : tableName(number);
  if (found === validator.tableName) return null;
  if (found === undefined) return noMatch(validator, value);
  const owner = found.startsWith("_") ? "a system table" : `table \`${found}\``;
  const where = at();
  return () =>
    `Found ID "${value as string}" from ${owner}, which does not match the table name in validator \`${displayValidator(validator)}\`.${where}`;
}

function recordError(
  validator: Extract<ValidatorJson, { type: "record" }>,
  value: Json,
  tableName: TableNamer,
): Complaint | null {
  if (!isPlainObject(value)) return noMatch(validator, value);
  return firstError(
    Object.entries(value),
    ([key, item]) =>
      checkMember("keys()", validator.keys, key, tableName) ??
      checkMember("values()", validator.values.fieldType, item, tableName),
  );
}

function objectError(
  validator: Extract<ValidatorJson, { type: "object" }>,
  value: JsonObject,
  tableName: TableNamer,
): Complaint | null {
  let known = 0;
  for (const name in validator.value) {
    const field = validator.value[name] as FieldJson;
    const item = Object.hasOwn(value, name) ? value[name] : undefined;
    if (item !== undefined) {
      known += 1;
      const error = checkMember(name, field.fieldType, item, tableName);
      if (error !== null) return error;
    } else if (!field.optional) {
      const where = at();
      return () =>
        `Object is missing the required field \`${name}\`. Consider wrapping the field validator in \`v.optional(...)\` if this is expected.\n${where}\nObject: ${displayValue(value)}\nValidator: ${displayValidator(validator)}`;
    }
  }
  const names = Object.keys(value);
  if (names.length === known) return null;
  const extra = names.find((name) => !Object.hasOwn(validator.value, name));
  if (extra === undefined) return null;
  const where = at();
  return () =>
    `Object contains extra field \`${extra}\` that is not in the validator.\n${where}\nObject: ${displayValue(value)}\nValidator: ${displayValidator(validator)}`;
}

function unionError(
  validator: Extract<ValidatorJson, { type: "union" }>,
  value: Json,
  tableName: TableNamer,
): Complaint | null {
  const [only] = validator.value;
  if (only !== undefined && validator.value.length === 1) {
    return check(only, value, tableName);
  }
  const matches = validator.value.some((member) =>
    // Most unions are of literals, and most literals are not the one: no complaint is made of them.
    member.type === "literal"
      ? sameValue(member.value, value)
      : check(member, value, tableName) === null,
  );
  return matches ? null : noMatch(validator, value);
}

function literalError(
  validator: Extract<ValidatorJson, { type: "literal" }>,
  value: Json,
): Complaint {
  const where = at();
  return () =>
    `\`${displayValue(value)}\` does not match literal validator \`${displayValidator(validator)}\`.${where}`;
}

function noMatch(validator: ValidatorJson, value: Json): Complaint {
  const where = at();
  return () =>
    `Value does not match validator.\n${where}\nValue: ${displayValue(value)}\nValidator: ${displayValidator(validator)}`;
}

/** Checks a member of the value that is being checked. */
function checkMember(
  name: string | number,
  validator: ValidatorJson,
  value: Json,
  tableName: TableNamer,
): Complaint | null {
  path.push(name);
  const error = check(validator, value, tableName);
  path.pop();
  return error;
}

function at(): string {
  if (path.length === 0) return "";
  const steps = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`));
  return `Path: ${steps.join("")}`;
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
