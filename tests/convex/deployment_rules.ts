/**
 * What a deployment would refuse of a push: the rules of Convex's backend that a schema, crons and
 * modules can break, each with the place of the backend's source (get-convex/convex-backend) that has
 * it. The local runtime does not check them.
 */

export interface TableJson {
  tableName: string;
  indexes: { indexDescriptor: string; fields: string[] }[];
  searchIndexes: { indexDescriptor: string; searchField: string; filterFields: string[] }[];
  documentType: ValidatorJson | null;
}

type ValidatorJson =
  | { type: "object"; value: Record<string, { fieldType: ValidatorJson }> }
  | { type: "union"; value: ValidatorJson[] }
  | { type: "record" | "any" | "string" | "number" | "boolean" | "null" | "array" | "id" }
  | { type: string };

export type Crons = Record<string, { name: string; schedule: Record<string, unknown> }>;
export type Kind = "query" | "mutation" | "action" | "httpAction";

export interface Module {
  /** Below the functions folder, with `.js`. */
  path: string;
  environment: "isolate" | "node";
  /** Exported functions by name. */
  functions: Record<string, Kind>;
}

/** common/src/schemas/mod.rs, common/src/bootstrap_model/index/mod.rs, sync_types/identifier.rs */
const MOST = { indexes: 64, fields: 16, filterFields: 16, nameLength: 64 } as const;
const NAME = /^[A-Za-z][A-Za-z0-9_]*$/;

/** Everything that is wrong with a schema, in words. */
export function schemaProblems(tables: readonly TableJson[]): string[] {
  return tables.flatMap((table) => [
    // sync_types/src/identifier.rs; a leading underscore is for system tables.
    ...(isName(table.tableName) ? [] : [`table "${table.tableName}": not a name`]),
    ...indexProblems(table).map((problem) => `table "${table.tableName}": ${problem}`),
  ]);
}

/** common/src/bootstrap_model/index/index_validation_error.rs; schemas/mod.rs: check_index_references */
function indexProblems({ indexes, searchIndexes, documentType }: TableJson): string[] {
  const names = [...indexes, ...searchIndexes].map(({ indexDescriptor }) => indexDescriptor);
  const problems = repeated(names).map((name) => `two indexes are named "${name}"`);
  if (names.length > MOST.indexes) problems.push(`more than ${MOST.indexes} indexes`);
  for (const name of names) {
    if (["by_id", "by_creation_time"].includes(name) || !isName(name)) {
      problems.push(`index "${name}": the name is reserved or not a name`);
    }
  }
  for (const { indexDescriptor, fields } of indexes) {
    const own = fieldProblems(fields, documentType, MOST.fields);
    if (fields.length === 0) own.push("has no field");
    problems.push(...own.map((problem) => `index "${indexDescriptor}" ${problem}`));
  }
  for (const { indexDescriptor, searchField, filterFields } of searchIndexes) {
    const own = fieldProblems(filterFields, documentType, MOST.filterFields);
    own.push(...fieldProblems([searchField], documentType, 1));
    problems.push(...own.map((problem) => `search index "${indexDescriptor}" ${problem}`));
  }
  for (const fields of repeated(indexes.map(({ fields }) => JSON.stringify(fields)))) {
    problems.push(`two indexes have the fields ${fields}`);
  }
  for (const field of repeated(searchIndexes.map(({ searchField }) => searchField))) {
    problems.push(`two search indexes search "${field}"`);
  }
  return problems;
}

function fieldProblems(fields: string[], type: ValidatorJson | null, most: number): string[] {
  return [
    ...(fields.length > most ? [`has more than ${most} fields`] : []),
    ...repeated(fields).map((field) => `names "${field}" twice`),
    ...fields.filter((field) => field.startsWith("_")).map((field) => `names "${field}", reserved`),
    ...fields
      .filter(
        (field) => !field.startsWith("_") && type !== null && !canHold(type, field.split(".")),
      )
      .map((field) => `names "${field}", which no document has`),
  ];
}

function canHold(type: ValidatorJson, [first, ...rest]: string[]): boolean {
  if (first === undefined) return true;
  if (type.type === "any" || type.type === "record") return true;
  if (type.type === "union") {
    return (type as { value: ValidatorJson[] }).value.some((member) =>
      canHold(member, [first, ...rest]),
    );
  }
  if (type.type !== "object") return false;
  const field = (type as { value: Record<string, { fieldType: ValidatorJson }> }).value[first];
  return field !== undefined && canHold(field.fieldType, rest);
}

/** application_function_runner/mod.rs: what a cron may call; model/src/cron_jobs/types.rs: intervals. */
export function cronProblems(crons: Crons, modules: readonly Module[]): string[] {
  return Object.entries(crons).flatMap(([cron, { name, schedule }]) => {
    const kind = functionKind(name, modules);
    const problems = [];
    if (kind === undefined) problems.push(`calls ${name}, which does not exist`);
    else if (kind !== "mutation" && kind !== "action") problems.push(`calls ${name}, a ${kind}`);
    const times = ["seconds", "minutes", "hours"].map((unit) => schedule[unit]);
    const given = times.filter((time) => time !== undefined);
    if (schedule["type"] === "interval") {
      const isWhole = given.length === 1 && Number.isInteger(given[0]) && Number(given[0]) > 0;
      if (!isWhole) problems.push("has no whole interval");
    }
    return problems.map((problem) => `cron "${cron}" ${problem}`);
  });
}

/** sync_types/src/path.rs; isolate/src/environment/analyze.rs: "use node" is for actions. */
export function moduleProblems(modules: readonly Module[]): string[] {
  return modules.flatMap(({ path, environment, functions }) => {
    const problems = path
      .split("/")
      .filter((part) => !/^[A-Za-z0-9_.]+$/.test(part) || part.length > MOST.nameLength)
      .map((part) => `"${part}" cannot be part of a path`);
    for (const [name, kind] of Object.entries(functions)) {
      if (!isName(name)) problems.push(`"${name}" is not a name`);
      if (environment === "node" && kind !== "action") {
        problems.push(`"${name}" is a ${kind} in a module for Node.js`);
      }
    }
    return problems.map((problem) => `module ${path}: ${problem}`);
  });
}

function functionKind(reference: string, modules: readonly Module[]): Kind | undefined {
  const [module, name = "default"] = reference.split(":");
  const found = modules.find(({ path }) => path === `${String(module).replace(/\.js$/, "")}.js`);
  return found?.functions[name];
}

function isName(text: string): boolean {
  return NAME.test(text) && text.length <= MOST.nameLength;
}

function repeated(texts: readonly string[]): string[] {
  return [...new Set(texts.filter((text, at) => texts.indexOf(text) !== at))];
}
