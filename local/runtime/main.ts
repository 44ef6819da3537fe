/**
 * A Convex deployment on this machine:
 *
 *     node local/runtime/main.ts --data DIR --functions convex --port P --site-port P2 \
 *       --admin-key KEY --env FILE
 *
 * The admin key may come in the variable CONVEX_ADMIN_KEY instead, out of sight of `ps`.
 */

import { parseArgs } from "node:util";
import { log, messageOf } from "./log.ts";
import { Runtime } from "./runtime.ts";
import { closeListeners, listen } from "./server.ts";
import { serveSync } from "./sockets.ts";

const STOP_MS = 5_000;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: "string" },
      functions: { type: "string" },
      port: { type: "string" },
      "site-port": { type: "string" },
      "admin-key": { type: "string", default: process.env["CONVEX_ADMIN_KEY"] ?? "" },
      env: { type: "string" },
    },
  });
  const { data, functions, env, "admin-key": adminKey } = values;
  if (!data || !functions || !env || !adminKey) {
    throw new Error("--data, --functions, --env and --admin-key are required");
  }
  const [port, sitePort] = [values.port, values["site-port"]].map(Number);
  if (!port || !sitePort) throw new Error("--port and --site-port must be port numbers");
  const runtime = await Runtime.start({ data, functions, env, adminKey });
  const listeners = await listen(runtime, port, sitePort);
  const closeSockets = serveSync(runtime, listeners.api);
  log("info", "listening", { port, sitePort });

  let stopping = false;
  const stop = async (signal: string): Promise<void> => {
    if (stopping) return;
    stopping = true;
    log("info", "stopping", { signal });
    // Whoever does not end in time is cut off; what was acknowledged is on disk.
    setTimeout(() => process.exit(0), STOP_MS).unref();
    closeSockets();
    await closeListeners(listeners);
    await runtime.stop();
    log("info", "stopped");
    process.exit(0);
  };
  process.on("SIGTERM", () => void stop("SIGTERM"));
  process.on("SIGINT", () => void stop("SIGINT"));
}

// A log that cannot be written (a full disk) must not end the process either.
process.stderr.on("error", () => undefined);

// A rejection that nobody awaits (a function that forgot an `await`) must not end the process.
process.on("unhandledRejection", (reason) => {
  log("error", "unhandled_rejection", { reason: messageOf(reason) });
});

try {
  await main();
} catch (error) {
  log("error", "start_failed", { reason: messageOf(error) });
  process.exit(1);
}
