/**
 * What `npx convex codegen` writes into `convex/_generated`, made with the same templates of the
 * `convex` package but without a deployment. Run as a program, it writes the files.
 */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { argv } from "node:process";
import { pathToFileURL } from "node:url";
import { format } from "prettier";

const TEMPLATES = resolve("node_modules/convex/dist/esm/cli/codegen_templates");
const FOLDER = resolve("convex");
/** Neither functions nor rules: the CLI reads these on their own. */
const NOT_MODULES = new Set(["schema.ts", "auth.config.ts"]);

type Templates = {
  apiCodegen: (modules: string[]) => { DTS: string; JS: string };
  serverCodegen: (options: { useTypeScript: boolean; envVars: [] }) => { DTS: string; JS: string };
};

/** Paths of the modules that the CLI deploys, relative to `convex/`. */
export function modulePaths(): string[] {
  return readdirSync(FOLDER, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && !path.startsWith("_generated"))
    .filter((path) => !NOT_MODULES.has(path) && path.split("/").at(-1)!.split(".").length === 2)
    .sort();
}

/** Text of each generated file by name, but for `dataModel.d.ts`, which never changes. */
export async function generatedFiles(): Promise<Record<string, string>> {
  const load = async (name: string) =>
    (await import(pathToFileURL(join(TEMPLATES, name)).href)) as Templates;
  const api = (await load("api.js")).apiCodegen(modulePaths());
  const server = (await load("server.js")).serverCodegen({ useTypeScript: false, envVars: [] });
  const files = {
    "api.d.ts": api.DTS,
    "api.js": api.JS,
    "server.d.ts": server.DTS,
    "server.js": server.JS,
  };
  const formatted = Object.entries(files).map(async ([name, text]) => {
    const parser = name.endsWith(".js") ? "babel" : "typescript";
    return [name, await format(text, { parser })] as const;
  });
  return Object.fromEntries(await Promise.all(formatted));
}

if (argv[1] !== undefined && import.meta.url === pathToFileURL(argv[1]).href) {
  mkdirSync(join(FOLDER, "_generated"), { recursive: true });
  for (const [name, text] of Object.entries(await generatedFiles())) {
    writeFileSync(join(FOLDER, "_generated", name), text);
  }
}
