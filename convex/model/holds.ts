/** The hold of a session, and how its recordings follow it. */
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { OPEN_STATES } from "./audio.ts";
import { HOLD_BATCH } from "./limits.ts";

/**
 * Carry the session's present hold to the next batch of its recordings.
 *
 * @returns where the next batch begins; null if there is none.
 */
export async function followHold(
  ctx: MutationCtx,
  sessionId: Id<"userSessions">,
  cursor: string | null,
): Promise<string | null> {
  const isHeld = (await ctx.db.get("userSessions", sessionId))?.legalHold === true;
  const found = await ctx.db
    .query("audioObjects")
    .withIndex("by_session_sequence", (q) => q.eq("sessionId", sessionId))
    .paginate({ cursor, numItems: HOLD_BATCH });
  for (const audio of found.page) {
    const changes = heldChanges(audio, isHeld);
    if (changes !== null) await ctx.db.patch("audioObjects", audio._id, changes);
  }
  return found.isDone ? null : found.continueCursor;
}

/**
 * What a recording has to change to follow its session, or null. A hold has every tag looked for,
 * known or not: only the bucket says that there is none.
 */
export function heldChanges(
  audio: Doc<"audioObjects">,
  isHeld: boolean,
): { held: true | undefined; tag: "wanted" | "set" | "unwanted" | undefined } | null {
  if (!OPEN_STATES.some((state) => state === audio.status)) return null;
  const changes = { held: isHeld ? (true as const) : undefined, tag: tagFor(audio, isHeld) };
  return audio.held === changes.held && audio.tag === changes.tag ? null : changes;
}

/** The tag that a recording should have: the bucket may delete what is analysed and not held. */
export function tagFor(
  { status, analysis, tag }: Doc<"audioObjects">,
  isHeld: boolean,
): "wanted" | "set" | "unwanted" | undefined {
  // What was tagged before may be corrupt or missing by now, and still carry it.
  if (tag === undefined && !(status === "stored" && analysis === "ready")) return undefined;
  if (isHeld) return "unwanted";
  return tag === "set" ? "set" : "wanted";
}

/** Whether the bucket may still delete a recording of a held session by itself. */
export async function isHoldPending(ctx: QueryCtx, session: Doc<"userSessions">): Promise<boolean> {
  if (session.legalHold !== true) return false;
  const tags = (["wanted", "set", "unwanted"] as const).map((tag) =>
    ctx.db
      .query("audioObjects")
      .withIndex("by_session_tag", (q) => q.eq("sessionId", session._id).eq("tag", tag))
      .first(),
  );
  return (await Promise.all(tags)).some((found) => found !== null);
}
