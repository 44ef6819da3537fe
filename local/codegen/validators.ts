// Prints the validators of every public function in convex/ as one JSON object:
// {"module:function": {kind, args, returns}}. Reads the files themselves, needs no deployment.
import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { argv, stdout } from "node:process";
import { build } from "esbuild";

interface Registered {
  isPublic?: boolean;
  isQuery?: boolean;
  isMutation?: boolean;
  isAction?: boolean;
  exportArgs?: () => string;
  exportReturns?: () => string;
}

const folder = resolve(argv[2] ?? "convex");

/** Modules that can hold functions: not generated, not shared rules, not tests, not configuration. */
function moduleNames(): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".ts") && !/\.(test|d|config)\.ts$/.test(name))
    .map((name) => name.slice(0, -3))
    .sort();
}

async function bundled(names: string[]): Promise<Record<string, Record<string, unknown>>> {
  const contents = names.map((name) => `export * as ${name} from "./${name}.ts";`).join("\n");
  const result = await build({
    stdin: { contents, resolveDir: folder, loader: "ts" },
    bundle: true,
    format: "esm",
    platform: "node",
    write: false,
    logLevel: "error",
  });
  const code = result.outputFiles[0];
  if (!code) throw new Error("esbuild produced nothing");
  const url = `data:text/javascript;base64,${Buffer.from(code.contents).toString("base64")}`;
  return (await import(url)) as Record<string, Record<string, unknown>>;
}

function kindOf(candidate: Registered): string | undefined {
  if (candidate.isQuery) return "query";
  if (candidate.isMutation) return "mutation";
  return candidate.isAction ? "action" : undefined;
}

const functions: Record<string, unknown> = {};
for (const [module, exports] of Object.entries(await bundled(moduleNames()))) {
  for (const [name, value] of Object.entries(exports)) {
    const candidate = value as Registered | undefined;
    const kind = candidate ? kindOf(candidate) : undefined;
    if (
      !candidate ||
      !kind ||
      !candidate.isPublic ||
      !candidate.exportArgs ||
      !candidate.exportReturns
    )
      continue;
    functions[`${module}:${name}`] = {
      kind,
      args: JSON.parse(candidate.exportArgs()) as unknown,
      returns: JSON.parse(candidate.exportReturns()) as unknown,
    };
  }
}
stdout.write(`${JSON.stringify(functions, null, 1)}\n`);
