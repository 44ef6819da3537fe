/** The answer of a query that finds nothing. */
import type { GenericValidator, Validator, Value } from "convex/values";

/**
 * Make it from the validator of the answer: null where that may be, no items, counts of 0.
 *
 * @throws Error for an answer that must say something; a test calls this for each query.
 */
export function emptyAnswer(generic: GenericValidator): Value {
  const validator = generic as Validator<unknown, "required", string>;
  switch (validator.kind) {
    case "null":
      return null;
    case "array":
      return [];
    case "float64":
      return 0;
    case "boolean":
      return false;
    case "union": {
      const isNullable = validator.members.some(({ kind }: { kind: string }) => kind === "null");
      if (isNullable) return null;
      break;
    }
    case "object": {
      const fields = Object.entries(validator.fields as Record<string, GenericValidator>);
      const needed = fields.filter(([, { isOptional }]) => isOptional !== "optional");
      return Object.fromEntries(needed.map(([name, field]) => [name, emptyAnswer(field)]));
    }
  }
  throw new Error(`an answer that cannot be empty: ${validator.kind}`);
}
