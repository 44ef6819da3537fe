/**
 * The host behind `globalThis.Convex`: what `convex/server` asks for when a function uses `ctx`.
 * System calls take and give JSON text; documents pass through as text, without being parsed.
 */

import { callContext, type CallContext } from "./context.ts";
import type { CursorCodec } from "./cursor.ts";
import { FunctionError, LimitError, notImplemented } from "./errors.ts";
import type { Functions, Kind } from "./functions.ts";
import type { Metric } from "./limits.ts";
import { tableNumberOf } from "./ids.ts";
import { page } from "./pages.ts";
import { stream } from "./query.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Table } from "./table.ts";
import type { Transaction } from "./transaction.ts";
import { encode } from "./filter.ts";
import { isPlainObject, isUndefinedMarker, type Json, type JsonObject } from "./values.ts";

type Arguments = Record<string, Json>;
type Syscall = (args: Arguments, context: CallContext) => string | Promise<string>;

export interface Host {
  functions: Functions;
  scheduler: Scheduler;
  cursors: CursorCodec;
  deploymentName: string;
}

/** Makes the functions' `ctx` work: sets `globalThis.Convex`. */
export function installHost(host: Host): void {
  const calls: Record<string, Syscall> = {
    ...databaseCalls(host),
    ...functionCalls(host),
    ...schedulerCalls(host),
    ...metadataCalls(host),
  };
  const dispatch = (op: string, text: string, context: CallContext): string | Promise<string> => {
    const call = calls[op];
    if (!call) throw new FunctionError(`Unknown async operation ${op}: not implemented`);
    return call(JSON.parse(text) as Arguments, context);
  };
  const syscall = (op: string, text: string): string => {
    const context = currentContext();
    try {
      return dispatch(op, text, context) as string;
    } catch (error) {
      throw noteFailure(error, context);
    }
  };
  // Most answers are there at once: `convex/server` awaits them as it awaits promises.
  const asyncSyscall = (op: string, text: string): string | Promise<string> => {
    const context = currentContext();
    try {
      const answer = dispatch(op, text, context);
      if (typeof answer === "string") return answer;
      return answer.catch((error: unknown) => {
        throw noteFailure(error, context);
      });
    } catch (error) {
      throw noteFailure(error, context);
    }
  };
  const jsSyscall = (op: string): never => {
    throw notImplemented(`The operation ${op}`);
  };
  Object.assign(globalThis, { Convex: { syscall, asyncSyscall, jsSyscall } });
}

function currentContext(): CallContext {
  const context = callContext.getStore();
  if (!context || context.closed) throw new FunctionError("This function has already ended.");
  return context;
}

/** A passed limit fails the whole transaction, whatever the function does with the error. */
function noteFailure(error: unknown, { tx }: CallContext): unknown {
  if (error instanceof LimitError && tx) tx.failure ??= error;
  return error;
}

function databaseCalls({ cursors }: Host): Record<string, Syscall> {
  return {
    "1.0/queryStream": (args, context) => {
      const id = context.streams.size + 1;
      context.streams.set(id, stream(transaction(context), args["query"] as never));
      return JSON.stringify({ queryId: id });
    },
    "1.0/queryStreamNext": (args, context) => {
      const next = context.streams.get(args["queryId"] as number)?.next();
      return !next || next.done
        ? '{"value":null,"done":true}'
        : `{"value":${next.value},"done":false}`;
    },
    "1.0/queryCleanup": (args, context) => {
      context.streams.get(args["queryId"] as number)?.return(undefined);
      return "{}";
    },
    "1.0/queryPage": (args, context) => {
      context.pages += 1;
      if (context.pages > 1) {
        throw new FunctionError(
          "This query or mutation function ran multiple paginated queries. Convex only supports a single paginated query in each function.",
        );
      }
      const { texts, ...rest } = page(transaction(context), cursors, args as never);
      return `{"page":[${texts.join(",")}],${JSON.stringify(rest).slice(1)}`;
    },
    "1.0/get": (args, context) => {
      const tx = transaction(context);
      const id = decodedId(args);
      const table = tx.tableOf(id);
      if (!table) return "null";
      checkTable(table, args, args["isSystem"] === true);
      return tx.get(id, table) ?? "null";
    },
    "1.0/count": (args, context) => {
      const table = userTable(transaction(context), args["table"]);
      const { lower, upper } = { lower: Buffer.alloc(0), upper: Buffer.from([0xff]) };
      transaction(context).noteRead(table.byId.id, { lower, upper });
      return String(table.count());
    },
    "1.0/db/normalizeId": (args, context) => {
      const id = args["idString"] as string;
      const table = transaction(context).tableOf(id);
      return JSON.stringify({ id: table && table.name === args["table"] ? id : null });
    },
    "1.0/insert": (args, context) => {
      const tx = transaction(context);
      const table = userTable(tx, args["table"]);
      return JSON.stringify({ _id: tx.insert(table, objectArgument(args, "insert")) });
    },
    "1.0/shallowMerge": (args, context) => {
      const tx = transaction(context);
      const changes = Object.entries(objectArgument(args, "patch"));
      tx.patch(
        writableId(tx, args),
        new Map(changes.map(([name, v]) => [name, isUndefinedMarker(v) ? undefined : v])),
      );
      return "{}";
    },
    "1.0/replace": (args, context) => {
      const tx = transaction(context);
      tx.replace(writableId(tx, args), objectArgument(args, "replace"));
      return "{}";
    },
    "1.0/remove": (args, context) => {
      const tx = transaction(context);
      tx.remove(writableId(tx, args));
      return "{}";
    },
  };
}

