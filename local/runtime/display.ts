/** Values and validators as Convex prints them in error messages. */

import { decodeSpecial, specialOf, type Json } from "./values.ts";
import type { ValidatorJson } from "./validate.ts";

const MAX_LENGTH = 2_000;

/** A value in Convex's notation: `{name: "x", count: 1.0, big: 1, data: ...}`, cut when long. */
export function displayValue(value: Json): string {
  const text = display(value);
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}[...truncated]` : text;
}

function display(value: Json): string {
  if (typeof value === "number") return Number.isInteger(value) ? `${value}.0` : String(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(display).join(", ")}]`;
  const special = specialOf(value);
  if (special === "$bytes") return `b"${value["$bytes"] as string}"`;
  if (special !== null) return String(decodeSpecial(value, special));
  return `{${displayFields(value, display)}}`;
}

/** A validator in the notation of `convex/values`: `v.object({name: v.string()})`. */
export function displayValidator(validator: ValidatorJson): string {
  switch (validator.type) {
    case "id":
      return `v.id("${validator.tableName}")`;
    case "literal":
      return `v.literal(${display(validator.value)})`;
    case "array":
      return `v.array(${displayValidator(validator.value)})`;
    case "record":
      return `v.record(${displayValidator(validator.keys)}, ${displayValidator(validator.values.fieldType)})`;
    case "object":
      return `v.object({${displayFields(validator.value, (field) => {
        const inner = displayValidator(field.fieldType);
        return field.optional ? `v.optional(${inner})` : inner;
      })}})`;
    case "union":
      return `v.union(${validator.value.map(displayValidator).join(", ")})`;
    case "number":
      return "v.float64()";
    case "bigint":
      return "v.int64()";
    default:
      return `v.${validator.type}()`;
  }
}

function displayFields<T>(fields: Record<string, T>, show: (field: T) => string): string {
  return Object.keys(fields)
    .sort()
    .map((name) => `${name}: ${show(fields[name] as T)}`)
    .join(", ");
}
