import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { internalQuery, mutation, query } from "./_generated/server.ts";

const self = makeFunctionReference<"query">("misc:recurse");

export const whoami = query({
  args: {},
  returns: v.any(),
  handler: async (ctx) => (await ctx.auth.getUserIdentity()) ?? null,
});

export const echo = query({
  args: { value: v.any() },
  returns: v.any(),
  handler: (_, { value }) => value as unknown,
});

export const secret = internalQuery({
  args: {},
  returns: v.string(),
  handler: () => "internal",
});

const ROWS = Array.from({ length: 50 }, (_, row) =>
  Object.fromEntries(Array.from({ length: 25 }, (_, field) => [`field${field}`, `value ${row}`])),
);

/** As much as a page of 50 sessions, without any work: what the platform itself costs. */
export const constantPage = query({
  args: {},
  returns: v.array(v.record(v.string(), v.string())),
  handler: () => ROWS,
});

/** Breaks its own return validator. */
export const lies = query({
  args: {},
  returns: v.number(),
  handler: () => "not a number" as unknown as number,
});

export const recurse = query({
  args: { depth: v.number() },
  returns: v.number(),
  handler: async (ctx, { depth }): Promise<number> =>
    depth === 0 ? 0 : 1 + ((await ctx.runQuery(self, { depth: depth - 1 })) as number),
});

export const fetches = query({
  args: {},
  returns: v.null(),
  handler: async () => {
    await fetch("http://127.0.0.1:9/");
    return null;
  },
});

/** Waits for something that is not the database, for ever. */
export const stalls = mutation({
  args: {},
  returns: v.null(),
  handler: () => new Promise<null>(() => undefined),
});

/** Passes a limit and hides the error; the transaction must fail all the same. */
export const scheduleTooMuch = mutation({
  args: { count: v.number() },
  returns: v.null(),
  handler: async (ctx, { count }) => {
    const bump = makeFunctionReference<"mutation">("counters:bump");
    try {
      for (let i = 0; i < count; i += 1) {
        await ctx.scheduler.runAfter(3_600_000, bump, { name: "late" });
      }
    } catch {
      return null;
    }
    return null;
  },
});

export const prints = query({
  args: {},
  returns: v.null(),
  handler: () => {
    console.log("hello", { from: "a function" });
    return null;
  },
});

export const environment = query({
  args: {},
  returns: v.array(v.string()),
  handler: () => Object.keys(process.env).sort(),
});
