/** Rows of tables as functions return them. */
import type { GenericValidator, VObject } from "convex/values";

type Row = { _id: string };
/** What a record holds that its row does not. */
type Missing<Value, Stored> = Omit<Value, keyof Stored | "id">;
type Replaced<Value> = { [Name in keyof Value]?: Value[Name] | undefined };
type More<Value, Stored> = Missing<Value, Stored> & Replaced<Value>;

/**
 * The record of a row: those fields that the record's validator names, `id`, and what `more` adds or
 * replaces. What the validator does not name stays inside.
 */
export function toRecord<
  Value,
  Fields extends Record<string, GenericValidator>,
  Stored extends Row,
>(
  record: VObject<Value, Fields>,
  row: Stored,
  ...[more]: object extends Missing<Value, Stored>
    ? [more?: More<Value, Stored>]
    : [more: More<Value, Stored>]
): Value {
  const known: Record<string, unknown> = { ...row, id: row._id, ...more };
  const found: Record<string, unknown> = {};
  for (const name of Object.keys(record.fields)) {
    if (known[name] !== undefined) found[name] = known[name];
  }
  return found as Value;
}
