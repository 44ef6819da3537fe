/** Takes a snapshot of documents, as `python -m local import` sends it: all of it or nothing. */

import type { IncomingMessage } from "node:http";
import { createInterface } from "node:readline";
import { applySchema, documentError, resetTables } from "./deploy.ts";
import { FunctionError, RequestError } from "./errors.ts";
import { tableNumberOf } from "./ids.ts";
import { LIMITS } from "./limits.ts";
import { log, messageOf } from "./log.ts";
import type { Runtime } from "./runtime.ts";
import type { Table } from "./table.ts";
import { isObject, sortKeys, type JsonObject } from "./values.ts";
import { measure } from "./wire.ts";

/** Milliseconds without a byte after which an import is given up: it keeps all others waiting. */
const IDLE_MS = 30_000;

/**
 * Replaces all documents by those of the request's body. Nothing else runs meanwhile.
 *
 * The body is lines of JSON: `{"tables": {name: number}}`, then for each table `{"table": name}` and
 * its documents.
 *
 * @throws RequestError naming the first document that cannot be taken; nothing has changed then.
 */
export async function importSnapshot(
  runtime: Runtime,
  request: IncomingMessage,
  url: URL,
): Promise<string> {
  const { isAdmin } = await runtime.authenticator.authenticate(request.headers.authorization);
  if (!isAdmin) throw new RequestError(403, "Forbidden", "Importing needs the admin key");
  const isReplacing = url.searchParams.get("replace") === "true";
  request.setTimeout(IDLE_MS, () => request.destroy(new Error("the import stalled")));
  const documents = await runtime.executor.exclusive(async () => {
    if (!isReplacing && isAnyUsed(runtime)) {
      throw new RequestError(409, "NotEmpty", "The deployment holds documents already");
    }
    return replaceAll(runtime, request);
  });
  log("info", "snapshot_imported", { documents });
  return JSON.stringify({ documents });
}

function isAnyUsed({ store }: Runtime): boolean {
  return [...store.tables.values()].some(
    (table) => !table.name.startsWith("_") && table.count() > 0,
  );
}

async function replaceAll(runtime: Runtime, request: IncomingMessage): Promise<number> {
  const { store, schema } = runtime;
  store.begin();
  try {
    const count = await readSnapshot(runtime, request);
    store.commit();
    return count;
  } catch (error) {
    store.rollback();
    applySchema(store, schema);
    throw error;
  }
}

async function readSnapshot(runtime: Runtime, request: IncomingMessage): Promise<number> {
  const { store, schema } = runtime;
  let table: Table | undefined;
  let hasHeader = false;
  let count = 0;
  for await (const line of createInterface({ input: request, crlfDelay: Infinity })) {
    if (line === "") continue;
    const value = parse(line);
    if (isHeader(value)) {
      resetTables(store, schema, value.tables);
      hasHeader = true;
    } else if (typeof value["table"] === "string" && value["_id"] === undefined) {
      table = store.table(value["table"]);
    } else if (table) {
      insert(runtime, table, value);
      count += 1;
    } else {
      throw new RequestError(400, "BadSnapshot", "The snapshot does not name its tables");
    }
  }
  if (!hasHeader || !request.complete)
    throw new RequestError(400, "BadSnapshot", "The snapshot was cut off");
  return count;
}

function insert({ store }: Runtime, table: Table, value: JsonObject): void {
  const { _id: id, _creationTime: creationTime, ...fields } = value;
  if (typeof id !== "string" || tableNumberOf(id) !== table.number) {
    throw refused(table, id, "its _id is not an id of the table");
  }
  if (typeof creationTime !== "number") throw refused(table, id, "it has no _creationTime");
  const size = sizeOf(table, value);
  if (size > LIMITS.documentBytes) throw refused(table, id, "it is too large");
  const error = documentError(store, table, fields);
  if (error !== null) throw refused(table, id, error);
  store.noteCreationTime(creationTime);
  table.insert(sortKeys(value), size, () => undefined);
}

function sizeOf(table: Table, document: JsonObject): number {
  try {
    return measure(document).size;
  } catch (error) {
    if (!(error instanceof FunctionError)) throw error;
    throw refused(table, document["_id"], error.message);
  }
}

function refused(table: Table, id: unknown, reason: string): RequestError {
  const message = `Document with ID ${JSON.stringify(id)} in table "${table.name}" cannot be imported: ${reason}`;
  return new RequestError(400, "BadSnapshot", message);
}

function parse(line: string): JsonObject {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return value as JsonObject;
    }
  } catch (error) {
    log("warning", "import_refused", { reason: messageOf(error) });
  }
  throw new RequestError(400, "BadSnapshot", "A line of the snapshot is not a JSON object");
}

function isHeader(value: JsonObject): value is { tables: Record<string, number> } {
  return isObject(value["tables"]) && value["_id"] === undefined;
}
