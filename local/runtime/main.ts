/**
 * A Convex deployment on this machine:
 *
 *     node local/runtime/main.ts --data DIR --functions convex --port P --site-port P2 \
 *       --admin-key KEY --env FILE
 *
 * The admin key may come in the variable CONVEX_ADMIN_KEY instead, out of sight of `ps`.
 * `--mutation-ms 10-50` lets mutations take that long, so that they overlap as on a deployment far
 * away; `--conflicts 0.2` makes a fifth of all tries fail as if they had conflicted.
 */

import { parseArgs } from "node:util";
import type { Contention } from "./conflicts.ts";
import { watchRejections } from "./globals.ts";
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
      conflicts: { type: "string", default: "0" },
      "mutation-ms": { type: "string", default: "0" },
    },
  });
  const { data, functions, env, "admin-key": adminKey } = values;
  if (!data || !functions || !env || !adminKey) {
    throw new Error("--data, --functions, --env and --admin-key are required");
  }
  const [port, sitePort] = [values.port, values["site-port"]].map(Number);
  if (!port || !sitePort) throw new Error("--port and --site-port must be port numbers");
  const contention = contentionOf(values.conflicts, values["mutation-ms"]);
  const runtime = await Runtime.start({ data, functions, env, adminKey, contention });
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

/** @throws Error for a rate that is none, or times that are not `FROM-TO` in milliseconds. */
function contentionOf(rate: string, times: string): Contention {
  const forced = Number(rate);
  if (!(forced >= 0 && forced <= 1)) throw new Error("--conflicts must be a number from 0 to 1");
  const [from = NaN, to = from] = times.split("-").map(Number);
  if (!(from >= 0 && from <= to)) throw new Error("--mutation-ms must be such as 10-50");
  return { forced, mutationMs: [from, to] };
}

// A log that cannot be written (a full disk) must not end the process either.
process.stderr.on("error", () => undefined);

// A rejection that nobody awaits fails its function, but never ends the process.
watchRejections((reason) => log("error", "unhandled_rejection", { reason: messageOf(reason) }));

try {
  await main();
} catch (error) {
  log("error", "start_failed", { reason: messageOf(error) });
  process.exit(1);
}
