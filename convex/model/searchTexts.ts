/** What is stored of turns to be searched: their words, in a table of its own. */
import { getDocumentSize } from "convex/values";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { textsOf } from "./interactions.ts";
import { SCAN_BYTES, SEARCH_CANDIDATES } from "./limits.ts";
import { TurnContext } from "./turnContext.ts";
import { utf8Bytes } from "./texts.ts";
import { answers, indexQuery, searchedText, textAnswers } from "./words.ts";
import type { Question } from "./words.ts";

type Turn = Pick<Doc<"interactions">, "_id" | "sessionId" | "userId" | "text" | "tool">;

/** The words of all that is read of a turn. */
function wordsOfTurn(turn: Turn): string {
  return searchedText(textsOf(turn).join("\n"));
}

/** Store the words of a turn that is new. A turn without words cannot be found and has no row. */
export async function addSearchText(ctx: MutationCtx, turn: Turn): Promise<void> {
  const words = wordsOfTurn(turn);
  if (words === "") return;
  const { _id: interactionId, sessionId, userId } = turn;
  await ctx.db.insert("searchTexts", { interactionId, sessionId, userId, words });
}

export async function dropSearchText(ctx: MutationCtx, turn: Turn): Promise<void> {
  const row = await searchTextOf(ctx, turn);
  if (row !== null) await ctx.db.delete("searchTexts", row._id);
}

/** Make what is stored of a turn what it should be; say whether it was something else. */
export async function settleSearchText(ctx: MutationCtx, turn: Turn): Promise<boolean> {
  const row = await searchTextOf(ctx, turn);
  if ((row?.words ?? "") === wordsOfTurn(turn)) return false;
  if (row !== null) await ctx.db.delete("searchTexts", row._id);
  await addSearchText(ctx, turn);
  return true;
}

async function searchTextOf(ctx: QueryCtx, turn: Turn): Promise<Doc<"searchTexts"> | null> {
  return await ctx.db
    .query("searchTexts")
    .withIndex("by_interaction", (q) => q.eq("interactionId", turn._id))
    .unique();
}

/** Where to search; absent is everywhere. */
export type SearchScope = {
  sessionId: Id<"userSessions"> | undefined;
  userId: Id<"users"> | undefined;
};

/**
 * Yield the turns that answer a question, best first, with their texts as the reader may see them.
 *
 * The index hands out turns that have any of the words, 1,024 at most, by rank: the best of them are
 * looked at until the caller has enough or 2.75 MiB are read.
 *
 * @param accept - says by a turn's session whether it is wanted.
 */
export async function* matchingTurns(
  ctx: ConstructorParameters<typeof TurnContext>[0] & { visible: (text: string) => string },
  question: Question,
  scope: SearchScope,
  accept: (sessionId: Id<"userSessions">) => Promise<boolean>,
): AsyncGenerator<{ turn: Doc<"interactions">; text: string }> {
  const { sessionId, userId } = scope;
  const rows = ctx.db.query("searchTexts").withSearchIndex("search", (q) => {
    let within = q.search("words", indexQuery(question));
    if (sessionId !== undefined) within = within.eq("sessionId", sessionId);
    return userId === undefined ? within : within.eq("userId", userId);
  });
  const context = new TurnContext(ctx);
  let candidates = 0;
  let bytes = 0;
  for await (const row of rows) {
    candidates += 1;
    bytes += utf8Bytes(row.words);
    if (answers(row.words, question) && (await accept(row.sessionId))) {
      const turn = await ctx.db.get("interactions", row.interactionId);
      if (turn !== null) {
        bytes += getDocumentSize(turn);
        const [shown = turn] = await context.visible([turn]);
        const text = textsOf(shown).map(ctx.visible).join("\n");
        if (text === textsOf(turn).join("\n") || textAnswers(text, question)) {
          yield { turn: shown, text };
        }
      }
    }
    const isEnough = candidates === SEARCH_CANDIDATES || bytes >= SCAN_BYTES || context.isSpent;
    if (isEnough) return;
  }
}
