/** What the worker has to do with recordings, and where it finds it. */
import { v } from "convex/values";
import type { Infer } from "convex/values";
import type { Doc } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { isHeld } from "./audio.ts";
import type { Listing } from "./paging.ts";

export const dueKind = v.union(
  v.literal("analysis"),
  v.literal("abandoned"),
  v.literal("expired"),
  v.literal("expiring"),
  v.literal("tag"),
  v.literal("untag"),
);
type DueKind = Infer<typeof dueKind>;
type Queue = Pick<Listing<"audioObjects">, "table" | "index" | "equals" | "sortField" | "to">;

/** The index range that holds what waits, up to a moment. */
export function queueOf(kind: DueKind, before: number): Queue {
  const table = "audioObjects" as const;
  const created = { table, sortField: "createdAt", to: before } as const;
  switch (kind) {
    case "analysis":
      return { ...created, index: "by_analysis_createdAt", equals: { analysis: "pending" } };
    case "abandoned":
      return { ...created, index: "by_status_createdAt", equals: { status: "pending" } };
    case "tag":
      return { ...created, index: "by_tag_createdAt", equals: { tag: "wanted" } };
    case "untag":
      return { ...created, index: "by_tag_createdAt", equals: { tag: "unwanted" } };
    case "expired":
    case "expiring": {
      const equals = { status: kind === "expired" ? "stored" : kind, held: undefined };
      // `to` is exclusive, an object that expires exactly now is due.
      const expires = { sortField: "expiresAt", to: before + 1 } as const;
      return { table, index: "by_status_held_expiresAt", equals, ...expires };
    }
  }
}

/** Leave out recordings of sessions on legal hold whose copies have not followed yet. */
export async function withoutHold(
  ctx: QueryCtx,
  items: Doc<"audioObjects">[],
): Promise<Doc<"audioObjects">[]> {
  const held = await Promise.all(items.map((audio) => isHeld(ctx, audio)));
  return items.filter((_, index) => !held[index]);
}
