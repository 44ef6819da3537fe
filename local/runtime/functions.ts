/** Finds and runs functions: visibility, validators, transactions, and errors as callers see them. */

import { setImmediate as nextTurn, setTimeout as startTimer } from "node:timers";
import { callContext, closeContext, newContext, type Caller, type CallContext } from "./context.ts";
import { FunctionError } from "./errors.ts";
import type { Executor } from "./executor.ts";
import { LIMITS, Usage, type Metric } from "./limits.ts";
import { messageOf } from "./log.ts";
import type { LoadedFunction, Modules } from "./modules.ts";
import type { Store } from "./store.ts";
import type { Transaction } from "./transaction.ts";
import { validationError } from "./validate.ts";
import { isPlainObject, type Json, type JsonObject } from "./values.ts";
import { measure } from "./wire.ts";

export type Kind = LoadedFunction["kind"];

interface CallOptions {
  depth?: number;
  logs?: string[];
}

export interface Outcome {
  /** The result as wire JSON text. */
  text: string;
  /** Commit timestamp of a mutation, snapshot of a query, 0 for an action. */
  ts: bigint;
}

export class Functions {
  readonly #store: Store;
  readonly #executor: Executor;
  modules: Modules;

  constructor(store: Store, executor: Executor, modules: Modules) {
    this.#store = store;
    this.#executor = executor;
    this.modules = modules;
  }

  /**
   * @param kind what the caller takes the function for; null accepts any.
   * @throws FunctionError when there is no such function, or none that this caller may call.
   */
  find(path: string, kind: Kind | null, allowInternal: boolean): LoadedFunction {
    const name = normalPath(path);
    const found = this.modules.functions.get(name);
    if (!found || !(found.isPublic || allowInternal)) {
      throw new FunctionError(
        `Could not find ${allowInternal ? "" : "public "}function for '${name}'. Did you forget to run \`npx convex dev\` or \`npx convex deploy\`?`,
      );
    }
    if (kind !== null && found.kind !== kind) {
      throw new FunctionError(
        `Trying to execute ${name} as ${title(kind)}, but it is defined as ${title(found.kind)}.`,
      );
    }
    return found;
  }

  /** Runs a function in a transaction of its own, or an action without one. */
  async call(
    target: LoadedFunction,
    args: Json,
    caller: Caller,
    { depth = 0, logs = [] }: CallOptions = {},
  ): Promise<Outcome> {
    const run = async (tx: Transaction | null, lines = logs): Promise<Outcome> => {
      const text = await this.#run(target, args, caller, { tx, depth, logs: lines });
      return { text, ts: tx?.ts ?? 0n };
    };
    if (target.kind === "query") return this.#executor.read((tx) => run(tx));
    if (target.kind === "action") return run(null);
    // What a mutation prints counts once, however often it is run.
    let printed: string[] = [];
    try {
      return await this.#executor.write((tx) => run(tx, (printed = [])));
    } finally {
      logs.push(...printed.slice(0, Math.max(0, LIMITS.logLines - logs.length)));
    }
  }

  /** Runs a query or mutation inside a given transaction. */
  callIn(
    tx: Transaction,
    target: LoadedFunction,
    args: Json,
    caller: Caller,
    logs: string[] = [],
  ): Promise<string> {
    return this.#run(target, args, caller, { tx, depth: 0, logs });
  }

  /** Runs a query or mutation inside the transaction of the function that calls it. */
  callNested(
    target: LoadedFunction,
    args: Json,
    parent: CallContext,
    limits: Partial<Record<Metric, number>>,
  ): Promise<string> {
    // One at a time: savepoints and counters nest, they cannot overlap.
    const call = parent.nested.then(() => this.#callNested(target, args, parent, limits));
    parent.nested = call.catch(() => undefined);
    return call;
  }

  async #callNested(
    target: LoadedFunction,
    args: Json,
    parent: CallContext,
    limits: Partial<Record<Metric, number>>,
  ): Promise<string> {
    const tx = parent.tx as Transaction;
    const outer = tx.usage;
    const inner = new Usage(outer, limits);
    const { depth, logs } = parent;
    tx.usage = inner;
    const run = (): Promise<string> =>
      this.#run(target, args, parent.caller, { tx, depth: depth + 1, logs });
    try {
      const text = target.kind === "mutation" ? await tx.nested(run) : await run();
      outer.absorb(inner, true);
      return text;
    } catch (error) {
      outer.absorb(inner, false);
      throw error;
    } finally {
      tx.usage = outer;
    }
  }

