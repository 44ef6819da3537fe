import { paginationOptsValidator } from "convex/server";
import { v } from "convex/values";
import { mutation, query, type Reader } from "./_generated/server.ts";

export const insert = mutation({
  args: { documents: v.array(v.any()) },
  returns: v.null(),
  handler: async (ctx, { documents }) => {
    for (const document of documents) await ctx.db.insert("anything", document as object);
    return null;
  },
});

export const clear = mutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    for (const { _id } of await ctx.db.query("anything").collect())
      await ctx.db.delete("anything", _id);
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

/** Any of the range builders: which fields and values are tried here is not known to the types. */
type Builder = Record<string, (field: string, value: unknown) => Builder>;

interface RangeArgs {
  index: "by_k" | "by_k_n" | "by_creation_time";
  eq: unknown[];
  bounds: { op: string; value?: unknown }[];
  order: "asc" | "desc";
}

function ranged(db: Reader, { index, eq, bounds, order }: RangeArgs) {
  const range = (start: unknown): never => {
    let builder = start as Builder;
    for (const value of eq) builder = builder["eq"]!("k", value);
    const field = eq.length > 0 ? "n" : "k";
    for (const { op, value } of bounds) builder = builder[op]!(field, value);
    return builder as never;
  };
  return db.query("anything").withIndex(index, range).order(order);
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
    const { page, ...rest } = await ranged(ctx.db, args).paginate(opts);
    return { page: bare(page), ...rest };
  },
});

/** Documents whose `n` passes a comparison by `filter`. */
export const filtered = query({
  args: { op: v.string(), value: v.any() },
  returns: v.array(v.any()),
  handler: async (ctx, { op, value }) => {
    const compare = op as "eq" | "neq";
    const found = ctx.db.query("anything").filter((q) => q[compare](q.field("n"), value as string));
    return bare(await found.collect());
  },
});

function bare(documents: { _id: unknown; _creationTime: number }[]): unknown[] {
  return documents.map(({ _id, _creationTime, ...fields }) => fields);
}
