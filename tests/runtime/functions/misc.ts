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

const SESSIONS = Array.from({ length: 50 }, (_, row) => ({
  id: `q17f4zpncg2a4gjzzcm2s7xqh585k${row + 100}`,
  userId: "q97a4zpncg2a4gjzzcm2s7xqh585k4zr",
  user: { clerkId: "user_00001", kind: "product", name: "User 00001", email: "u@example.com" },
  externalId: `session-${row}`,
  channel: "voice",
  status: "completed",
  title: `Session ${row}`,
  startedAt: 1_790_000_000_000 + row,
  endedAt: 1_790_000_060_000 + row,
  durationMs: 60_000,
  provider: "provider",
  modelId: "model-large",
  interactionCount: 12,
  audioCount: 0,
  tokensIn: 4_800,
  tokensOut: 96,
  cost: 0.0024,
  worstLatencyMs: 900,
  worstTtftMs: 700,
  reviewStatus: "unreviewed",
  labels: ["weekly"],
  legalHold: false,
  createdAt: 1_790_000_000_000,
  source: "benchmark",
}));

/** As much as a page of 50 sessions, without any work: what the platform itself costs. */
export const constantPage = query({
  args: { limit: v.number(), cursor: v.null() },
  returns: v.any(),
  handler: () => ({ items: SESSIONS, nextCursor: null }),
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

/** What Node.js has and Convex's runtime has not. */
export const nodeGlobals = query({
  args: {},
  returns: v.array(v.string()),
  handler: () => {
    const everywhere = globalThis as Record<string, unknown>;
    const named = { Buffer: typeof Buffer, setImmediate: typeof setImmediate };
    const names = ["Buffer", "setImmediate", "global", "require", "WebSocket"];
    return [
      ...names.filter((name) => everywhere[name] !== undefined || name in everywhere),
      ...Object.entries(named)
        .filter(([, type]) => type !== "undefined")
        .map(([name]) => name),
    ];
  },
});

/** Times that a mutation sees while it waits for the database, again and again. */
export const times = mutation({
  args: {},
  returns: v.array(v.number()),
  handler: async (ctx) => {
    const seen = new Set<number>();
    for (let round = 0; round < 200; round += 1) {
      seen.add(Date.now()).add(new Date().getTime());
      await ctx.db.query("counters").take(100);
    }
    return [...seen];
  },
});

async function fails(): Promise<void> {
  await Promise.resolve();
  throw new Error("nobody waits for this");
}

/** Forgets an `await`. */
export const forgetful = mutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    await ctx.db.insert("counters", { name: "forgetful", value: 1 });
    void fails();
    return null;
  },
});

/** Reads what is nobody's id. */
export const getGarbage = query({
  args: { id: v.string() },
  returns: v.any(),
  handler: (ctx, { id }) => ctx.db.get(id as never),
});

/** Writes a field that only the platform may write. */
export const reserved = mutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    await ctx.db.insert("counters", { name: "reserved", value: 1, _mine: true } as never);
    return null;
  },
});
