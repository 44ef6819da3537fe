/**
 * Scores: judgements of a session or of one of its turns, with the names of OpenTelemetry's
 * `gen_ai.evaluation.*`. A score is never changed: another value is a new version, the latest counts.
 */
import { getDocumentSize } from "convex/values";
import type { Infer, Value } from "convex/values";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import type { Checks } from "./checks.ts";
import type { Order } from "./fields.ts";
import {
  EXPLANATION_CHARS,
  MAX_SCORE_VALUE,
  MAX_SEQUENCE,
  SCORE_LABEL_CHARS,
  SCORE_NAME_CHARS,
} from "./limits.ts";
import { readPage } from "./paging.ts";
import type { Listing, Page } from "./paging.ts";
import type { UserSession, newScore } from "./records.ts";
import { SessionReader } from "./sessions.ts";

type NewScore = Infer<typeof newScore>;

/** What makes two scores with the same key the same. */
const CONTENT = ["value", "label", "explanation", "origin"] as const;

export function checkScoreSent(checks: Checks, score: NewScore): void {
  checks.identifier("name", score.name, SCORE_NAME_CHARS);
  checks.number("value", score.value, -MAX_SCORE_VALUE, MAX_SCORE_VALUE);
  checks.identifier("label", score.label, SCORE_LABEL_CHARS);
  checks.text("explanation", score.explanation, EXPLANATION_CHARS);
  checks.identifier("evaluator", score.evaluator);
  checks.integer("sequence", score.sequence, 0, MAX_SEQUENCE);
  const isJudged = score.value !== undefined || score.label !== undefined;
  checks.that(isJudged, "value", "is needed unless there is a label");
}

/** What became of a score: it is new, replaces an earlier version, or is there already. */
export type Stored = "new" | "version" | "duplicate";

/**
 * Store a score; the latest of one session, turn, name, evaluator and writer counts.
 *
 * @param writtenBy - who wrote it: the subject of the verified token.
 */
export async function storeScore(
  ctx: MutationCtx,
  session: Doc<"userSessions">,
  writtenBy: string,
  score: NewScore,
): Promise<Stored> {
  const { _id: sessionId, userId, startedAt } = session;
  const known = await ctx.db
    .query("scores")
    .withIndex("by_key", (q) =>
      q
        .eq("sessionId", sessionId)
        .eq("name", score.name)
        .eq("evaluator", score.evaluator)
        .eq("writtenBy", writtenBy)
        .eq("sequence", score.sequence)
        .eq("current", true),
    )
    .unique();
  if (known !== null && CONTENT.every((field) => known[field] === score[field])) {
    return "duplicate";
  }
  if (known !== null) await ctx.db.patch("scores", known._id, { current: false });
  await ctx.db.insert("scores", {
    ...score,
    sessionId,
    userId,
    startedAt,
    writtenBy,
    current: true,
    createdAt: Date.now(),
  });
  return known === null ? "new" : "version";
}

/** How to read the scores that count for a session, page by page. */
export function scoreListing(
  sessionId: Id<"userSessions">,
  cursor: string | null,
  limit: number,
): Listing<"scores"> {
  return {
    table: "scores",
    index: "by_session_current",
    equals: { sessionId, current: true },
    sortField: "createdAt",
    order: "asc",
    cursor,
    limit,
  };
}

/** Which scores a list of sessions asks for; the bounds are inclusive. */
type Bounds = { name: string; min: number | undefined; max: number | undefined };
type Place = Pick<Listing<"scores">, "cursor" | "limit" | "order" | "from" | "to">;

/** Say whether a score is within bounds; without any, every score of the name is. */
function isWithin({ value }: Doc<"scores">, { min, max }: Bounds): boolean {
  if (min === undefined && max === undefined) return true;
  return value !== undefined && value >= (min ?? -Infinity) && value <= (max ?? Infinity);
}

/**
 * Return one page of the sessions with a score within bounds, by their start, each once.
 *
 * @param isWanted - says of a session whether the other filters select it.
 */
export async function scoredSessions(
  ctx: QueryCtx,
  bounds: Bounds,
  { cursor, limit, order, from, to, ...filters }: Place & Record<string, Value | undefined>,
  isWanted: (session: Doc<"userSessions">) => boolean,
): Promise<Page<UserSession>> {
  const reader = new SessionReader(ctx);
  const judged = new Set<Id<"userSessions">>();
  const found = await readPage(
    ctx,
    {
      table: "scores",
      index: "by_name_startedAt",
      equals: { name: bounds.name, current: true },
      sortField: "startedAt",
      from,
      to,
      order,
      cursor,
      limit,
      filters: { ...filters, ...bounds },
    },
    async (score) => {
      if (!isWithin(score, bounds) || judged.has(score.sessionId)) {
        return { isWanted: false, bytes: 0 };
      }
      judged.add(score.sessionId);
      const session = await reader.session(score.sessionId);
      const size = getDocumentSize(session);
      if (!isWanted(session)) return { isWanted: false, bytes: size };
      const { first, bytes } = await firstWithin(ctx, score, bounds, order);
      return { isWanted: first === score._id, bytes: size + bytes };
    },
  );
  const items = await Promise.all(
    found.items.map(async ({ sessionId }) => reader.record(await reader.session(sessionId))),
  );
  return { items, nextCursor: found.nextCursor };
}

/** The score with which a session is in the list, whatever page comes to its others. */
async function firstWithin(
  ctx: QueryCtx,
  { sessionId, name }: Doc<"scores">,
  bounds: Bounds,
  order: Order,
): Promise<{ first: Id<"scores"> | null; bytes: number }> {
  const rows = ctx.db
    .query("scores")
    .withIndex("by_session_name", (q) =>
      q.eq("sessionId", sessionId).eq("name", name).eq("current", true),
    )
    .order(order);
  let bytes = 0;
  for await (const row of rows) {
    bytes += getDocumentSize(row);
    if (isWithin(row, bounds)) return { first: row._id, bytes };
  }
  return { first: null, bytes };
}
