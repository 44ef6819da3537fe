import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { callContext, type Caller } from "../../local/runtime/context.ts";
import { applySchema } from "../../local/runtime/deploy.ts";
import { Executor } from "../../local/runtime/executor.ts";
import { Functions } from "../../local/runtime/functions.ts";
import { KEY_END, KEY_START } from "../../local/runtime/keyindex.ts";
import { Store } from "../../local/runtime/store.ts";
import type { LoadedFunction } from "../../local/runtime/modules.ts";
import type { Transaction } from "../../local/runtime/transaction.ts";

/** More than the rows that go into one statement, and not a multiple of them. */
const MANY = 47;

function notes() {
  const folder = mkdtempSync(join(tmpdir(), "convex-executor-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const store = new Store(folder);
  onTestFinished(() => store.close());
  const indexes = [{ name: "by_name", fields: ["name"] }];
  const searches = [{ name: "search", searchField: "name", filterFields: [] }];
  applySchema(store, [{ name: "notes", validator: null, indexes, searches }]);
  const table = store.table("notes")!;
  const index = table.indexes.get("by_name")!;
  const names = (): string[] =>
    index
      .scan({ lower: KEY_START, upper: KEY_END }, "asc", -1)
      .map(({ text }) => (JSON.parse(text) as { name: string }).name);
  const found = (word: string): number =>
    [...table.searches.get("search")!.find([{ type: "Search", fieldPath: "name", value: word }])]
      .length;
  const add = (tx: Transaction, name: string): string => tx.insert(table, { name });
  return { store, executor: new Executor(store), names, found, add, table };
}

test("a mutation that fails after it has written takes nothing else of its group with it", async () => {
  const { executor, names, found, add } = notes();
  const outcomes = await Promise.allSettled([
    executor.write(async (tx) => add(tx, "first")),
    executor.write(async (tx) => {
      for (let i = 0; i < MANY; i += 1) add(tx, `gone ${i}`);
      throw new Error("second thoughts");
    }),
    executor.write(async (tx) => {
      const before = names();
      add(tx, "third");
      return before;
    }),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  // The third runs after the first and never sees the second.
  expect(outcomes[2]).toHaveProperty("value", ["first"]);
  expect(names()).toEqual(["first", "third"]);
  expect([found("first"), found("gone"), found("third")]).toEqual([1, 0, 1]);
});

test("a mutation that fails before it has written is no reason to run others again", async () => {
  const { executor, names, add } = notes();
  let runs = 0;
  const outcomes = await Promise.allSettled([
    executor.write(async (tx) => {
      runs += 1;
      return add(tx, "first");
    }),
    executor.write(async () => {
      throw new Error("refused");
    }),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
  expect(names()).toEqual(["first"]);
  expect(runs).toBe(1);
});

test("a transaction reads at once what it has written, however much that is", async () => {
  const { executor, names, found, add, table } = notes();
  await executor.write(async (tx) => {
    const ids = Array.from({ length: MANY }, (_, i) => add(tx, `note ${i}`));
    expect(names()).toHaveLength(MANY);
    expect(table.count()).toBe(MANY);
    const last = add(tx, "last");
    expect(tx.get(last)).toContain('"name":"last"');
    tx.patch(last, new Map([["name", "changed"]]));
    tx.remove(ids[0]!);
    add(tx, "one more");
    expect(found("one")).toBe(1);
  });
  expect(names()).toHaveLength(MANY + 1);
  expect(names()).not.toContain("last");
});

test("a nested part that fails is undone alone", async () => {
  const { executor, names, add } = notes();
  await executor.write(async (tx) => {
    add(tx, "before");
    const nested = tx.nested(async () => {
      for (let i = 0; i < MANY; i += 1) add(tx, `gone ${i}`);
      throw new Error("second thoughts");
    });
    await expect(nested).rejects.toThrow("second thoughts");
    add(tx, "after");
  });
  expect(names()).toEqual(["after", "before"]);
});

test("a mutation that runs again has printed its lines once", async () => {
  const { store, executor, add } = notes();
  const modules = { functions: new Map(), schema: null, authConfig: null, crons: {}, router: null };
  const functions = new Functions(store, executor, modules);
  let runs = 0;
  const target: LoadedFunction = {
    kind: "mutation",
    path: "notes:greet",
    isPublic: true,
    args: { type: "any" },
    returns: null,
    invoke: async () => {
      runs += 1;
      callContext.getStore()?.logs.push("hello");
      return "null";
    },
  };
  const caller: Caller = {
    identity: null,
    isAdmin: false,
    requestId: "r1",
    ip: null,
    userAgent: null,
    scheduledJobId: null,
  };
  const logs: string[] = [];
  const outcomes = await Promise.allSettled([
    functions.call(target, {}, caller, { logs }),
    executor.write(async (tx) => {
      for (let i = 0; i < MANY; i += 1) add(tx, `gone ${i}`);
      throw new Error("second thoughts");
    }),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
  expect({ runs, logs }).toEqual({ runs: 2, logs: ["hello"] });
});
