import { paginationOptsValidator } from "convex/server";
import { ConvexError, v } from "convex/values";
import { mutation, query } from "./_generated/server.ts";

const fields = {
  owner: v.string(),
  at: v.number(),
  body: v.string(),
  tags: v.optional(v.array(v.string())),
};

export const add = mutation({
  args: fields,
  returns: v.id("notes"),
  handler: (ctx, args) => ctx.db.insert("notes", args),
});

export const addMany = mutation({
  args: { notes: v.array(v.object(fields)) },
  returns: v.array(v.id("notes")),
  handler: async (ctx, { notes }) => {
    const ids = [];
    for (const note of notes) ids.push(await ctx.db.insert("notes", note));
    return ids;
  },
});

export const get = query({
  args: { id: v.id("notes") },
  handler: (ctx, { id }) => ctx.db.get("notes", id),
});

export const list = query({
  args: { owner: v.string(), limit: v.optional(v.number()) },
  handler: (ctx, { owner, limit }) =>
    ctx.db
      .query("notes")
      .withIndex("by_owner_at", (q) => q.eq("owner", owner))
      .order("desc")
      .take(limit ?? 50),
});

export const page = query({
  args: { owner: v.string(), opts: paginationOptsValidator },
  handler: (ctx, { owner, opts }) =>
    ctx.db
      .query("notes")
      .withIndex("by_owner_at", (q) => q.eq("owner", owner))
      .paginate(opts),
});

export const search = query({
  args: { text: v.string(), owner: v.optional(v.string()) },
  handler: async (ctx, { text, owner }) =>
    ctx.db
      .query("notes")
      .withSearchIndex("search_body", (q) => {
        const found = q.search("body", text);
        return owner === undefined ? found : found.eq("owner", owner);
      })
      .take(100),
});

export const edit = mutation({
  args: { id: v.id("notes"), body: v.string() },
  returns: v.null(),
  handler: async (ctx, { id, body }) => {
    await ctx.db.patch("notes", id, { body });
    return null;
  },
});

export const remove = mutation({
  args: { id: v.id("notes") },
  returns: v.null(),
  handler: async (ctx, { id }) => {
    await ctx.db.delete("notes", id);
    return null;
  },
});

export const addThenFail = mutation({
  args: { ...fields, coded: v.boolean() },
  returns: v.null(),
  handler: async (ctx, { coded, ...note }) => {
    await ctx.db.insert("notes", note);
    if (coded) throw new ConvexError({ code: "CONFLICT", big: 7n });
    throw new Error("plain failure");
  },
});
