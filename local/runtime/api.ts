/** The HTTP API of a deployment: `/api/query`, `/api/mutation`, `/api/action` and their kin. */

import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Credentials } from "./auth.ts";
import { readJson, sendText } from "./body.ts";
import type { Caller } from "./context.ts";
import { FunctionError, RequestError } from "./errors.ts";
import type { Kind } from "./functions.ts";
import { importSnapshot } from "./importer.ts";
import { log } from "./log.ts";
import { encodeTs } from "./protocol.ts";
import type { Runtime } from "./runtime.ts";
import type { Json } from "./values.ts";
import { pointFloats, toCleanJson } from "./wire.ts";

/** What the API says it is; the Convex release whose behaviour it follows. */
const VERSION = "1.48.0";

interface Call {
  path: string;
  args: Json;
  format: string;
  kind: Kind | null;
}

type Handler = (runtime: Runtime, request: IncomingMessage, url: URL) => Promise<string>;

const TEXT_ROUTES: Record<string, (runtime: Runtime) => string> = {
  "GET /version": () => VERSION,
  "GET /instance_version": () => VERSION,
  "GET /instance_name": (runtime) => runtime.deploymentName,
};

const ROUTES: Record<string, Handler> = {
  "POST /api/query": (runtime, request) => posted(runtime, request, "query"),
  "POST /api/mutation": (runtime, request) => posted(runtime, request, "mutation"),
  "POST /api/action": (runtime, request) => posted(runtime, request, "action"),
  "POST /api/function": (runtime, request) => posted(runtime, request, null),
  "POST /api/query_at_ts": (runtime, request) => posted(runtime, request, "query"),
  "GET /api/query": (runtime, request, url) => {
    const path = url.searchParams.get("path");
    const format = url.searchParams.get("format") ?? "json";
    return run(runtime, request, { kind: "query", path, args: queryArguments(url), format });
  },
  "POST /api/local/import": importSnapshot,
  "GET /api/local/conflicts": async (runtime) => JSON.stringify(runtime.executor.conflicts),
  "POST /api/query_ts": async (runtime) => JSON.stringify({ ts: encodeTs(runtime.store.lastTs) }),
};

/** Answers an API request; false when the route is not one of the API's. */
export async function handleApi(
  runtime: Runtime,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<boolean> {
  const route = `${request.method ?? "GET"} ${url.pathname}`;
  const text = TEXT_ROUTES[route];
  if (text) {
    sendText(response, 200, text(runtime), "text/plain");
    return true;
  }
  const handler = route.startsWith("POST /api/run/") ? named : ROUTES[route];
  if (!handler) return false;
  sendText(response, 200, await handler(runtime, request, url));
  return true;
}

/** What functions may know of a request. */
export function callerOf(request: IncomingMessage, credentials: Credentials): Caller {
  return {
    ...credentials,
    requestId: randomBytes(8).toString("hex"),
    ip: request.socket.remoteAddress ?? null,
    userAgent: request.headers["user-agent"] ?? null,
    scheduledJobId: null,
  };
}

/** The text of a failed function, as a development deployment words it. */
export function errorText(error: FunctionError, requestId: string): string {
  return `[Request ID: ${requestId}] Server Error\n${error.message}\n`;
}

async function posted(
  runtime: Runtime,
  request: IncomingMessage,
  kind: Kind | null,
): Promise<string> {
  const { path, args, format } = await readJson(request);
  return run(runtime, request, { kind, path, args, format: format ?? "json" });
}

/** `/api/run/{module}/{function}`: the last part names the function. */
async function named(runtime: Runtime, request: IncomingMessage, url: URL): Promise<string> {
  const parts = decoded(url.pathname.slice("/api/run/".length)).split("/");
  const name = parts.pop();
  const { args, format } = await readJson(request);
  const path = `${parts.join("/")}:${name ?? ""}`;
  return run(runtime, request, { kind: null, path, args, format: format ?? "json" });
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new RequestError(400, "BadUrl", "The path is not percent-encoded UTF-8");
  }
}

async function run(
  runtime: Runtime,
  request: IncomingMessage,
  { kind, path, args, format }: { [Key in keyof Call]: unknown },
): Promise<string> {
  if (typeof path !== "string") {
    throw new RequestError(400, "BadJsonBody", "The field `path` must be a string");
  }
  if (format !== "json" && format !== "convex_encoded_json") {
    throw new RequestError(400, "BadFormat", "The format must be json or convex_encoded_json");
  }
  const credentials = await runtime.authenticator.authenticate(request.headers.authorization);
  const caller = callerOf(request, credentials);
  const call = { path, args: oneArgument(args), format, kind: kind as Kind | null };
  return answer(runtime, caller, call);
}

async function answer(runtime: Runtime, caller: Caller, call: Call): Promise<string> {
  const logs: string[] = [];
  const show = (text: string): string =>
    call.format === "json"
      ? JSON.stringify(toCleanJson(JSON.parse(text) as Json))
      : pointFloats(text);
  const logLines = (): string => `"logLines":${JSON.stringify(logs)}`;
  try {
    const target = runtime.functions.find(call.path, call.kind, caller.isAdmin);
    const { text } = await runtime.functions.call(target, call.args, caller, { logs });
    return `{"status":"success","value":${show(text)},${logLines()}}`;
  } catch (error) {
    if (!(error instanceof FunctionError)) throw error;
    const { requestId } = caller;
    if (error.data === undefined) logFailure(call.path, requestId, error);
    const message = JSON.stringify(errorText(error, requestId));
    const data = error.data === undefined ? "" : `,"errorData":${show(JSON.stringify(error.data))}`;
    return `{"status":"error","errorMessage":${message}${data},${logLines()}}`;
  }
}

/** Arguments come as an object or as an array that holds one. */
export function oneArgument(args: unknown): Json {
  if (!Array.isArray(args)) return (args ?? {}) as Json;
  if (args.length > 1) {
    throw new RequestError(400, "BadArgs", "Functions take one object of arguments");
  }
  return (args[0] ?? {}) as Json;
}

function queryArguments(url: URL): unknown {
  try {
    return JSON.parse(url.searchParams.get("args") ?? "{}");
  } catch {
    throw new RequestError(400, "BadArgs", "The parameter `args` is not valid JSON");
  }
}

/** Logs the first line of an unexpected failure; later lines may quote arguments. */
function logFailure(path: string, requestId: string, error: FunctionError): void {
  const reason = (error.message.split("\n")[0] ?? "").slice(0, 200);
  log("warning", "function_failed", { function: path, requestId, reason });
}
