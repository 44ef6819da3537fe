import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  notes: defineTable({
    owner: v.string(),
    at: v.number(),
    body: v.string(),
    tags: v.optional(v.array(v.string())),
    parent: v.optional(v.id("notes")),
  })
    .index("by_owner_at", ["owner", "at"])
    .searchIndex("search_body", { searchField: "body", filterFields: ["owner"] }),
  anything: defineTable({ k: v.optional(v.any()), n: v.optional(v.any()), o: v.optional(v.any()) })
    .index("by_k", ["k"])
    .index("by_k_n", ["k", "n"])
    .index("by_nested", ["o.inner"]),
  counters: defineTable({ name: v.string(), value: v.number() }).index("by_name", ["name"]),
});
