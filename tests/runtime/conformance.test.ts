import { ConvexError, type Value } from "convex/values";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scalar, value } from "./arbitraries.ts";
import { real, simulated, type Deployment } from "./deployments.ts";

const RUNS = Number(process.env["EARSHOT_CONFORMANCE_RUNS"] ?? 25);

let sides: Deployment[];

beforeAll(async () => {
  sides = [simulated(), await real()];
  for (const side of sides) await side.mutation("anything:clear", {});
});

afterAll(async () => {
  for (const side of sides) await side.close();
});

/** Runs the same steps on both sides and expects the same outcome of both. */
async function agree<T>(steps: (side: Deployment) => Promise<T>): Promise<T> {
  const [expected, found] = (await Promise.all(sides.map(steps))) as [T, T];
  expect(found).toEqual(expected);
  return found;
}

interface Range {
  index: string;
  eq: readonly unknown[];
  bounds: { op: string; value: unknown }[];
  order: string;
}

/** Few different values, so that equalities, bounds and ties are hit often. */
const pool = fc.uniqueArray(fc.oneof(scalar, value), {
  minLength: 2,
  maxLength: 6,
  comparator: "SameValueZero",
});

const scenario = pool.chain((values) => {
  const item = fc.constantFrom(...values);
  const field = fc.option(item, { nil: undefined, freq: 5 });
  const document = fc
    .record({ k: field, n: field })
    .map((fields) => Object.fromEntries(Object.entries(fields).filter(([, v]) => v !== undefined)));
  const lower = fc.record({ op: fc.constantFrom("gt", "gte"), value: item });
  const upper = fc.record({ op: fc.constantFrom("lt", "lte"), value: item });
  const bounds = fc
    .tuple(fc.option(lower), fc.option(upper))
    .map((pair) => pair.filter((bound) => bound !== null));
  const order = fc.constantFrom("asc", "desc");
  const single = fc.record({ index: fc.constant("by_k"), eq: fc.constant([]), bounds, order });
  const double = fc.record({ index: fc.constant("by_k_n"), eq: fc.tuple(item), bounds, order });
  return fc.record({
    documents: fc.array(document, { maxLength: 25 }),
    ranges: fc.array(fc.oneof(single, double), { minLength: 1, maxLength: 4 }),
    pageSize: fc.integer({ min: 1, max: 7 }),
  });
});

async function load(side: Deployment, documents: object[]): Promise<void> {
  await side.mutation("anything:clear", {});
  await side.mutation("anything:insert", { documents });
}

interface Page {
  page: Value[];
  isDone: boolean;
  continueCursor: string;
  splitCursor: string | null;
  pageStatus: string | null;
}

async function pageOf(side: Deployment, range: Range, opts: object): Promise<Page> {
  return (await side.query("anything:page", { ...range, opts })) as Page;
}

/** All pages of a range; before each page but the first, `between` may write. */
async function pages(
  side: Deployment,
  range: Range,
  numItems: number,
  between: () => Promise<unknown> = async () => undefined,
): Promise<Value[]> {
  const items: Value[] = [];
  let cursor: string | null = null;
  for (;;) {
    const page = await pageOf(side, range, { numItems, cursor });
    items.push(...page.page);
    if (page.isDone) return items;
    cursor = page.continueCursor;
    await between();
  }
}

