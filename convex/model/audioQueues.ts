/** What the worker has to do with recordings, and where it finds it. */
import { v } from "convex/values";
import type { Infer } from "convex/values";
import type { Doc } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import type { Listing } from "./paging.ts";

export const dueKind = v.union(v.literal("analysis"), v.literal("abandoned"), v.literal("expired"));
type DueKind = Infer<typeof dueKind>;
type Queue = Pick<Listing<"audioObjects">, "table" | "index" | "equals" | "sortField" | "to">;

/** The index range that holds what waits, up to a moment. */
export function queueOf(kind: DueKind, before: number): Queue {
  const table = "audioObjects" as const;
  if (kind === "analysis") {
    const equals = { analysis: "pending" };
    return { table, index: "by_analysis_createdAt", equals, sortField: "createdAt", to: before };
  }
  if (kind === "abandoned") {
    const equals = { status: "pending" };
    return { table, index: "by_status_createdAt", equals, sortField: "createdAt", to: before };
  }
  // `to` is exclusive, an object that expires exactly now is due.
  const equals = { status: "stored" };
  return { table, index: "by_status_expiresAt", equals, sortField: "expiresAt", to: before + 1 };
}

/** Leave out recordings of sessions on legal hold. */
export async function withoutHold(
  ctx: QueryCtx,
  items: Doc<"audioObjects">[],
): Promise<Doc<"audioObjects">[]> {
  const held = await Promise.all(
    items.map(async ({ sessionId }) => (await ctx.db.get("userSessions", sessionId))?.legalHold),
  );
  return items.filter((_, index) => held[index] !== true);
}
