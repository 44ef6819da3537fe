// @vitest-environment node
/** What `npx convex deploy` generates is what is committed, and what it pushes is taken. */
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { cronProblems, moduleProblems, schemaProblems } from "../tests/convex/deployment_rules.ts";
import type { Crons, Kind, Module, TableJson } from "../tests/convex/deployment_rules.ts";
import { pushed, type Push } from "../tests/convex/push.ts";

let push: Push;

beforeAll(async () => {
  push = await pushed();
});

test("convex/_generated is as the CLI makes it", () => {
  // A failure is repaired by: node tests/convex/codegen.ts
  const names = readdirSync("convex/_generated").sort();
  expect(Object.keys(push.generated).sort()).toEqual(names);
  for (const name of names) {
    const text = readFileSync(`convex/_generated/${name}`, "utf8");
    expect(text, name).toBe(push.generated[name]);
  }
});

test("the CLI pushes every module of the functions, and no test", () => {
  const sources = readdirSync("convex", { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && !path.startsWith("_generated"))
    .filter((path) => !/\.test\.ts$/.test(path) && path !== "schema.ts")
    .map((path) => path.replace(/\.ts$/, ".js"));
  const own = push.modules.map(({ path }) => path).filter((path) => !path.startsWith("_deps/"));
  expect(own.sort()).toEqual(sources.sort());
  expect(push.asked).toContain("/api/deploy2/finish_push");
});

test("a deployment takes what is pushed", async () => {
  const { tables, crons, modules } = await loaded(push);
  expect(tables.length).toBeGreaterThan(20);
  expect(modules.flatMap(({ functions }) => Object.keys(functions)).length).toBeGreaterThan(80);
  expect(schemaProblems(tables)).toEqual([]);
  expect(cronProblems(crons, modules)).toEqual([]);
  expect(moduleProblems(modules)).toEqual([]);
});

type Exported = { export: () => string };

/** What the pushed bundles say of themselves when they are loaded. */
async function loaded({ modules, schema }: Push) {
  const folder = mkdtempSync(join("node_modules", ".convex-pushed-"));
  try {
    const all = [...modules, schema!];
    writeFileSync(join(folder, "package.json"), '{"type": "module"}');
    for (const { path, source } of all) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), source);
    }
    const load = async (path: string) =>
      (await import(/* @vite-ignore */ pathToFileURL(join(folder, path)).href)) as Record<
        string,
        unknown
      >;
    const read = (value: unknown): unknown => JSON.parse((value as Exported).export());
    const { tables } = read((await load("schema.js"))["default"]) as { tables: TableJson[] };
    const crons = read((await load("crons.js"))["default"]) as Crons;
    const own = modules.filter(({ path }) => !path.startsWith("_deps/"));
    const described: Module[] = [];
    for (const { path, environment } of own) {
      described.push({ path, environment, functions: functionsOf(await load(path)) });
    }
    return { tables, crons, modules: described };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function functionsOf(exports: Record<string, unknown>): Record<string, Kind> {
  const kinds = { isQuery: "query", isMutation: "mutation", isAction: "action" } as const;
  const found = Object.entries(exports).flatMap(([name, value]) => {
    const mark = Object.keys(kinds).find(
      (key) => typeof value === "function" && (value as unknown as Record<string, unknown>)[key],
    );
    return mark === undefined ? [] : [[name, kinds[mark as keyof typeof kinds]] as const];
  });
  return Object.fromEntries(found);
}

const field = { fieldType: { type: "string" } };
const table = (more: Partial<TableJson>): TableJson => ({
  tableName: "things",
  indexes: [],
  searchIndexes: [],
  documentType: { type: "object", value: { a: field, b: field } },
  ...more,
});
const index = (indexDescriptor: string, ...fields: string[]) => ({ indexDescriptor, fields });
const many = (count: number) => Array.from({ length: count }, (_, at) => `f${at}`);

test.each<[string, Partial<TableJson>]>([
  ["not a name", { tableName: "_things" }],
  ["which no document has", { indexes: [index("by_c", "c")] }],
  ["which no document has", { indexes: [index("by_deep", "a.b")] }],
  ['names "a" twice', { indexes: [index("by_a", "a", "a")] }],
  ["reserved", { indexes: [index("by_time", "_creationTime")] }],
  ["reserved", { indexes: [index("by_id", "a")] }],
  ["not a name", { indexes: [index("by a", "a")] }],
  ["has no field", { indexes: [index("empty")] }],
  ["two indexes have the fields", { indexes: [index("by_a", "a"), index("by_a_too", "a")] }],
  ["two indexes are named", { indexes: [index("by_a", "a"), index("by_a", "b")] }],
  ["more than 16 fields", { indexes: [index("wide", ...many(17))], documentType: null }],
  [
    "more than 64 indexes",
    { indexes: many(65).map((name) => index(name, name)), documentType: null },
  ],
  [
    "more than 16 fields",
    {
      searchIndexes: [{ indexDescriptor: "search", searchField: "a", filterFields: many(17) }],
      documentType: null,
    },
  ],
  [
    "two search indexes search",
    {
      searchIndexes: [
        { indexDescriptor: "one", searchField: "a", filterFields: [] },
        { indexDescriptor: "two", searchField: "a", filterFields: ["b"] },
      ],
    },
  ],
])("a schema is refused: %s", (problem, more) => {
  const found = schemaProblems([table(more)]);
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(problem);
});

test("crons call what exists and writes, at whole intervals", () => {
  const modules: Module[] = [
    { path: "jobs.js", environment: "isolate", functions: { run: "mutation", read: "query" } },
  ];
  const cron = (name: string, seconds = 5) => ({ name, schedule: { type: "interval", seconds } });
  expect(cronProblems({ good: cron("jobs:run") }, modules)).toEqual([]);
  const bad = { gone: cron("jobs:gone"), reads: cron("jobs:read"), half: cron("jobs:run", 0.5) };
  expect(cronProblems(bad, modules)).toEqual([
    'cron "gone" calls jobs:gone, which does not exist',
    'cron "reads" calls jobs:read, a query',
    'cron "half" has no whole interval',
  ]);
});

test("modules have plain names, and those for Node.js hold actions only", () => {
  const module = (path: string, functions: Record<string, Kind>, environment = "isolate") =>
    ({ path, environment, functions }) as Module;
  const good = [module("a/b_2.js", { run: "query" }), module("n.js", { go: "action" }, "node")];
  expect(moduleProblems(good)).toEqual([]);
  const bad = [module("my-file.js", {}), module("n.js", { read: "query", $run: "action" }, "node")];
  expect(moduleProblems(bad)).toEqual([
    'module my-file.js: "my-file.js" cannot be part of a path',
    'module n.js: "read" is a query in a module for Node.js',
    'module n.js: "$run" is not a name',
  ]);
});
