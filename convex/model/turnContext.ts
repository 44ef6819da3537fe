/**
 * Turns as a caller may see them, whatever part of a transcript is asked for: what one speaker
 * spreads over several turns is masked in a page of one turn as in the whole.
 */
import type { Doc } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { getDocumentSize } from "convex/values";
import { CONTEXT_BYTES, CONTEXT_TURNS, TURN_CONTEXT_BYTES } from "./limits.ts";
import { isAside } from "./redaction.ts";

type Turn = Doc<"interactions">;
type Reading = QueryCtx & {
  seesClear: boolean;
  visibleTurns: <Item extends { speaker: string; text: string }>(turns: Item[]) => Item[];
};

/** Reads what stands around turns, for one call of a function. */
export class TurnContext {
  private left = CONTEXT_BYTES;
  private readonly ctx: Reading;

  constructor(ctx: Reading) {
    this.ctx = ctx;
  }

  /** Whether so much was read that nothing more may be shown. */
  get isSpent(): boolean {
    return this.left <= 0;
  }

  /** Return turns of one session that follow one another as the caller may see them. */
  async visible(turns: Turn[]): Promise<Turn[]> {
    const [first, last] = [turns[0], turns.at(-1)];
    if (this.ctx.seesClear || first === undefined || last === undefined) return turns;
    const before = await this.around(first, "desc");
    const after = await this.around(last, "asc");
    const all = this.ctx.visibleTurns([...before.reverse(), ...turns, ...after]);
    return all.slice(before.length, before.length + turns.length);
  }

  /** Turns before or after one, the nearest first, until two speakers have had their say. */
  private async around(turn: Turn, order: "asc" | "desc"): Promise<Turn[]> {
    const { sessionId, sequence } = turn;
    const rows = this.ctx.db
      .query("interactions")
      .withIndex("by_session_sequence", (q) => {
        const own = q.eq("sessionId", sessionId);
        return order === "asc" ? own.gt("sequence", sequence) : own.lt("sequence", sequence);
      })
      .order(order);
    const found: Turn[] = [];
    let speaker = isAside(turn) ? undefined : turn.speaker;
    let bytes = 0;
    for await (const row of rows) {
      bytes += getDocumentSize(row);
      if (!isAside(row)) {
        speaker ??= row.speaker;
        if (row.speaker !== speaker) break;
      }
      found.push(row);
      if (found.length === CONTEXT_TURNS || bytes >= TURN_CONTEXT_BYTES) break;
    }
    this.left -= bytes;
    return found;
  }
}
