/** What functions see of the world around them: what Convex's own runtime has, and no more. */

import { writeFileSync } from "node:fs";
import { callContext } from "./context.ts";

/** What Node.js has and Convex's runtime has not. */
const HIDDEN = [
  "global",
  "Buffer",
  "setImmediate",
  "clearImmediate",
  "BroadcastChannel",
  "MessageChannel",
  "MessagePort",
  "MessageEvent",
  "WebSocket",
  "CloseEvent",
  "navigator",
  "Navigator",
  "URLPattern",
  "CompressionStream",
  "DecompressionStream",
  "require",
  "module",
  "__dirname",
  "__filename",
] as const;

/**
 * Writes the module that the bundler puts before the functions: it takes the names of Node.js away
 * from them, as globals and as fields of `globalThis`.
 */
export function writeGlobals(file: string): void {
  const names = JSON.stringify(HIDDEN);
  const text = `
const hidden = new Set(${names});
const none = undefined;
const visible = new Proxy(globalThis, {
  get: (real, name) => (hidden.has(name) ? undefined : Reflect.get(real, name)),
  has: (real, name) => !hidden.has(name) && Reflect.has(real, name),
});
export { visible as globalThis, visible as self, ${HIDDEN.map((name) => `none as ${name}`).join(", ")} };
`;
  writeFileSync(file, text);
}

/** Lets the time of a query or mutation stand still: they are to give the same again. */
export function stopClock(): void {
  const Clock = globalThis.Date;
  const machine = Clock.now.bind(Clock);
  const now = (): number => {
    const context = callContext.getStore();
    if (context?.kind !== "query" && context?.kind !== "mutation") return machine();
    return (context.now ??= machine());
  };
  const stopped: DateConstructor = new Proxy(Clock, {
    construct: (real, args: unknown[]): Date =>
      Reflect.construct(real, args.length === 0 ? [now()] : args) as Date,
    apply: () => new Clock(now()).toString(),
    get: (real, name): unknown => (name === "now" ? now : Reflect.get(real, name)),
  });
  Object.defineProperty(Clock.prototype, "constructor", { value: stopped });
  globalThis.Date = stopped;
}

/** Notes rejections that nobody handles at the call in which they happened: they fail it. */
export function watchRejections(otherwise: (reason: unknown) => void): void {
  process.on("unhandledRejection", (reason) => {
    const context = callContext.getStore();
    if (context === undefined || context.closed) otherwise(reason);
    else context.rejection ??= { reason };
  });
}