  async #run(
    target: LoadedFunction,
    args: Json,
    caller: Caller,
    parent: { tx: Transaction | null; depth: number; logs: string[] },
  ): Promise<string> {
    if (parent.depth > LIMITS.callDepth) {
      throw new FunctionError("Cross component or nested function call depth limit exceeded");
    }
    this.#checkArguments(target, args);
    const context = newContext(target.kind, target.path, caller, parent);
    const limit = target.kind === "action" ? LIMITS.actionMs : LIMITS.stallMs;
    const text = await runInContext(context, limit, () => target.invoke(JSON.stringify([args])));
    if (parent.tx?.failure) throw parent.tx.failure;
    this.#checkResult(target, text);
    return text;
  }

  #checkArguments(target: LoadedFunction, args: Json): void {
    if (!isPlainObject(args)) {
      throw new FunctionError("ArgumentValidationError: Arguments must be an object.");
    }
    const { size } = measure(args);
    if (size > LIMITS.argumentBytes) {
      throw new FunctionError(
        `Arguments for ${target.path} are too large (actual: ${size} bytes, limit: ${LIMITS.argumentBytes} bytes)`,
      );
    }
    const error = validationError(target.args, args, this.#store.tableName);
    if (error !== null) throw new FunctionError(`ArgumentValidationError: ${error}`);
  }

  #checkResult(target: LoadedFunction, text: string): void {
    const value = JSON.parse(text) as Json;
    if (measure(value).size > LIMITS.resultBytes) {
      throw new FunctionError(
        `Function ${target.path} return value is too large (limit: ${LIMITS.resultBytes} bytes)`,
      );
    }
    const error = target.returns && validationError(target.returns, value, this.#store.tableName);
    if (error) throw new FunctionError(`ReturnsValidationError: ${error}`);
  }
}

/**
 * Runs user code with its context.
 *
 * @throws FunctionError for whatever the code throws, or when it takes too long: a query or
 *   mutation settles without help from the event loop unless it waits for the outside world.
 */
export async function runInContext<T>(
  context: CallContext,
  limitMs: number,
  code: () => Promise<T>,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    const late = `Function execution timed out (maximum duration: ${limitMs / 1000}s)`;
    timer = startTimer(() => reject(new FunctionError(late)), limitMs);
  });
  try {
    const value = await Promise.race([callContext.run(context, code), timeout]);
    // Node.js tells of rejections that nobody handles once there is nothing else to do.
    await turn();
    if (context.rejection) throw context.rejection.reason;
    return value;
  } catch (thrown) {
    throw asFunctionError(thrown);
  } finally {
    clearTimeout(timer);
    closeContext(context);
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => nextTurn(resolve));
}

function asFunctionError(thrown: unknown): FunctionError {
  if (thrown instanceof FunctionError) return thrown;
  const name = thrown instanceof Error ? thrown.name : "Error";
  // `convex/server` has turned the data of a ConvexError into JSON text.
  const { ConvexErrorSymbol, data } = (thrown ?? {}) as JsonObject;
  if (ConvexErrorSymbol !== undefined && typeof data === "string") {
    return new FunctionError(
      `Uncaught ConvexError: ${messageOf(thrown)}`,
      JSON.parse(data) as Json,
    );
  }
  return new FunctionError(`Uncaught ${name}: ${messageOf(thrown)}`);
}

/** `messages.js:list` and `messages` are other spellings of `messages:list`, `messages:default`. */
function normalPath(path: string): string {
  const colon = path.lastIndexOf(":");
  const module = colon < 0 ? path : path.slice(0, colon);
  const name = colon < 0 ? "default" : path.slice(colon + 1);
  return `${module.replace(/\.js$/, "")}:${name}`;
}

function title(kind: Kind): string {
  return kind.charAt(0).toUpperCase() + kind.slice(1);
}
