/** Every registered function of `convex/`, found by looking. */
import { makeFunctionReference } from "convex/server";
import type { FunctionReference } from "convex/server";
import { as } from "./harness.ts";
import type { Deployment } from "./harness.ts";

type Registered = {
  isPublic?: boolean;
  isInternal?: boolean;
  isQuery?: boolean;
  isMutation?: boolean;
  exportArgs(): string;
  exportReturns(): string;
};
export type Entry = { name: string; kind: "query" | "mutation"; registered: Registered };

const files = import.meta.glob<Record<string, unknown>>(
  ["../../convex/*.ts", "../../convex/model/*.ts", "!**/*.test.ts"],
  { eager: true },
);

function entries(): Entry[] {
  return Object.entries(files).flatMap(([path, exports]) => {
    const module = path.replace("../../convex/", "").replace(/\.ts$/, "");
    return Object.entries(exports).flatMap(([name, value]) => {
      const registered = value as Registered;
      const isFunction = typeof value === "function" && "exportArgs" in value;
      if (!isFunction) return [];
      const kind = registered.isQuery === true ? ("query" as const) : ("mutation" as const);
      return [{ name: `${module}:${name}`, kind, registered }];
    });
  });
}

export const PUBLIC_FUNCTIONS = entries().filter(({ registered }) => registered.isPublic === true);

/** Call a function by its name, as a role or without a token. */
export async function call(
  t: Deployment,
  entry: Entry,
  args: Record<string, unknown>,
  role?: string,
): Promise<unknown> {
  const caller = role === undefined ? t : as(t, role);
  if (entry.kind === "query") {
    const reference = makeFunctionReference<"query">(entry.name) as FunctionReference<"query">;
    return await caller.query(reference, args);
  }
  const reference = makeFunctionReference<"mutation">(entry.name) as FunctionReference<"mutation">;
  return await caller.mutation(reference, args);
}
