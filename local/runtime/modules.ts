/** Bundles the functions folder with esbuild, as `npx convex deploy` does, and loads it. */

import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { build, stop } from "esbuild";
import { writeGlobals } from "./globals.ts";
import type { ValidatorJson } from "./validate.ts";

type Kind = "query" | "mutation" | "action";

/** A registered function, ready to be called. */
export interface LoadedFunction {
  kind: Kind;
  path: string;
  isPublic: boolean;
  args: ValidatorJson;
  returns: ValidatorJson | null;
  /** Takes the arguments as JSON text and gives the result as JSON text. */
  invoke: (args: string) => Promise<string>;
}

/** What `convex/server` puts on an exported function. */
interface Registered {
  isQuery?: true;
  isMutation?: true;
  isAction?: true;
  isPublic?: true;
  exportArgs: () => string;
  exportReturns: () => string;
  invokeQuery: (args: string) => Promise<string>;
  invokeMutation: (args: string) => Promise<string>;
  invokeAction: (requestId: string, args: string) => Promise<string>;
}

interface HttpActionFunction {
  invokeHttpAction: (request: Request) => Promise<Response>;
}

export interface HttpRouter {
  lookup: (path: string, method: string) => readonly [HttpActionFunction, string, string] | null;
}

export interface CronSpec {
  name: string;
  args: [Record<string, never>];
  schedule: Record<string, unknown> & { type: string };
}

export interface Modules {
  functions: Map<string, LoadedFunction>;
  /** Text of `schema.export()`, or null without a schema. */
  schema: string | null;
  authConfig: unknown;
  crons: Record<string, CronSpec>;
  router: HttpRouter | null;
}

const SOURCE = /(?<!\.test|\.spec|\.d)\.tsx?$|\.jsx?$/;
const SPECIAL = new Set(["schema", "auth.config", "crons", "http", "convex.config"]);
const USE_NODE = /^\s*(?:\/\/[^\n]*\n|\/\*[\s\S]*?\*\/|\s)*["']use node["']/;

/**
 * Bundles and imports every module of `folder`.
 *
 * @param target folder for the bundle; replaced.
 * @throws Error when a module does not compile or fails while it is loaded.
 */
export async function loadModules(folder: string, target: string): Promise<Modules> {
  const names = listModules(folder);
  const version = join(target, String(Date.now()));
  const usesNode = names.filter((name) => USE_NODE.test(readFileSync(join(folder, name), "utf8")));
  const isolate = names.filter((name) => !usesNode.includes(name));
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  await bundle(folder, isolate, version, "browser");
  await bundle(folder, usesNode, version, "node");
  // The bundler's own process would stay for ever.
  await stop();
  const modules: Modules = {
    functions: new Map(),
    schema: null,
    authConfig: null,
    crons: {},
    router: null,
  };
  for (const name of names) {
    const path = name
      .replace(/\.[jt]sx?$/, "")
      .split(sep)
      .join("/");
    const file = join(version, `${path}.js`);
    const exports = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
    if (SPECIAL.has(path)) readSpecial(modules, path, exports["default"]);
    readFunctions(modules, path, exports);
  }
  return modules;
}

function listModules(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => SOURCE.test(name) && !name.split(sep).includes("_generated"))
    .filter((name) => !relative(folder, join(folder, name)).startsWith("."))
    .sort();
}

async function bundle(
  folder: string,
  names: string[],
  outdir: string,
  platform: "browser" | "node",
): Promise<void> {
  if (names.length === 0) return;
  const globals = `${outdir}.globals.js`;
  writeGlobals(globals);
  await build({
    entryPoints: names.map((name) => join(folder, name)),
    outbase: folder,
    outdir,
    bundle: true,
    splitting: true,
    format: "esm",
    platform,
    target: "esnext",
    conditions: ["convex", "module"],
    logLevel: "silent",
    inject: platform === "browser" ? [globals] : [],
    // The deployment's variables, not this process's.
    define: platform === "browser" ? { process: "globalThis.convexProcess" } : {},
  });
}

function readSpecial(modules: Modules, path: string, value: unknown): void {
  if (path === "schema" && value) modules.schema = (value as { export: () => string }).export();
  else if (path === "auth.config") modules.authConfig = value;
  else if (path === "http" && value) modules.router = value as HttpRouter;
  else if (path === "crons" && value) {
    modules.crons = JSON.parse((value as { export: () => string }).export()) as Modules["crons"];
  } else if (path === "convex.config") throw new Error("Components are not implemented");
}

function readFunctions(modules: Modules, path: string, exports: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(exports)) {
    const registered = value as Registered | null | undefined;
    const kind = kindOf(registered);
    if (!registered || kind === null) continue;
    const fullPath = `${path}:${name}`;
    modules.functions.set(fullPath, {
      kind,
      path: fullPath,
      isPublic: registered.isPublic === true,
      args: JSON.parse(registered.exportArgs()) as ValidatorJson,
      returns: JSON.parse(registered.exportReturns()) as ValidatorJson | null,
      invoke: invoker(registered, kind),
    });
  }
}

function kindOf(registered: Registered | null | undefined): Kind | null {
  if (typeof registered !== "function") return null;
  const { isQuery, isMutation, isAction } = registered as Registered;
  if (isQuery) return "query";
  if (isMutation) return "mutation";
  return isAction ? "action" : null;
}

function invoker(registered: Registered, kind: Kind): LoadedFunction["invoke"] {
  if (kind === "query") return (args) => registered.invokeQuery(args);
  if (kind === "mutation") return (args) => registered.invokeMutation(args);
  return (args) => registered.invokeAction("", args);
}
