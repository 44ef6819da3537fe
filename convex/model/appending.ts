/** How turns are stored: the rules of `interactions:append`, and of imports. */
import { getConvexSize } from "convex/values";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { refusal } from "./errors.ts";
import { interactionAt, sameContent, textsOf } from "./interactions.ts";
import { APPEND_BYTES, APPEND_ITEMS } from "./limits.ts";
import type { NewInteraction } from "./records.ts";
import { addSearchText } from "./searchTexts.ts";
import type { Totals } from "./totals.ts";

/** More than all of an interaction but its texts can take; a UTF-16 unit takes three at most. */
const ITEM_BYTES = 768;

export const OTHER_CONTENT = "is stored with other content";

/** @throws LIMIT_EXCEEDED for too many turns, or too large ones, in one call. */
export function refuseTooMany(items: NewInteraction[], field: string): void {
  if (items.length <= APPEND_ITEMS && !isTooLarge(items)) return;
  const message = `must be at most ${APPEND_ITEMS} and ${APPEND_BYTES} bytes`;
  throw refusal("LIMIT_EXCEEDED", "Too many interactions in one call.", [{ field, message }]);
}

/** Whether turns pass the limit of bytes: measured only if their texts leave that open. */
function isTooLarge(items: NewInteraction[]): boolean {
  let most = ITEM_BYTES * items.length;
  for (const item of items) {
    const others = [item.requestId, item.provider, item.modelId, item.tool?.callId, item.language];
    for (const part of [...textsOf(item), ...others]) most += 3 * (part?.length ?? 0);
  }
  return most > APPEND_BYTES && getConvexSize(items) > APPEND_BYTES;
}

/** Turns by what becomes of them: `taken` are places of those whose sequence another turn has. */
type Sorted = { fresh: NewInteraction[]; taken: Set<number> };

/**
 * Find the turns that are not stored yet, once each; those that are, with the same content, are
 * left out.
 *
 * @param session - null for one that is new.
 */
export async function sortedOut(
  ctx: MutationCtx,
  session: Doc<"userSessions"> | null,
  items: NewInteraction[],
): Promise<Sorted> {
  const places = new Map<number, number>();
  const taken = new Set<number>();
  items.forEach((item, place) => {
    const twin = places.get(item.sequence);
    if (twin === undefined) places.set(item.sequence, place);
    else if (!sameContent(items[twin]!, item)) taken.add(place);
  });
  if (session !== null) {
    // Sequences beyond the highest stored one cannot be there: most batches need no look-up.
    const doubtful = [...places].filter(([sequence]) => sequence <= session.maxSequence);
    await Promise.all(
      doubtful.map(async ([sequence, place]) => {
        const stored = await interactionAt(ctx, session._id, sequence);
        if (stored === null) return;
        if (!sameContent(stored, items[place]!)) taken.add(place);
        places.delete(sequence);
      }),
    );
  }
  return { fresh: [...places.values()].map((place) => items[place]!), taken };
}

/** Store turns that are new, with their words. */
export async function storeTurns(
  ctx: MutationCtx,
  { sessionId, userId }: { sessionId: Id<"userSessions">; userId: Id<"users"> },
  fresh: NewInteraction[],
  createdAt: number,
): Promise<void> {
  await Promise.all(
    fresh.map(async (item) => {
      const turn = { ...item, sessionId, userId, createdAt };
      const _id = await ctx.db.insert("interactions", turn);
      await addSearchText(ctx, { ...turn, _id });
    }),
  );
}

type Counters = Pick<
  Doc<"userSessions">,
  "interactionCount" | "maxSequence" | "tokensIn" | "tokensOut" | "costNanos"
> &
  Partial<Pick<Doc<"userSessions">, "worstLatencyMs" | "worstTtftMs">>;

/** The counters of a session with more turns, of which `totals` are the sums. */
export function counted(known: Counters, fresh: NewInteraction[], totals: Totals): Counters {
  const worstLatencyMs = worst(known.worstLatencyMs, fresh, "latencyMs");
  const worstTtftMs = worst(known.worstTtftMs, fresh, "ttftMs");
  return {
    interactionCount: known.interactionCount + fresh.length,
    maxSequence: fresh.reduce((max, item) => Math.max(max, item.sequence), known.maxSequence),
    tokensIn: known.tokensIn + totals.tokensIn,
    tokensOut: known.tokensOut + totals.tokensOut,
    costNanos: known.costNanos + totals.costNanos,
    ...(worstLatencyMs === undefined ? {} : { worstLatencyMs }),
    ...(worstTtftMs === undefined ? {} : { worstTtftMs }),
  };
}

function worst(
  known: number | undefined,
  items: NewInteraction[],
  field: "latencyMs" | "ttftMs",
): number | undefined {
  return items.reduce<number | undefined>((max, item) => {
    const value = item[field];
    return value === undefined ? max : Math.max(max ?? 0, value);
  }, known);
}
