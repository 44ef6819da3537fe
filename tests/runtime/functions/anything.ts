import {
  mutationGeneric as mutation,
  paginationOptsValidator,
  queryGeneric as query,
} from "convex/server";
import { v } from "convex/values";

export const insert = mutation({
  args: { documents: v.array(v.any()) },
  returns: v.null(),
  handler: async (ctx, { documents }) => {
    for (const document of documents) await ctx.db.insert("anything", document);
    return null;
  },
});

export const clear = mutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    for (const { _id } of await ctx.db.query("anything").collect()) await ctx.db.delete(_id);
    return null;
  },
});

const bound = v.object({
  op: v.union(v.literal("gt"), v.literal("gte"), v.literal("lt"), v.literal("lte")),
  value: v.any(),
});

const range = {
  index: v.union(v.literal("by_k"), v.literal("by_k_n"), v.literal("by_creation_time")),
  /** Equality on `k`, as a list of no or one value. */
  eq: v.array(v.any()),
  bounds: v.array(bound),
  order: v.union(v.literal("asc"), v.literal("desc")),
};

type Builder = Record<string, (field: string, value: unknown) => Builder>;

/* eslint-disable-next-line @typescript-eslint/no-explicit-any -- tables are untyped here */
function ranged(db: any, { index, eq, bounds, order }: RangeArgs) {
  return db
    .query("anything")
    .withIndex(index, (q: Builder) => {
      let builder = q;
      for (const value of eq) builder = builder["eq"]!("k", value);
      const field = eq.length > 0 ? "n" : "k";
      for (const { op, value } of bounds) builder = builder[op]!(field, value);
      return builder;
    })
    .order(order);
}

interface RangeArgs {
  index: string;
  eq: unknown[];
  bounds: { op: string; value: unknown }[];
  order: string;
}

/** Documents of a range without their system fields, which differ between deployments. */
export const collect = query({
  args: range,
  returns: v.array(v.any()),
  handler: async (ctx, args) => bare(await ranged(ctx.db, args).collect()),
});

export const page = query({
  args: { ...range, opts: paginationOptsValidator },
  returns: v.any(),
  handler: async (ctx, { opts, ...args }) => {
    const { page, isDone, continueCursor } = await ranged(ctx.db, args).paginate(opts);
    return { page: bare(page), isDone, continueCursor };
  },
});

/** Documents whose `n` passes a comparison by `filter`. */
export const filtered = query({
  args: { op: v.string(), value: v.any() },
  returns: v.array(v.any()),
  handler: async (ctx, { op, value }) => {
    const compare = op as "eq" | "neq";
    const found = ctx.db.query("anything").filter((q) => q[compare](q.field("n"), value));
    return bare(await found.collect());
  },
});

function bare(documents: Record<string, unknown>[]): unknown[] {
  return documents.map(({ _id, _creationTime, ...fields }) => fields);
}
