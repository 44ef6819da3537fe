/** What reviewers are asked: named rubrics, each a row of versions that never change. */
import { v } from "convex/values";
import { Checks } from "./model/checks.ts";
import { authedMutation, authedQuery } from "./model/functions.ts";
import { canonical } from "./model/idempotency.ts";
import { DESCRIPTION_CHARS } from "./model/limits.ts";
import { readPage } from "./model/paging.ts";
import { page, pageArgs } from "./model/records.ts";
import { criterion } from "./model/reviewFields.ts";
import { rubric } from "./model/reviewRecords.ts";
import { checkCriteria } from "./model/rubric.ts";
import { toRecord } from "./model/toRecord.ts";

/**
 * Publish a rubric: the first version of a new name, else the next one. The content of the latest
 * version published again is that version.
 */
export const publish = authedMutation("rubrics:publish", {
  args: {
    name: v.string(),
    description: v.optional(v.string()),
    criteria: v.array(criterion),
  },
  returns: rubric,
  handler: async (ctx, { name, description, criteria }) => {
    const checks = new Checks();
    checks.identifier("name", name);
    checks.text("description", description, DESCRIPTION_CHARS);
    checkCriteria(checks, criteria);
    checks.done();
    const latest = await ctx.db
      .query("rubrics")
      .withIndex("by_name_version", (q) => q.eq("name", name))
      .order("desc")
      .first();
    const content = { ...(description === undefined ? {} : { description }), criteria };
    if (latest !== null) {
      const known = { description: latest.description, criteria: latest.criteria };
      if (canonical(known as never) === canonical({ description, criteria } as never)) {
        return toRecord(rubric, latest);
      }
    }
    const id = await ctx.db.insert("rubrics", {
      name,
      version: (latest?.version ?? 0) + 1,
      ...content,
      createdBy: ctx.caller.subject,
      createdAt: Date.now(),
    });
    return toRecord(rubric, (await ctx.db.get("rubrics", id))!);
  },
});

/** Return one version of a rubric, or null. */
export const get = authedQuery("rubrics:get", {
  args: { id: v.string() },
  returns: v.union(rubric, v.null()),
  handler: async (ctx, { id }) => {
    const rubricId = ctx.db.normalizeId("rubrics", id);
    const found = rubricId === null ? null : await ctx.db.get("rubrics", rubricId);
    return found === null ? null : toRecord(rubric, found);
  },
});

/** Return one page of versions, newest first; those of one name if it is given. */
export const list = authedQuery("rubrics:list", {
  args: { ...pageArgs, name: v.optional(v.string()) },
  returns: page(rubric),
  handler: async (ctx, { cursor, limit, name }) => {
    const place = { order: "desc" as const, cursor, limit };
    const found =
      name === undefined
        ? await readPage(ctx, {
            table: "rubrics",
            index: "by_createdAt",
            equals: {},
            sortField: "createdAt",
            ...place,
          })
        : await readPage(ctx, {
            table: "rubrics",
            index: "by_name_version",
            equals: { name },
            sortField: "version",
            ...place,
          });
    return { items: found.items.map((row) => toRecord(rubric, row)), nextCursor: found.nextCursor };
  },
});
