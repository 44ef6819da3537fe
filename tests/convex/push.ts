/**
 * Runs the official CLI of the pinned `convex` package against a stand-in of a deployment: it
 * generates code, bundles and pushes as it would to Convex. The stand-in takes what comes and says
 * nothing against it; what a backend would say is in `deployment_rules.ts`.
 */
import { spawn } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { brotliDecompressSync } from "node:zlib";

const ROOT = resolve(import.meta.dirname, "../..");
/** What the functions are made from. */
const SOURCES = ["convex", "tsconfig.json", "package.json", "lib/auth/permissions.json"];

/** A module as it is pushed: bundled, with the modules of `_deps` that it imports. */
export interface PushedModule {
  path: string;
  source: string;
  environment: "isolate" | "node";
}

export interface Push {
  /** Texts of `convex/_generated` by file name. */
  generated: Record<string, string>;
  modules: PushedModule[];
  schema: PushedModule | null;
  /** Routes of the deployment that were asked, in order. */
  asked: string[];
}

type Definition = { changedModules: PushedModule[]; schema: PushedModule | null };

/** @throws Error with the CLI's output if it fails. */
export async function pushed(): Promise<Push> {
  const folder = mkdtempSync(join(tmpdir(), "convex-push-"));
  for (const source of SOURCES) {
    mkdirSync(join(folder, dirname(source)), { recursive: true });
    cpSync(join(ROOT, source), join(folder, source), { recursive: true });
  }
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  const asked: string[] = [];
  const definitions: Definition[] = [];
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      asked.push(request.url ?? "");
      if (request.url === "/api/deploy2/start_push") {
        definitions.push((body as { appDefinition: Definition }).appDefinition);
      }
      response.setHeader("Content-Type", "application/json");
      response.end(JSON.stringify(ANSWERS[request.url ?? ""] ?? {}));
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  try {
    await deploy(folder, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const [definition] = definitions;
    if (definition === undefined) throw new Error("the CLI pushed nothing");
    const { changedModules, schema } = definition;
    const generated = Object.fromEntries(
      readdirSync(join(folder, "convex/_generated")).map((name) => [
        name,
        readFileSync(join(folder, "convex/_generated", name), "utf8"),
      ]),
    );
    return { generated, modules: changedModules, schema, asked };
  } finally {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  }
}

function deploy(folder: string, url: string): Promise<void> {
  const cli = join(ROOT, "node_modules/convex/bin/main.js");
  const child = spawn(process.execPath, [cli, "deploy", "--typecheck", "disable", "--yes"], {
    cwd: folder,
    env: {
      PATH: process.env["PATH"],
      HOME: folder,
      CI: "1",
      CONVEX_SELF_HOSTED_URL: url,
      CONVEX_SELF_HOSTED_ADMIN_KEY: "stand-in|key",
      NO_COLOR: "1",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((done, fail) => {
    child.once("error", fail);
    child.once("exit", (code) => (code === 0 ? done() : fail(new Error(output))));
  });
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  if (body.length === 0) return null;
  const isPacked = request.headers["content-encoding"] === "br";
  return JSON.parse((isPacked ? brotliDecompressSync(body) : body).toString()) as unknown;
}

const ROOT_DEFINITION = {
  definition: {
    path: "",
    definitionType: { type: "app" },
    childComponents: [],
    httpMounts: {},
    exports: { type: "branch", branch: [] },
  },
  schema: null,
  functions: {},
  udfConfig: { serverVersion: "", importPhaseRngSeed: null, importPhaseUnixTimestamp: null },
};

/** What the CLI needs to hear to go on: shapes as its own parsers have them (`cli/lib/deployApi`). */
const ANSWERS: Record<string, unknown> = {
  "/api/get_config_hashes": {
    config: { functions: "convex/" },
    moduleHashes: [],
    udfServerVersion: "0.0.0",
  },
  "/api/deploy2/start_push": {
    environmentVariables: {},
    externalDepsId: null,
    componentDefinitionPackages: {},
    appAuth: [],
    analysis: { "": ROOT_DEFINITION },
    app: {
      definitionPath: "",
      componentPath: "",
      args: {},
      childComponents: {},
      httpRoutes: { httpModuleRoutes: null, mounts: [] },
      exports: {},
    },
    schemaChange: { allocatedComponentIds: {}, schemaIds: {} },
  },
  "/api/deploy2/evaluate_push": { schemaChange: { allocatedComponentIds: {}, schemaIds: {} } },
  "/api/deploy2/wait_for_schema": { type: "complete" },
  "/api/deploy2/finish_push": {
    authDiff: { added: [], removed: [] },
    definitionDiffs: {},
    componentDiffs: {},
  },
};
