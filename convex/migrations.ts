/** Migrations of the data, batch by batch: resumable, and harmless to repeat. */
import { v } from "convex/values";
import type { Doc } from "./_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "./_generated/server.js";
import { refusal } from "./model/errors.ts";
import { authedMutation, authedQuery } from "./model/functions.ts";
import { BATCH_DOCUMENTS, SCAN_BYTES } from "./model/limits.ts";
import { MIGRATIONS } from "./model/migrations.ts";
import type { AnyMigration } from "./model/migrations.ts";
import { named, whole } from "./model/fields.ts";

const progress = named(
  "MigrationRun",
  v.object({
    name: v.string(),
    done: v.boolean(),
    processed: whole(),
    changed: whole(),
  }),
);

/**
 * Do the next batch of a migration, from where the last one ended. A finished one stays finished
 * unless `restart` begins it anew.
 *
 * @throws NOT_FOUND for a name that is not in the list.
 */
export const step = authedMutation("migrations:step", {
  args: { name: v.string(), restart: v.optional(v.boolean()) },
  returns: progress,
  handler: async (ctx, { name, restart }) => {
    const migration = MIGRATIONS.find((known) => known.name === name);
    if (migration === undefined) throw refusal("NOT_FOUND", "There is no such migration.");
    const run = await runOf(ctx, name);
    if (run.done && restart !== true) return toProgress(run);
    const fresh = { cursor: null, done: false, processed: 0, changed: 0 };
    const from = restart === true ? { ...run, ...fresh } : run;
    const batch = await runBatch(ctx, migration, from.cursor);
    const changes = {
      cursor: batch.cursor,
      done: batch.done,
      processed: from.processed + batch.processed,
      changed: from.changed + batch.changed,
      updatedAt: Date.now(),
    };
    await ctx.db.patch("batchRuns", run._id, changes);
    return toProgress({ ...run, ...changes });
  },
});

async function runBatch(ctx: MutationCtx, migration: AnyMigration, cursor: string | null) {
  const found = await ctx.db.query(migration.table).paginate({
    cursor,
    numItems: BATCH_DOCUMENTS,
    maximumBytesRead: SCAN_BYTES,
  });
  let changed = 0;
  for (const row of found.page) {
    const change = migration.change as (
      row: unknown,
      ctx: MutationCtx,
    ) => object | null | Promise<object | null>;
    const patch = await change(row, ctx);
    if (patch === null) continue;
    await ctx.db.patch(migration.table, row._id as never, patch);
    changed += 1;
  }
  const { continueCursor, isDone } = found;
  return { cursor: continueCursor, done: isDone, processed: found.page.length, changed };
}

/** Return how far every migration is. */
export const status = authedQuery("migrations:status", {
  args: {},
  returns: v.array(progress),
  handler: async (ctx) =>
    await Promise.all(
      MIGRATIONS.map(async ({ name }) => {
        const run = await storedRun(ctx, name);
        return run === null ? { name, done: false, processed: 0, changed: 0 } : toProgress(run);
      }),
    ),
});

async function storedRun(ctx: QueryCtx, name: string): Promise<Doc<"batchRuns"> | null> {
  return await ctx.db
    .query("batchRuns")
    .withIndex("by_name", (q) => q.eq("name", name))
    .unique();
}

async function runOf(ctx: MutationCtx, name: string): Promise<Doc<"batchRuns">> {
  const stored = await storedRun(ctx, name);
  if (stored !== null) return stored;
  const now = Date.now();
  const start = { cursor: null, done: false, processed: 0, changed: 0 };
  const id = await ctx.db.insert("batchRuns", { name, ...start, startedAt: now, updatedAt: now });
  return (await ctx.db.get("batchRuns", id))!;
}

function toProgress({ name, done, processed, changed }: Doc<"batchRuns">) {
  return { name, done, processed, changed };
}
