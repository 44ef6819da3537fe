/** The schema as `schema.ts` exports it, checked against what SQLite tables can hold. */

import { LIMITS } from "./limits.ts";
import type { ValidatorJson } from "./validate.ts";

interface IndexDefinition {
  name: string;
  fields: string[];
}

export interface SearchDefinition {
  name: string;
  searchField: string;
  filterFields: string[];
}

export interface TableDefinition {
  name: string;
  /** Null when the table's documents are not validated. */
  validator: ValidatorJson | null;
  indexes: IndexDefinition[];
  searches: SearchDefinition[];
}

interface ExportedTable {
  tableName: string;
  documentType: ValidatorJson;
  indexes: { indexDescriptor: string; fields: string[] }[];
  searchIndexes: { indexDescriptor: string; searchField: string; filterFields: string[] }[];
  vectorIndexes: unknown[];
}

const IDENTIFIER = /^[a-zA-Z][a-zA-Z0-9_]*$/;

/** Documents of `_scheduled_functions`, readable through `ctx.db.system`. */
export const SYSTEM_TABLES: TableDefinition[] = [
  {
    name: "_scheduled_functions",
    validator: null,
    indexes: [{ name: "by_state", fields: ["state.kind", "scheduledTime"] }],
    searches: [],
  },
];

/**
 * Reads the text of `SchemaDefinition.export()`.
 *
 * @throws Error naming the table or index that the runtime cannot serve.
 */
export function parseSchema(text: string): TableDefinition[] {
  const exported = JSON.parse(text) as { tables: ExportedTable[]; schemaValidation: boolean };
  if (exported.tables.length > LIMITS.tables) throw new Error("The schema has too many tables");
  return exported.tables.map((table) => parseTable(table, exported.schemaValidation));
}

function parseTable(table: ExportedTable, validated: boolean): TableDefinition {
  const name = table.tableName;
  requireIdentifier(name, "Table");
  if (table.vectorIndexes.length > 0) {
    throw new Error(`Table "${name}": vector indexes are not implemented by the local runtime`);
  }
  const definition: TableDefinition = {
    name,
    validator: validated ? table.documentType : null,
    indexes: table.indexes.map((index) => ({ name: index.indexDescriptor, fields: index.fields })),
    searches: table.searchIndexes.map(({ indexDescriptor, ...search }) => ({
      name: indexDescriptor,
      ...search,
    })),
  };
  checkIndexes(definition);
  return definition;
}

function checkIndexes({ name, indexes, searches }: TableDefinition): void {
  const names = [...indexes, ...searches].map((index) => index.name);
  for (const index of names) requireIdentifier(index, `Index of table "${name}"`);
  if (new Set(names).size !== names.length) {
    throw new Error(`Table "${name}" declares two indexes of the same name`);
  }
  if (names.length > LIMITS.indexesPerTable) {
    throw new Error(`Table "${name}" has more than ${LIMITS.indexesPerTable} indexes`);
  }
  for (const { name: index, fields } of indexes) {
    if (fields.length === 0 || fields.length > LIMITS.fieldsPerIndex) {
      throw new Error(`Index "${name}.${index}" needs 1 to ${LIMITS.fieldsPerIndex} fields`);
    }
  }
}

function requireIdentifier(name: string, what: string): void {
  if (!IDENTIFIER.test(name) || name === "by_id" || name === "by_creation_time") {
    throw new Error(`${what} has an invalid or reserved name: "${name}"`);
  }
}
