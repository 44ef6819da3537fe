/** Sorts some sessions by a figure, and cuts pages of them by key. Pure. */
import { v } from "convex/values";
import type { Infer } from "convex/values";
import type { Doc } from "../_generated/dataModel.js";
import { refusal } from "./errors.ts";
import type { Order } from "./fields.ts";

export const rankedBy = v.union(
  v.literal("worstTurn"),
  v.literal("length"),
  v.literal("cost"),
  v.literal("score"),
);
type By = Infer<typeof rankedBy>;
type Session = Doc<"userSessions">;
/** The figure, the start, and the id: no two sessions are equal in all three. */
type Key = [figure: number | null, startedAt: number, id: string];

const FIGURES: Record<By, (session: Session) => number | undefined> = {
  worstTurn: (session) => session.worstLatencyMs,
  length: (session) => session.durationMs,
  cost: (session) => session.costNanos,
  score: (session) => session.score,
};

/**
 * Return the page behind the cursor. Sessions without the figure come last in either order, those
 * with the same figure newest first.
 *
 * @throws VALIDATION for a cursor that is not of such a list.
 */
export function rankedPage(
  sessions: readonly Session[],
  { by, order, cursor, limit }: { by: By; order: Order; cursor: string | null; limit: number },
): { items: Session[]; nextCursor: string | null } {
  const keyed = sessions.map((session) => ({ session, key: keyOf(session, by) }));
  keyed.sort((one, other) => compare(one.key, other.key, order));
  const mark = `${by} ${order}`;
  const after = cursor === null ? null : decoded(cursor, mark);
  const rest = after === null ? keyed : keyed.filter(({ key }) => compare(key, after, order) > 0);
  const page = rest.slice(0, limit);
  const nextCursor = rest.length > limit ? encoded(page.at(-1)!.key, mark) : null;
  return { items: page.map(({ session }) => session), nextCursor };
}

function keyOf(session: Session, by: By): Key {
  return [FIGURES[by](session) ?? null, session.startedAt, session._id];
}

function compare([a, startedA, idA]: Key, [b, startedB, idB]: Key, order: Order): number {
  if (a === null || b === null) {
    if (a !== b) return a === null ? 1 : -1;
  } else if (a !== b) return order === "asc" ? a - b : b - a;
  if (startedA !== startedB) return startedB - startedA;
  return idA < idB ? -1 : Number(idA > idB);
}

function encoded(key: Key, mark: string): string {
  return btoa(JSON.stringify([mark, ...key]));
}

function decoded(cursor: string, wanted: string): Key {
  try {
    const [mark, figure, startedAt, id] = JSON.parse(atob(cursor)) as unknown[];
    const isFigure = figure === null || typeof figure === "number";
    const isKey = isFigure && typeof startedAt === "number" && typeof id === "string";
    if (mark === wanted && isKey) return [figure, startedAt, id];
  } catch {
    // Not base64 or not JSON: refused below like any other foreign cursor.
  }
  throw refusal("VALIDATION", "The cursor is not one of this list.", [
    { field: "cursor", message: "must be the nextCursor of the same list" },
  ]);
}
