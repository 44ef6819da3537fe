import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { RETRIES, type Contention } from "../../local/runtime/conflicts.ts";
import { applySchema } from "../../local/runtime/deploy.ts";
import { RequestError } from "../../local/runtime/errors.ts";
import { Executor } from "../../local/runtime/executor.ts";
import { KEY_END, KEY_START } from "../../local/runtime/keyindex.ts";
import { scan } from "../../local/runtime/query.ts";
import { Store } from "../../local/runtime/store.ts";
import type { Transaction } from "../../local/runtime/transaction.ts";

const ALWAYS: Contention = { forced: 1, mutationMs: [0, 0] };

function counters(contention?: Contention) {
  const folder = mkdtempSync(join(tmpdir(), "convex-conflicts-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const store = new Store(folder);
  onTestFinished(() => store.close());
  applySchema(store, [{ name: "counters", validator: null, indexes: [], searches: [] }]);
  const table = store.table("counters")!;
  const add = (tx: Transaction): string => tx.insert(table, { n: 0 });
  const value = (tx: Transaction, id: string): number =>
    (JSON.parse(tx.get(id)!) as { n: number }).n;
  const set = (tx: Transaction, id: string, n: number): void => tx.patch(id, new Map([["n", n]]));
  const all = (tx: Transaction): unknown[] => [
    ...scan(tx, table.byId, { lower: KEY_START, upper: KEY_END }, "asc", Infinity),
  ];
  return { executor: new Executor(store, contention), add, value, set, all };
}

test("of mutations that read and write one row at once, one is done and the others are tried again", async () => {
  const { executor, add, value, set } = counters();
  const id = await executor.write(async (tx) => add(tx));
  const increment = (): Promise<void> =>
    executor.write(async (tx) => set(tx, id, value(tx, id) + 1));
  const outcomes = await Promise.allSettled(Array.from({ length: 40 }, increment));
  const done = outcomes.filter(({ status }) => status === "fulfilled").length;
  expect(await executor.read(async (tx) => value(tx, id))).toBe(done);
  const { retries, failures, tables } = executor.conflicts;
  expect(failures).toBe(40 - done);
  expect(retries).toBeGreaterThanOrEqual(39);
  expect(tables).toEqual({ counters: retries });
});

test("a mutation that meets a conflict at every try fails with Convex's code", async () => {
  const { executor, add } = counters(ALWAYS);
  let runs = 0;
  const failed = await executor
    .write(async (tx) => {
      runs += 1;
      return add(tx);
    })
    .catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(RequestError);
  expect(failed).toMatchObject({ status: 503, code: "OptimisticConcurrencyControlFailure" });
  expect(runs).toBe(0);
  expect(executor.conflicts).toMatchObject({ retries: RETRIES, failures: 1 });
});

test("patching without reading first is a conflict as well, inserting is none", async () => {
  const { executor, add, set } = counters();
  const id = await executor.write(async (tx) => add(tx));
  const patch = (n: number): Promise<void> => executor.write(async (tx) => set(tx, id, n), 0);
  const patches = await Promise.allSettled([patch(1), patch(2)]);
  expect(patches.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
  const inserts = Array.from({ length: 20 }, () => executor.write(async (tx) => add(tx), 0));
  expect(await Promise.all(inserts)).toHaveLength(20);
});

test("a range that was read conflicts with a row that comes into it", async () => {
  const { executor, add, all } = counters();
  const outcomes = await Promise.allSettled([
    executor.write(async (tx) => add(tx), 0),
    executor.write(async (tx) => all(tx).length, 0),
    // What comes after both has seen them.
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
  expect(await executor.write(async (tx) => all(tx).length, 0)).toBe(1);
});

test("a mutation is done exactly if nothing that it reads was written since it began", async () => {
  const job = fc.record({
    reads: fc.uniqueArray(fc.nat(4), { maxLength: 3 }),
    writes: fc.uniqueArray(fc.nat(4), { maxLength: 2 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(job, { maxLength: 6 }), { maxLength: 4 }),
      async (rounds) => {
        const { executor, add, value, set } = counters();
        const ids = await executor.write(async (tx) => [0, 1, 2, 3, 4].map(() => add(tx)));
        for (const jobs of rounds) {
          // All of a round begin together; the executor takes them in their order.
          const written = new Set<number>();
          const wanted = jobs.map(({ reads, writes }) => {
            const isDone = ![...reads, ...writes].some((row) => written.has(row));
            if (isDone) for (const row of writes) written.add(row);
            return isDone ? "fulfilled" : "rejected";
          });
          const run = jobs.map(({ reads, writes }, n) =>
            executor.write(async (tx) => {
              for (const row of reads) value(tx, ids[row]!);
              for (const row of writes) set(tx, ids[row]!, n);
            }, 0),
          );
          const found = await Promise.allSettled(run);
          expect(found.map(({ status }) => status)).toEqual(wanted);
        }
      },
    ),
    { numRuns: 60 },
  );
});
