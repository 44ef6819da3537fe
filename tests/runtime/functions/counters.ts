import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { internalMutation, mutation, query } from "./_generated/server.ts";

const bumpReference = makeFunctionReference<"mutation">("counters:bump");
const failingReference = makeFunctionReference<"mutation">("counters:bumpThenFail");

export const bump = internalMutation({
  args: { name: v.string() },
  returns: v.number(),
  handler: async (ctx, { name }) => {
    const known = await ctx.db
      .query("counters")
      .withIndex("by_name", (q) => q.eq("name", name))
      .unique();
    const value = (known?.value ?? 0) + 1;
    if (known === null) await ctx.db.insert("counters", { name, value });
    else await ctx.db.patch("counters", known._id, { value });
    return value;
  },
});

export const bumpThenFail = internalMutation({
  args: { name: v.string() },
  returns: v.null(),
  handler: async (ctx, { name }) => {
    await ctx.db.insert("counters", { name, value: -1 });
    throw new Error("after the write");
  },
});

export const get = query({
  args: { name: v.string() },
  returns: v.number(),
  handler: async (ctx, { name }) => {
    const known = await ctx.db
      .query("counters")
      .withIndex("by_name", (q) => q.eq("name", name))
      .unique();
    return known?.value ?? 0;
  },
});

export const increment = mutation({
  args: { name: v.string() },
  returns: v.number(),
  handler: (ctx, args): Promise<number> => ctx.runMutation(bumpReference, args),
});

/** One nested call fails and is caught; only the other one's write may stay. */
export const incrementDespiteFailure = mutation({
  args: { name: v.string() },
  returns: v.string(),
  handler: async (ctx, args) => {
    await ctx.runMutation(bumpReference, args);
    try {
      await ctx.runMutation(failingReference, args);
    } catch (error) {
      return (error as Error).message;
    }
    return "did not fail";
  },
});

/** Nested calls that are started together, one of which fails. */
export const incrementTogether = mutation({
  args: { name: v.string(), times: v.number() },
  returns: v.array(v.string()),
  handler: async (ctx, { name, times }) => {
    const targets = Array.from({ length: times }, () => bumpReference);
    targets.splice(1, 0, failingReference);
    const calls = targets.map((target) => ctx.runMutation(target, { name }));
    return (await Promise.allSettled(calls)).map((outcome) => outcome.status);
  },
});

export const later = mutation({
  args: { name: v.string(), delayMs: v.number() },
  returns: v.string(),
  handler: (ctx, { name, delayMs }): Promise<string> =>
    ctx.scheduler.runAfter(delayMs, bumpReference, { name }),
});

export const laterThenFail = mutation({
  args: { name: v.string() },
  returns: v.null(),
  handler: async (ctx, { name }) => {
    await ctx.scheduler.runAfter(0, bumpReference, { name });
    throw new Error("nothing is scheduled");
  },
});

export const failLater = mutation({
  args: { name: v.string() },
  returns: v.string(),
  handler: (ctx, args): Promise<string> => ctx.scheduler.runAfter(0, failingReference, args),
});

export const cancel = mutation({
  args: { job: v.id("_scheduled_functions") },
  returns: v.null(),
  handler: async (ctx, { job }) => {
    await ctx.scheduler.cancel(job);
    return null;
  },
});

export const jobState = query({
  args: { job: v.id("_scheduled_functions") },
  returns: v.union(v.string(), v.null()),
  handler: async (ctx, { job }) => (await ctx.db.system.get(job))?.state.kind ?? null,
});

export const job = query({
  args: { job: v.id("_scheduled_functions") },
  returns: v.any(),
  handler: (ctx, { job }) => ctx.db.system.get(job),
});

/** How many jobs there are or were. */
export const jobs = query({
  args: {},
  returns: v.number(),
  handler: async (ctx) => (await ctx.db.system.query("_scheduled_functions").take(100)).length,
});