function functionCalls({ functions }: Host): Record<string, Syscall> {
  const fromAction =
    (kind: Kind): Syscall =>
    async (args, context) => {
      if (context.tx) throw new FunctionError("Only actions run functions in new transactions.");
      const target = functions.find(functionName(args), kind, true);
      const { caller, depth, logs } = context;
      const run = { depth: depth + 1, logs };
      return (await functions.call(target, args["args"] ?? {}, caller, run)).text;
    };
  return {
    "1.0/runUdf": async (args, context) => {
      const kind = args["udfType"] as Kind | "snapshotQuery";
      if (kind === "snapshotQuery") throw notImplemented("useStaleSnapshot");
      transaction(context);
      if (kind === "mutation" && context.kind === "query") {
        throw new FunctionError("Queries cannot run mutations.");
      }
      const target = functions.find(functionName(args), kind, true);
      const limits = (args["transactionLimits"] ?? {}) as Partial<Record<Metric, number>>;
      return functions.callNested(target, args["args"] ?? {}, context, limits);
    },
    "1.0/actions/query": fromAction("query"),
    "1.0/actions/mutation": fromAction("mutation"),
    "1.0/actions/action": fromAction("action"),
  };
}

function schedulerCalls({ functions, scheduler }: Host): Record<string, Syscall> {
  const schedule: Syscall = async (args, context) => {
    const target = functions.find(functionName(args), null, true);
    if (target.kind === "query") throw new FunctionError("Queries cannot be scheduled.");
    const job = { name: target.path, args: args["args"] ?? {}, at: Number(args["ts"]) * 1000 };
    return JSON.stringify(await scheduler.schedule(job, context.tx));
  };
  const cancel: Syscall = async (args, context) => {
    await scheduler.cancel(idArgument(args), context.tx);
    return "null";
  };
  return {
    "1.0/schedule": schedule,
    "1.0/actions/schedule": schedule,
    "1.0/cancel_job": cancel,
    "1.0/actions/cancel_job": cancel,
  };
}

function metadataCalls({ deploymentName }: Host): Record<string, Syscall> {
  return {
    "1.0/getUserIdentity": (_, { caller }) => JSON.stringify(caller.identity),
    "1.0/getSnapshotTs": (_, context) => JSON.stringify(encode(transaction(context).ts)),
    "1.0/getTransactionMetrics": (_, context) =>
      JSON.stringify(transaction(context).usage.report()),
    "1.0/getFunctionMetadata": (_, { path }) => JSON.stringify({ name: path, componentPath: "" }),
    "1.0/getDeploymentMetadata": () =>
      JSON.stringify({ name: deploymentName, region: null, class: "dev" }),
    "1.0/getRequestMetadata": (_, { caller }) => {
      const { ip, userAgent, requestId, scheduledJobId } = caller;
      const job = { scheduledFunctionId: scheduledJobId, authToken: null };
      return JSON.stringify({ ip, userAgent, requestId, ...job });
    },
  };
}

function transaction({ tx }: CallContext): Transaction {
  if (!tx) throw new FunctionError("Unknown async operation: not available in actions");
  return tx;
}

function userTable(tx: Transaction, name: Json | undefined): Table {
  const table = typeof name === "string" ? tx.store.table(name) : undefined;
  if (!table || table.name.startsWith("_")) {
    throw new FunctionError(`Table ${JSON.stringify(name)} is not in the schema.`);
  }
  return table;
}

/** Checks the explicit table argument, and that system tables are reached by `db.system` only. */
function checkTable(table: Table, args: Arguments, isSystem: boolean): void {
  const expected = args["table"];
  if (expected !== undefined && expected !== table.name) {
    throw new FunctionError(
      `Invalid argument \`id\`, expected ID in table ${JSON.stringify(expected)} but got ID in table '${table.name}'`,
    );
  }
  if (table.name.startsWith("_") !== isSystem) {
    throw new FunctionError("System tables can only be accessed from `db.system`.");
  }
}

function writableId(tx: Transaction, args: Arguments): string {
  const id = decodedId(args);
  const table = tx.tableOf(id);
  if (!table) throw new FunctionError(`Invalid argument \`id\`: "${id}" is of no table`);
  checkTable(table, args, false);
  return id;
}

/** @throws FunctionError for a text that is nobody's id, of whatever table. */
function decodedId(args: Arguments): string {
  const id = idArgument(args);
  if (tableNumberOf(id) === null) {
    throw new FunctionError(`Invalid argument \`id\`: Unable to decode ID: "${id}"`);
  }
  return id;
}

function idArgument(args: Arguments): string {
  const id = args["id"];
  if (typeof id !== "string") throw new FunctionError("Invalid argument `id`, expected string");
  return id;
}

function objectArgument(args: Arguments, operation: string): JsonObject {
  const value = args["value"] as Json;
  if (isPlainObject(value)) return value;
  throw new FunctionError(`Invalid argument \`value\` for \`db.${operation}\`: expected an object`);
}

function functionName(args: Arguments): string {
  if (typeof args["name"] === "string") return args["name"];
  throw notImplemented("A function handle or component reference");
}
