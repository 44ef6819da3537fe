/** Recounts one session from its interactions and recordings, over several calls if need be. */
import { getDocumentSize } from "convex/values";
import type { Doc } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { SCAN_BYTES, SCAN_DOCUMENTS, TRANSCRIPT_ITEMS } from "./limits.ts";
import type { NewInteraction } from "./records.ts";
import { emptyTotals, sum, totalsOf } from "./totals.ts";
import type { Totals } from "./totals.ts";

/** What is left to read in this transaction. */
export class Budget {
  private documents = SCAN_DOCUMENTS;
  private bytes = SCAN_BYTES;

  take(doc: Parameters<typeof getDocumentSize>[0]): void {
    this.documents -= 1;
    this.bytes -= getDocumentSize(doc);
  }

  get isUntouched(): boolean {
    return this.documents === SCAN_DOCUMENTS;
  }

  get isSpent(): boolean {
    return this.documents <= 0 || this.bytes <= 0;
  }
}

/** A recount so far; `stamp` tells whether the session was written since it began. */
export type Recount = {
  id: string;
  stamp: string;
  maxSequence: number;
  totals: Totals;
  worstLatencyMs: number | null;
  worstTtftMs: number | null;
  isComplete: boolean;
};

function stampOf(session: Doc<"userSessions">): string {
  return `${session.interactionCount}:${session.maxSequence}:${session.audioCount}`;
}

/** Read on from an earlier part, if it still holds, until the end or until the budget is spent. */
export async function recount(
  ctx: QueryCtx,
  session: Doc<"userSessions">,
  earlier: Recount | null,
  budget: Budget,
): Promise<Recount> {
  const stamp = stampOf(session);
  const isSame = earlier?.id === session._id && earlier.stamp === stamp;
  const state = isSame ? { ...earlier } : fresh(session, stamp);
  const rows = ctx.db
    .query("interactions")
    .withIndex("by_session_sequence", (q) =>
      q.eq("sessionId", session._id).gt("sequence", state.maxSequence),
    );
  const turns: NewInteraction[] = [];
  let isComplete = true;
  for await (const row of rows) {
    budget.take(row);
    turns.push(row);
    state.maxSequence = row.sequence;
    state.worstLatencyMs = larger(state.worstLatencyMs, row.latencyMs);
    state.worstTtftMs = larger(state.worstTtftMs, row.ttftMs);
    isComplete = !budget.isSpent;
    if (!isComplete) break;
  }
  return { ...state, totals: sum(state.totals, totalsOf(turns)), isComplete };
}

function fresh(session: Doc<"userSessions">, stamp: string): Recount {
  return {
    id: session._id,
    stamp,
    maxSequence: -1,
    totals: { ...emptyTotals(), sessions: 1 },
    worstLatencyMs: null,
    worstTtftMs: null,
    isComplete: false,
  };
}

function larger(known: number | null, value: number | undefined): number | null {
  return value === undefined ? known : Math.max(known ?? 0, value);
}

/** Recordings of a session that can be played. */
export async function playableCount(
  ctx: QueryCtx,
  session: Doc<"userSessions">,
  budget: Budget,
): Promise<number> {
  const rows = await ctx.db
    .query("audioObjects")
    .withIndex("by_session_sequence", (q) => q.eq("sessionId", session._id))
    .take(TRANSCRIPT_ITEMS);
  for (const row of rows) budget.take(row);
  return rows.filter(({ status }) => status === "stored").length;
}