describe("the deployment agrees with convex-test on", () => {
  test("ranges, orders and pages of generated documents", async () => {
    const property = fc.asyncProperty(scenario, async ({ documents, ranges, pageSize }) => {
      await agree((side) => load(side, documents));
      for (const range of ranges) {
        const collected = await agree((side) => side.query("anything:collect", range));
        const paged = await agree((side) => pages(side, range, pageSize));
        expect(paged).toEqual(collected);
      }
    });
    await fc.assert(property, { numRuns: RUNS });
  });

  test("pages while documents are written before, within and after them", async () => {
    const property = fc.asyncProperty(scenario, async ({ documents, ranges, pageSize }) => {
      await agree((side) => load(side, documents));
      await agree((side) => {
        // Only the first steps write: growth ahead of the cursor would never end.
        const writes = [documents.slice(0, 3), documents.slice(3, 5)];
        return pages(side, ranges[0] as Range, pageSize, async () => {
          const next = writes.shift();
          if (next) await side.mutation("anything:insert", { documents: next });
        });
      });
    });
    await fc.assert(property, { numRuns: Math.ceil(RUNS / 5) });
  });

  test.each([{ maximumRowsRead: 3 }, { maximumBytesRead: 2500 }])(
    "pages that end early because of %o, and their halves",
    async (bounds) => {
      const documents = Array.from({ length: 8 }, (_, n) => ({ k: 1, n, o: "x".repeat(1000) }));
      const range = { index: "by_k", eq: [], bounds: [], order: "desc" };
      await agree((side) => load(side, documents));
      const sizes = await agree(async (side) => {
        const found: unknown[] = [];
        let cursor: string | null = null;
        for (;;) {
          const opts = { numItems: 100, cursor, ...bounds };
          const page = await pageOf(side, range, opts);
          const { isDone, pageStatus, splitCursor } = page;
          found.push([page.page.length, pageStatus, splitCursor !== null]);
          if (isDone) return found;
          if (splitCursor !== null) {
            const half = { cursor, endCursor: splitCursor, numItems: 100 };
            const rest = { cursor: splitCursor, endCursor: page.continueCursor, numItems: 100 };
            const both = [await pageOf(side, range, half), await pageOf(side, range, rest)];
            expect(both.flatMap((part) => part.page)).toEqual(page.page);
            found.push(both.map((part) => part.page.length));
          }
          cursor = page.continueCursor;
        }
      });
      expect(sizes[0]).toEqual([3, "SplitRequired", true]);
    },
  );

  test("equality by filter", async () => {
    const property = fc.asyncProperty(scenario, value, async ({ documents }, probe) => {
      await agree((side) => load(side, documents));
      for (const op of ["eq", "neq"]) {
        await agree((side) => side.query("anything:filtered", { op, value: probe }));
      }
    });
    await fc.assert(property, { numRuns: Math.ceil(RUNS / 3) });
  });

  test("values that functions take and return", async () => {
    const property = fc.asyncProperty(value, async (item) => {
      expect(await agree((side) => side.query("misc:echo", { value: item }))).toEqual(item);
    });
    await fc.assert(property, { numRuns: 3 * RUNS });
  });

  test("inserts, edits, deletions and who sees them", async () => {
    await agree(async (side) => {
      const note = { owner: "crud", at: 1, body: "first" };
      const id = await side.mutation("notes:add", note);
      await side.mutation("notes:edit", { id, body: "second" });
      const edited = (await side.query("notes:get", { id })) as { body: string };
      await side.mutation("notes:remove", { id });
      return [edited.body, await side.query("notes:get", { id })];
    });
  });

  test("what fails, with which data, and what a failure undoes", async () => {
    await agree(async (side) => {
      const note = { owner: "fails", at: 1, body: "" };
      const outcomes: unknown[] = [];
      for (const coded of [true, false]) {
        const error = await side.mutation("notes:addThenFail", { ...note, coded }).then(
          () => null,
          (thrown: unknown) => thrown,
        );
        outcomes.push(error instanceof ConvexError ? error.data : error instanceof Error);
      }
      const nested = await side.mutation("counters:incrementDespiteFailure", { name: "agree" });
      outcomes.push(typeof nested, await side.query("counters:get", { name: "agree" }));
      return [...outcomes, await side.query("notes:list", { owner: "fails" })];
    });
  });

  test("arguments, results and documents that break their validators", async () => {
    await agree(async (side) => {
      const calls: [keyof Deployment, string, object][] = [
        ["mutation", "notes:add", {}],
        ["mutation", "notes:add", { owner: 1, at: 1, body: "" }],
        ["mutation", "notes:add", { owner: "a", at: 1n, body: "" }],
        ["mutation", "notes:add", { owner: "a", at: 1, body: "", extra: 1 }],
        ["mutation", "anything:insert", { documents: [{ unknown: 1 }] }],
        ["query", "misc:lies", {}],
        ["query", "notes:get", { id: "nonsense" }],
      ];
      const failures: boolean[] = [];
      for (const [kind, path, args] of calls) {
        failures.push(
          await side[kind](path, args).then(
            () => false,
            () => true,
          ),
        );
      }
      return failures;
    });
  });

  test("search: which documents match", async () => {
    await agree(async (side) => {
      const bodies = ["red apple pie", "green apple", "Red brick", "reddish stone"];
      const notes = bodies.map((body, at) => ({ owner: "words", at, body }));
      await side.mutation("notes:addMany", { notes });
      const found: string[][] = [];
      for (const text of ["red", "apple", "green brick", "appl", "missing"]) {
        const hits = await side.query("notes:search", { text, owner: "words" });
        found.push((hits as { body: string }[]).map((hit) => hit.body).sort());
      }
      return found;
    });
  });

  test("actions that call queries and catch error data", async () => {
    await agree(async (side) => [
      await side.action("actions:countNotes", { owner: "nobody" }),
      await side.action("actions:catchData", { owner: "nobody" }),
    ]);
  });
});
