/** HTTP actions: requests routed by `convex/http.ts`, on the site port and under `/http`. */

import type { IncomingMessage, ServerResponse } from "node:http";
import { callerOf } from "./api.ts";
import { readBody, sendText } from "./body.ts";
import { newContext } from "./context.ts";
import { FunctionError } from "./errors.ts";
import { runInContext } from "./functions.ts";
import { LIMITS } from "./limits.ts";
import { log } from "./log.ts";
import type { Runtime } from "./runtime.ts";

const BODYLESS = new Set(["GET", "HEAD"]);

/**
 * Runs the HTTP action of a path. The `Authorization` header is the action's to read; a valid
 * token in it also gives the action an identity, anything else in it none.
 */
export async function handleHttpAction(
  runtime: Runtime,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const method = request.method ?? "GET";
  const found = runtime.functions.modules.router?.lookup(url.pathname, method);
  if (!found) {
    sendText(response, 404, `No matching routes found`, "text/plain");
    return;
  }
  const [action, , route] = found;
  const body = BODYLESS.has(method) ? null : new Uint8Array(await readBody(request));
  const nobody = { identity: null, isAdmin: false };
  const { authorization } = request.headers;
  const credentials = await runtime.authenticator.authenticate(authorization).catch(() => nobody);
  const caller = callerOf(request, credentials);
  const context = newContext("httpAction", `http:${method} ${route}`, caller, {
    tx: null,
    depth: 0,
    logs: [],
  });
  const headers = Object.entries(request.headersDistinct).flatMap(([name, values]) =>
    (values ?? []).map((value): [string, string] => [name, value]),
  );
  try {
    const answer = await runInContext(context, LIMITS.actionMs, () =>
      action.invokeHttpAction(new Request(url, { method, headers, body })),
    );
    await sendResponse(response, answer, method);
  } catch (error) {
    if (!(error instanceof FunctionError)) throw error;
    log("warning", "http_action_failed", { route, requestId: context.caller.requestId });
    sendText(
      response,
      500,
      JSON.stringify({ code: "InternalServerError", message: error.message }),
    );
  }
}

async function sendResponse(
  response: ServerResponse,
  answer: Response,
  method: string,
): Promise<void> {
  const body = Buffer.from(await answer.arrayBuffer());
  response.statusCode = answer.status;
  for (const [name, value] of answer.headers) response.appendHeader(name, value);
  response.setHeader("Content-Length", body.length);
  response.end(method === "HEAD" ? undefined : body);
}
