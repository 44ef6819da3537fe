// Prints what the public functions in convex/ say of themselves as one JSON object: their arguments
// and results with the marks of model/fields.ts, and the comments above them and their modules.
// Reads the files themselves, needs no deployment.
import { readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { argv, stdout } from "node:process";
import type { GenericValidator, Validator } from "convex/values";
import { build } from "esbuild";
import type { Mark } from "../convex/model/fields.ts";

type Marked = Validator<unknown, "optional" | "required", string> & { mark?: Mark };
type Registered = {
  isPublic?: boolean;
  isQuery?: boolean;
  exportArgs?: () => string;
  exportReturns?: () => string;
  described?: {
    args: Record<string, GenericValidator>;
    returns: GenericValidator;
    answer?: string;
  };
};
type Written = { type: string; [detail: string]: unknown };

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

function written(generic: GenericValidator): Written {
  const validator = generic as Marked;
  const { mark } = validator;
  switch (validator.kind) {
    case "float64":
      return { type: mark?.kind ?? "number" };
    case "literal":
      return { type: "literal", value: validator.value };
    case "array":
      return { type: "array", value: written(validator.element) };
    case "record":
      return { type: "record", value: written(validator.value) };
    case "union":
      return { type: "union", value: membersOf(validator).map((member) => written(member)) };
    case "object":
      return {
        type: "object",
        name: mark?.kind === "named" ? mark.name : null,
        fields: fieldsOf(validator.fields),
      };
    default:
      return { type: validator.kind };
  }
}

/** Members of a union, those of unions inside of it among them. */
function membersOf(validator: Marked & { kind: "union" }): GenericValidator[] {
  return validator.members.flatMap((member: Marked) =>
    member.kind === "union" ? membersOf(member) : [member],
  );
}

function fieldsOf(fields: Record<string, GenericValidator>) {
  const entries = Object.entries(fields).map(([name, field]) => [
    name,
    { ...written(field), optional: field.isOptional === "optional" },
  ]);
  return Object.fromEntries(entries) as Record<string, Written>;
}

/** Comments of a module: its own at the top, and those above its functions, by name. */
function commentsOf(source: string) {
  const comment = String.raw`/\*\*((?:(?!\*/)[^])*)\*/\n`;
  const text = (body: string) => body.replace(/^[ \t]*\* ?/gm, "").trim();
  const functions = new Map<string, string>();
  const above = new RegExp(`${comment}export const (\\w+) = authed`, "g");
  for (const [, body = "", name = ""] of source.matchAll(above)) functions.set(name, text(body));
  return { module: text(new RegExp(`^${comment}`).exec(source)?.[1] ?? ""), functions };
}

const functions: Record<string, unknown> = {};
const modules: Record<string, string> = {};
for (const [module, exports] of Object.entries(await bundled(moduleNames()))) {
  const comments = commentsOf(readFileSync(join(folder, `${module}.ts`), "utf8"));
  for (const [name, value] of Object.entries(exports)) {
    const { isPublic, isQuery, described, exportArgs, exportReturns } = (value ?? {}) as Registered;
    if (isPublic !== true) continue;
    if (!described || !exportArgs || !exportReturns) {
      throw new Error(`${module}:${name} is not made by authed...`);
    }
    modules[module] = comments.module;
    functions[`${module}:${name}`] = {
      kind: isQuery === true ? "query" : "mutation",
      args: fieldsOf(described.args),
      returns: written(described.returns),
      answer: described.answer ?? null,
      comment: comments.functions.get(name) ?? "",
      // As Convex enforces them: with the arguments that every function takes.
      wire: {
        args: JSON.parse(exportArgs()) as unknown,
        returns: JSON.parse(exportReturns()) as unknown,
      },
    };
  }
}
stdout.write(`${JSON.stringify({ functions, modules }, null, 1)}\n`);
