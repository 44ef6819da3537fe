/** Puts the parts of one deployment together: data, functions, authentication, schedules. */

import { hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Authenticator } from "./auth.ts";
import { Checkpoints } from "./checkpoints.ts";
import type { Contention } from "./conflicts.ts";
import { captureConsole, guardGlobals } from "./context.ts";
import { CursorCodec } from "./cursor.ts";
import { applySchema } from "./deploy.ts";
import { digestAtOnce } from "./digest.ts";
import { Executor } from "./executor.ts";
import { Functions } from "./functions.ts";
import { stopClock } from "./globals.ts";
import { log } from "./log.ts";
import { loadModules } from "./modules.ts";
import { Scheduler } from "./scheduler.ts";
import { parseSchema, type TableDefinition } from "./schema.ts";
import { Store } from "./store.ts";
import { installHost } from "./syscalls.ts";

export interface Options {
  /** Folder of the data; made if absent. */
  data: string;
  /** Folder of the functions (`convex/`). */
  functions: string;
  adminKey: string;
  /** JSON file with the deployment's variables. */
  env: string;
  contention: Contention;
}

export class Runtime {
  readonly store: Store;
  readonly executor: Executor;
  readonly functions: Functions;
  readonly authenticator: Authenticator;
  readonly scheduler: Scheduler;
  readonly schema: readonly TableDefinition[];
  readonly deploymentName: string;
  readonly #checkpoints: Checkpoints;

  private constructor(
    store: Store,
    executor: Executor,
    functions: Functions,
    schema: readonly TableDefinition[],
    options: Options,
  ) {
    this.schema = schema;
    this.store = store;
    this.executor = executor;
    this.#checkpoints = new Checkpoints(store.path);
    executor.watch(this.#checkpoints);
    this.functions = functions;
    this.authenticator = new Authenticator(options.adminKey, functions.modules.authConfig);
    this.scheduler = new Scheduler(store, executor, functions);
    const secret = store.secret();
    this.deploymentName = `local-${hash("sha256", secret.toString("hex")).slice(0, 8)}`;
    installHost({
      functions,
      scheduler: this.scheduler,
      cursors: new CursorCodec(secret),
      deploymentName: this.deploymentName,
    });
  }

  /**
   * Loads the functions, brings the data in line with their schema and starts the scheduler.
   *
   * @throws Error when the functions do not load or stored documents do not match the schema.
   */
  static async start(options: Options): Promise<Runtime> {
    setEnvironment(options.env);
    captureConsole();
    guardGlobals();
    stopClock();
    digestAtOnce();
    const modules = await loadModules(options.functions, join(options.data, "bundle"));
    const store = new Store(options.data);
    const schema = modules.schema === null ? [] : parseSchema(modules.schema);
    applySchema(store, schema);
    const executor = new Executor(store, options.contention);
    const functions = new Functions(store, executor, modules);
    const runtime = new Runtime(store, executor, functions, schema, options);
    await runtime.scheduler.start();
    log("info", "functions_loaded", {
      functions: modules.functions.size,
      tables: store.tables.size,
      crons: Object.keys(modules.crons).length,
    });
    return runtime;
  }

  /** Finishes what is queued and closes the data. */
  async stop(): Promise<void> {
    this.scheduler.stop();
    await this.executor.idle();
    await this.#checkpoints.stop();
    this.store.close();
  }
}

/** Gives functions the deployment's variables as `process.env`, and nothing of this process. */
function setEnvironment(file: string): void {
  const variables = JSON.parse(readFileSync(file, "utf8")) as Record<string, string>;
  if (Object.values(variables).some((value) => typeof value !== "string")) {
    throw new Error(`${file} must hold one JSON object with string values`);
  }
  Object.assign(globalThis, { convexProcess: { env: Object.freeze(variables) } });
}
