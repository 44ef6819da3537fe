/**
 * The two sides of the conformance suite: `convex-test`, and a deployment behind npm's HTTP client.
 * The deployment is a local runtime of our own, or the one that CONVEX_TEST_URL names; that one must
 * run the functions of `tests/runtime/functions`.
 */

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { convexTest } from "convex-test";
import schema from "./functions/schema.ts";

export interface Deployment {
  query: (path: string, args: object) => Promise<unknown>;
  mutation: (path: string, args: object) => Promise<unknown>;
  action: (path: string, args: object) => Promise<unknown>;
  close: () => Promise<void>;
}

const ROOT = join(import.meta.dirname, "../..");

export function simulated(): Deployment {
  const modules = import.meta.glob("./functions/**/*.ts");
  const convex = convexTest({ schema, modules, transactionLimits: true });
  return {
    query: (path, args) => convex.query(makeFunctionReference<"query">(path), args),
    mutation: (path, args) => convex.mutation(makeFunctionReference<"mutation">(path), args),
    action: (path, args) => convex.action(makeFunctionReference<"action">(path), args),
    close: async () => undefined,
  };
}

export async function real(): Promise<Deployment> {
  const given = process.env["CONVEX_TEST_URL"];
  const { url, close } = given ? { url: given, close: async () => undefined } : await startLocal();
  const client = new ConvexHttpClient(url, { logger: false });
  return {
    query: (path, args) => client.query(makeFunctionReference<"query">(path), args),
    mutation: (path, args) => client.mutation(makeFunctionReference<"mutation">(path), args),
    action: (path, args) => client.action(makeFunctionReference<"action">(path), args),
    close,
  };
}

async function startLocal(): Promise<{ url: string; close: () => Promise<void> }> {
  const data = mkdtempSync(join(tmpdir(), "convex-conformance-"));
  const env = join(data, "env.json");
  const variables = {
    TEST_OIDC_ISSUER: "https://issuer.example",
    TEST_CUSTOM_ISSUER: "https://service.example",
    TEST_CUSTOM_JWKS: 'data:application/json,{"keys":[]}',
  };
  writeFileSync(env, JSON.stringify(variables));
  const [port, sitePort] = [await freePort(), await freePort()];
  const options = { data, functions: "tests/runtime/functions", port, "site-port": sitePort, env };
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn(process.execPath, ["local/runtime/main.ts", ...flags], {
    cwd: ROOT,
    env: { ...process.env, CONVEX_ADMIN_KEY: "conformance" },
    stdio: ["ignore", "ignore", "ignore"],
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const url = `http://127.0.0.1:${port}`;
  await answers(`${url}/version`, ended);
  const close = async (): Promise<void> => {
    child.kill("SIGTERM");
    await ended;
    rmSync(data, { recursive: true });
  };
  return { url, close };
}

async function answers(url: string, ended: Promise<void>): Promise<void> {
  const state = { isOver: false };
  void ended.then(() => (state.isOver = true));
  while (!state.isOver) {
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("the local runtime did not start");
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
