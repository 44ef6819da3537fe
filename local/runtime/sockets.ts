/** Accepts WebSocket connections at `/api/sync` and `/api/{version}/sync`. */

import type { Server } from "node:http";
import { WebSocketServer } from "ws";
import { LIMITS } from "./limits.ts";
import type { Runtime } from "./runtime.ts";
import { SyncSession } from "./sync.ts";

const MAX_CONNECTIONS = 1_000;
const PATH = /^\/api\/(?:[^/]+\/)?sync$/;

/** Serves the sync protocol on the API's listener. Returns what closes all connections. */
export function serveSync(runtime: Runtime, server: Server): () => void {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: LIMITS.requestBytes });
  const sessions = new Set<SyncSession>();
  runtime.executor.watch({
    committed: (touched) => {
      for (const session of sessions) session.committed(touched);
    },
  });
  server.on("upgrade", (request, socket, head) => {
    const path = (request.url ?? "").split("?")[0] ?? "";
    if (!PATH.test(path) || sessions.size >= MAX_CONNECTIONS) {
      socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const session = new SyncSession(runtime, webSocket, {
        ip: request.socket.remoteAddress ?? null,
        userAgent: request.headers["user-agent"] ?? null,
      });
      sessions.add(session);
      webSocket.on("close", () => sessions.delete(session));
    });
  });
  return () => {
    for (const client of sockets.clients) client.close(1001, "going away");
  };
}
