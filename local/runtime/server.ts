/** The two listeners of a deployment: API and WebSocket on one port, HTTP actions on the other. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { handleApi } from "./api.ts";
import { sendError } from "./body.ts";
import { RequestError } from "./errors.ts";
import { handleHttpAction } from "./httpactions.ts";
import { log, messageOf } from "./log.ts";
import type { Runtime } from "./runtime.ts";

type Handle = (
  runtime: Runtime,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
) => Promise<void>;

const HOST = "127.0.0.1";
/** Longer than the pooled clients keep idle connections, so that we never close one first. */
const KEEP_ALIVE_MS = 75_000;
/** A large import takes its time; other bodies are bounded in bytes. */
const REQUEST_MS = 3_600_000;

export interface Listeners {
  api: Server;
  site: Server;
}

/** Starts to listen on loopback. */
export async function listen(runtime: Runtime, port: number, sitePort: number): Promise<Listeners> {
  const api = await open(runtime, port, route);
  const site = await open(runtime, sitePort, handleHttpAction);
  return { api, site };
}

/** Takes no more connections and closes those that are idle. */
export async function closeListeners({ api, site }: Listeners): Promise<void> {
  await Promise.all(
    [api, site].map(
      (server) =>
        new Promise<void>((resolve) => {
          server.close(() => resolve());
          server.closeIdleConnections();
        }),
    ),
  );
}

const route: Handle = async (runtime, request, response, url) => {
  if (await handleApi(runtime, request, response, url)) return;
  if (url.pathname === "/http" || url.pathname.startsWith("/http/")) {
    url.pathname = url.pathname.slice("/http".length);
    await handleHttpAction(runtime, request, response, url);
    return;
  }
  if (url.pathname.startsWith("/api/")) {
    throw new RequestError(
      404,
      "NotImplemented",
      `${request.method ?? "GET"} ${url.pathname} is not implemented by the local runtime`,
    );
  }
  throw new RequestError(404, "NotFound", "No such route");
};

function open(runtime: Runtime, port: number, handle: Handle): Promise<Server> {
  const server = createServer((request, response) => {
    void respond(runtime, handle, request, response);
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.requestTimeout = REQUEST_MS;
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => refuse(error.code, socket));
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, HOST, () => resolve(server));
  });
}

/** Answers what is not HTTP, or has headers of more than 16 KiB. */
function refuse(code: string | undefined, socket: Duplex): void {
  const isLong = code === "HPE_HEADER_OVERFLOW";
  const status = isLong ? "431 Request Header Fields Too Large" : "400 Bad Request";
  const body = JSON.stringify({ code: "BadRequest", message: status.slice(4) });
  if (!socket.writable) return;
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
}

/** @throws RequestError 400 when address and `Host` do not make a URL. */
function urlOf(request: IncomingMessage): URL {
  const url = URL.parse(request.url ?? "/", `http://${request.headers.host ?? HOST}`);
  if (url) return url;
  throw new RequestError(400, "BadUrl", "The address or the Host header of the request is invalid");
}

async function respond(
  runtime: Runtime,
  handle: Handle,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    await handle(runtime, request, response, urlOf(request));
  } catch (error) {
    if (error instanceof RequestError) {
      sendError(response, error);
      return;
    }
    log("error", "request_failed", { reason: messageOf(error) });
    sendError(
      response,
      new RequestError(500, "InternalServerError", "Your request couldn't be completed."),
    );
  }
}
