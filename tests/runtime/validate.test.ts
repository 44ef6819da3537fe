import { convexToJson, v, type GenericValidator } from "convex/values";
import fc from "fast-check";
import { expect, test } from "vitest";
import { accepts } from "../../local/runtime/accept.ts";
import { encodeId, IdMaker } from "../../local/runtime/ids.ts";
import { explanation, type ValidatorJson } from "../../local/runtime/validate.ts";
import { scalar, value } from "./arbitraries.ts";

const RUNS = { numRuns: Number(process.env["EARSHOT_PROPERTY_RUNS"] ?? 2_000) };
const USERS = 10_001;
const ids = new IdMaker();
const id = fc.constantFrom(USERS, USERS + 1).map((table) => encodeId(table, ids.next(Date.now())));
const name = fc.constantFrom("a", "b", "ab");

const validator: fc.Arbitrary<GenericValidator> = fc.letrec<{ any: GenericValidator }>((tie) => ({
  any: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom(
      ...[v.null(), v.number(), v.int64(), v.boolean(), v.string(), v.bytes(), v.any()],
      v.id("users"),
    ),
    fc.oneof(fc.constantFrom("a", "b", 1, true), fc.bigInt({ min: 0n, max: 2n })).map(v.literal),
    tie("any").map((item) => v.array(item as never)),
    tie("any").map((item) => v.record(v.string(), item as never)),
    fc.array(tie("any"), { maxLength: 3 }).map((items) => v.union(...(items as never[]))),
    fc
      .dictionary(name, fc.tuple(tie("any"), fc.boolean()), { maxKeys: 3, noNullPrototype: true })
      .map((fields) => {
        const members = Object.entries(fields).map(([field, [item, isOptional]]) => {
          return [field, isOptional ? v.optional(item as never) : item];
        });
        return v.object(Object.fromEntries(members) as never);
      }),
  ),
})).any;

const fitting = fc.oneof(
  value,
  id,
  fc.constantFrom("a", "b", 1, true, 0n, 1n),
  fc.array(scalar, { maxLength: 2 }),
  fc.dictionary(name, fc.oneof(scalar, value), { maxKeys: 3, noNullPrototype: true }),
);

test("a value is accepted exactly when there is nothing to explain", () => {
  const tableName = (number: number) => (number === USERS ? "users" : "others");
  const seen = { accepted: 0, refused: 0 };
  const property = fc.property(validator, fitting, (rule, item) => {
    const json = (rule as unknown as { json: ValidatorJson }).json;
    const wire = convexToJson(item);
    const isAccepted = accepts(json, wire, tableName);
    seen[isAccepted ? "accepted" : "refused"] += 1;
    expect(isAccepted).toBe(explanation(json, wire, tableName) === null);
  });
  fc.assert(property, RUNS);
  expect(Math.min(seen.accepted, seen.refused)).toBeGreaterThan(0);
});
