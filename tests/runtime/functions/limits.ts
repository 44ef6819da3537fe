import { v, type Value } from "convex/values";
import type { GenericMutationCtx } from "convex/server";
import { mutation, type DataModel } from "./_generated/server.ts";

type Db = GenericMutationCtx<DataModel>["db"];

/** Makes a document weigh exactly 1 MiB: the rest are field names, id, creation time and lengths. */
const PADDING = "x".repeat(1024 * 1024 - 67);
const ROWS = 1_000;

const store = (db: Db, o: Value) => db.insert("anything", { o });

const USES: Record<string, (db: Db, amount: number) => Promise<unknown>> = {
  documentsRead: async (db, amount) => {
    for (let i = 0; i < ROWS; i += 1) await db.insert("anything", { k: "read" });
    const rows = () => db.query("anything").withIndex("by_k", (q) => q.eq("k", "read"));
    for (let left = amount; left > 0; left -= ROWS) await rows().take(Math.min(left, ROWS));
  },
  mebibytesRead: async (db, amount) => {
    const id = await store(db, PADDING);
    for (let i = 0; i < amount; i += 1) await db.get("anything", id);
  },
  documentsWritten: async (db, amount) => {
    for (let i = 0; i < amount; i += 1) await db.insert("anything", {});
  },
  mebibytesWritten: async (db, amount) => {
    for (let i = 0; i < amount; i += 1) await store(db, PADDING);
  },
  ranges: async (db, amount) => {
    for (let i = 0; i < amount; i += 1) {
      await db
        .query("anything")
        .withIndex("by_k", (q) => q.eq("k", "none"))
        .first();
    }
  },
  documentBytes: (db, amount) => store(db, "x".repeat(amount - 67)),
  arrayLength: (db, amount) => store(db, Array<number>(amount).fill(1)),
  objectFields: (db, amount) =>
    store(db, Object.fromEntries(Array.from({ length: amount }, (_, i) => [`f${i}`, i]))),
  nesting: (db, amount) => {
    let value: Value = 1;
    for (let level = 1; level < amount; level += 1) value = [value];
    return store(db, value);
  },
};

/** Uses up so much of a limit in one transaction. */
export const use = mutation({
  args: { what: v.string(), amount: v.number() },
  returns: v.null(),
  handler: async (ctx, { what, amount }) => {
    await USES[what]!(ctx.db, amount);
    return null;
  },
});
