/** What a running function is: found by its system calls through an async-local variable. */

import { AsyncLocalStorage } from "node:async_hooks";
import { inspect } from "node:util";
import type { Identity } from "./identity.ts";
import { LIMITS } from "./limits.ts";
import type { Transaction } from "./transaction.ts";

type FunctionKind = "query" | "mutation" | "action" | "httpAction";

/** What is known of the request that led to this call. */
export interface Caller {
  identity: Identity | null;
  isAdmin: boolean;
  requestId: string;
  ip: string | null;
  userAgent: string | null;
  scheduledJobId: string | null;
}

export interface CallContext {
  kind: FunctionKind;
  path: string;
  caller: Caller;
  /** The transaction of a query or mutation; null in actions. */
  tx: Transaction | null;
  depth: number;
  streams: Map<number, Generator<string>>;
  /** The nested call that runs last: nested calls of one function run one after the other. */
  nested: Promise<unknown>;
  pages: number;
  logs: string[];
  /** What its clock shows: set when it is first asked for. */
  now?: number;
  /** The first rejected promise that nobody handled. */
  rejection?: { reason: unknown };
  /** Set when the call is over: whatever still runs in it may do nothing more. */
  closed: boolean;
}

export const callContext = new AsyncLocalStorage<CallContext>();

export function newContext(
  kind: FunctionKind,
  path: string,
  caller: Caller,
  parent: { tx: Transaction | null; depth: number; logs: string[] },
): CallContext {
  const nested = Promise.resolve();
  return { kind, path, caller, ...parent, streams: new Map(), nested, pages: 0, closed: false };
}

/** Ends a call: abandoned streams are closed so that their reads are noted. */
export function closeContext(context: CallContext): void {
  for (const stream of context.streams.values()) stream.return(undefined);
  context.streams.clear();
  context.closed = true;
}

/** Sends what functions print to the caller's log lines, as a development deployment does. */
export function captureConsole(): void {
  for (const level of ["debug", "log", "info", "warn", "error"] as const) {
    const original = console[level].bind(console);
    console[level] = (...parts: unknown[]): void => {
      const context = callContext.getStore();
      if (!context) original(...parts);
      else if (context.logs.length < LIMITS.logLines) {
        const text = parts.map((part) => inspect(part, { breakLength: Infinity })).join(" ");
        context.logs.push(`[${level.toUpperCase()}] ${text.slice(0, 4_096)}`);
      }
    };
  }
}

/** Queries and mutations cannot wait for the outside world: refuses `fetch` and timers there. */
export function guardGlobals(): void {
  for (const name of ["fetch", "setTimeout", "setInterval"] as const) {
    const original = globalThis[name] as (...args: unknown[]) => unknown;
    const guarded = (...args: unknown[]): unknown => {
      const kind = callContext.getStore()?.kind;
      if (kind === "query" || kind === "mutation") {
        throw new Error(
          `Can't use ${name}() in queries and mutations. Please consider using an action.`,
        );
      }
      return original(...args);
    };
    Object.defineProperty(globalThis, name, { value: guarded, writable: true, configurable: true });
  }
}
