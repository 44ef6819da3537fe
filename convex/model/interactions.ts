/** Rules of interactions that several functions share. */
import { compareValues } from "convex/values";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { toAudioObject } from "./audio.ts";
import type { Checks } from "./checks.ts";
import {
  MAX_COST,
  MAX_SEQUENCE,
  MAX_TOKENS,
  TEXT_BYTES,
  TOOL_BYTES,
  TRANSCRIPT_ITEMS,
} from "./limits.ts";
import type { Listing } from "./paging.ts";
import { interaction, newInteraction } from "./records.ts";
import type { HighlightPiece, Interaction, NewInteraction } from "./records.ts";
import { characterEnd, firstCharacters, lastCharacters } from "./texts.ts";
import { hitsIn } from "./words.ts";
import type { Question } from "./words.ts";
import { toRecord } from "./toRecord.ts";

/** Characters of text before and after the first hit in a highlight. */
const CONTEXT = { before: 60, after: 180 };

const CONTENT_FIELDS = Object.keys(newInteraction.fields) as (keyof NewInteraction)[];

/**
 * Say whether two interactions have the same content as their writer gave it. Turns that were stored
 * before timings were kept may be sent again as what they are, without one that anybody knows.
 */
export function sameContent(stored: NewInteraction, sent: NewInteraction): boolean {
  return CONTENT_FIELDS.every((field) => {
    const isLater = field === "timing" && stored.timing === undefined && sent.timing === "none";
    return isLater || compareValues(stored[field], sent[field]) === 0;
  });
}

export function checkInteraction(checks: Checks, item: NewInteraction): void {
  checks.integer("sequence", item.sequence, 0, MAX_SEQUENCE);
  checks.bytes("text", item.text, TEXT_BYTES);
  checks.duration("startedAtMs", item.startedAtMs);
  checks.duration("durationMs", item.durationMs);
  checks.identifier("requestId", item.requestId);
  checks.identifier("provider", item.provider);
  checks.identifier("modelId", item.modelId);
  checks.integer("tokensIn", item.tokensIn, 0, MAX_TOKENS);
  checks.integer("tokensOut", item.tokensOut, 0, MAX_TOKENS);
  checks.number("cost", item.cost, 0, MAX_COST);
  checks.duration("ttftMs", item.ttftMs);
  checks.duration("latencyMs", item.latencyMs);
  checks.language("language", item.language);
  for (const [name, duration] of Object.entries(item.stages ?? {})) {
    checks.duration(`stages.${name}`, duration);
  }
  if (item.tool !== undefined) checkTool(checks, item.speaker, item.tool);
}

function checkTool(
  checks: Checks,
  speaker: NewInteraction["speaker"],
  tool: NonNullable<NewInteraction["tool"]>,
): void {
  checks.that(speaker === "tool", "tool", "must be left out: only the speaker tool has one");
  const isEither = tool.name !== undefined || tool.result !== undefined;
  checks.that(isEither, "tool.name", "is needed unless there is a result");
  checks.identifier("tool.callId", tool.callId);
  checks.identifier("tool.name", tool.name);
  checks.bytes("tool.arguments", tool.arguments, TOOL_BYTES);
  checks.bytes("tool.result", tool.result, TOOL_BYTES);
  checks.duration("tool.latencyMs", tool.latencyMs);
}

/** What of a turn is read: what is said or written, and what a tool is called, asked and answers. */
export function textsOf({ text, tool }: Pick<NewInteraction, "text" | "tool">): string[] {
  const parts = [text, tool?.name, tool?.arguments, tool?.result];
  return parts.filter((part) => part !== undefined && part !== "") as string[];
}

/** Make the record, with the recording if there is one. */
export async function toInteraction(ctx: QueryCtx, row: Doc<"interactions">): Promise<Interaction> {
  const audio =
    row.audioObjectId === undefined ? null : await ctx.db.get("audioObjects", row.audioObjectId);
  return toRecord(interaction, row, {
    audio: audio === null ? undefined : toAudioObject(audio),
  });
}

/** How to read a transcript page by page. */
export function transcriptListing(
  sessionId: Id<"userSessions">,
  cursor: string | null,
  limit: number,
): Listing<"interactions"> {
  return {
    table: "interactions",
    index: "by_session_sequence",
    equals: { sessionId },
    sortField: "sequence",
    order: "asc",
    cursor,
    limit,
    maxLimit: TRANSCRIPT_ITEMS,
  };
}

export async function interactionAt(
  ctx: QueryCtx,
  sessionId: Id<"userSessions">,
  sequence: number,
): Promise<Doc<"interactions"> | null> {
  return await ctx.db
    .query("interactions")
    .withIndex("by_session_sequence", (q) => q.eq("sessionId", sessionId).eq("sequence", sequence))
    .unique();
}

/**
 * Cut the part of a text around the first hit into pieces. The text must already be masked: a number
 * that is cut into pieces would no longer be recognised as one.
 */
export function highlighted(text: string, question: Question): HighlightPiece[] {
  const hits = hitsIn(text, question);
  const first = hits[0]?.start ?? 0;
  const start = first - lastCharacters(text.slice(0, first), CONTEXT.before).length;
  const end = first + firstCharacters(text.slice(first), CONTEXT.after).length;
  const pieces: HighlightPiece[] = [];
  let at = start;
  for (const hit of hits) {
    const until = characterEnd(text, hit.end);
    if (until > end) break;
    if (hit.start < at) continue;
    if (hit.start > at) pieces.push({ text: text.slice(at, hit.start), hit: false });
    pieces.push({ text: text.slice(hit.start, until), hit: true });
    at = until;
  }
  if (at < end) pieces.push({ text: text.slice(at, end), hit: false });
  return pieces;
}
