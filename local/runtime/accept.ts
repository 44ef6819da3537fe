/**
 * Validators made into functions that only say yes or no: what nearly every value needs. Why a
 * value is refused, `validate.ts` finds out.
 */

import { tableNumberOf } from "./ids.ts";
import { sameValue } from "./keys.ts";
import type { TableNamer, ValidatorJson } from "./validate.ts";
import { isPlainObject, specialOf, isObject, type Json } from "./values.ts";

type Accepts = (value: Json, tableName: TableNamer) => boolean;

const compiled = new WeakMap<ValidatorJson, Accepts>();

/** Whether a value matches a validator. */
export function accepts(validator: ValidatorJson, value: Json, tableName: TableNamer): boolean {
  let test = compiled.get(validator);
  if (!test) {
    test = compile(validator);
    compiled.set(validator, test);
  }
  return test(value, tableName);
}

function compile(validator: ValidatorJson): Accepts {
  switch (validator.type) {
    case "any":
      return () => true;
    case "null":
      return (value) => value === null;
    case "string":
      return (value) => typeof value === "string";
    case "boolean":
      return (value) => typeof value === "boolean";
    case "number":
      return (value) => typeof value === "number" || isSpecial(value, "$float");
    case "bigint":
    case "commitTs":
      return (value) => isSpecial(value, "$integer");
    case "bytes":
      return (value) => isSpecial(value, "$bytes");
    case "literal":
      return (value) => sameValue(validator.value, value);
    case "id":
      return (value, tableName) => {
        const number = typeof value === "string" ? tableNumberOf(value) : null;
        return number !== null && tableName(number) === validator.tableName;
      };
    case "array": {
      const item = compile(validator.value);
      return (value, tableName) =>
        Array.isArray(value) && value.every((member) => item(member, tableName));
    }
    case "record": {
      const key = compile(validator.keys);
      const item = compile(validator.values.fieldType);
      return (value, tableName) =>
        isPlainObject(value) &&
        Object.entries(value).every(
          ([name, member]) => key(name, tableName) && item(member, tableName),
        );
    }
    case "object":
      return compileObject(validator);
    case "union":
      return compileUnion(validator.value);
  }
}

function compileObject({ value: fields }: Extract<ValidatorJson, { type: "object" }>): Accepts {
  const members = Object.entries(fields).map(([name, { fieldType, optional }]) => ({
    name,
    optional,
    test: compile(fieldType),
  }));
  return (value, tableName) => {
    if (!isPlainObject(value)) return false;
    let known = 0;
    for (const { name, optional, test } of members) {
      const member = Object.hasOwn(value, name) ? value[name] : undefined;
      if (member === undefined) {
        if (!optional) return false;
      } else {
        known += 1;
        if (!test(member, tableName)) return false;
      }
    }
    return Object.keys(value).length === known;
  };
}

function compileUnion(members: readonly ValidatorJson[]): Accepts {
  const literals = members.flatMap((member) => (member.type === "literal" ? [member.value] : []));
  if (literals.length === members.length && literals.every((item) => typeof item === "string")) {
    const allowed = new Set<Json>(literals);
    return (value) => allowed.has(value);
  }
  const tests = members.map(compile);
  return (value, tableName) => tests.some((test) => test(value, tableName));
}

function isSpecial(value: Json, special: ReturnType<typeof specialOf>): boolean {
  return isObject(value) && specialOf(value) === special;
}
