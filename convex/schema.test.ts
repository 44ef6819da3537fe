/** Every row says when it was made, and no index is kept for nothing. */
import { expect, test } from "vitest";
import schema from "./schema.ts";

/** Tables without `createdAt`, and the field that says the same; reasons in docs/data.md. */
const MOMENTS: Record<string, string> = {
  authEvents: "at",
  batchRuns: "startedAt",
  erasures: "startedAt",
  jobLeases: "_creationTime",
  metricRollups: "_creationTime",
  pendingTotals: "_creationTime",
  rateLimits: "_creationTime",
  searchTexts: "_creationTime",
  storageEvents: "at",
  totals: "_creationTime",
  userWords: "_creationTime",
};

test("every table has the moment at which a row was made", () => {
  for (const [name, { validator }] of Object.entries(schema.tables)) {
    const moment = MOMENTS[name] ?? "createdAt";
    if (moment === "_creationTime") continue;
    const fields: Record<string, { kind: string; isOptional: string }> = validator.fields;
    expect(fields[moment], `${name}.${moment}`).toMatchObject({
      kind: "float64",
      isOptional: "required",
    });
  }
});

const sources = Object.values(
  import.meta.glob<string>(["./*.ts", "./model/*.ts", "!./*.test.ts", "!./schema.ts"], {
    eager: true,
    query: "?raw",
    import: "default",
  }),
).join("\n");

test("every index is used by a function", () => {
  for (const table of Object.values(schema.tables)) {
    for (const { indexDescriptor } of table[" indexes"]()) {
      expect(sources).toContain(`"${indexDescriptor}"`);
    }
  }
});
