/** Words of users by which they are found: of names, e-mail addresses, phones and Clerk ids. */
import { compareValues } from "convex/values";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import type { UserKind } from "./fields.ts";
import { SEARCH_CANDIDATES, USER_WORDS } from "./limits.ts";
import { readPage } from "./paging.ts";
import type { Page } from "./paging.ts";
import { wordsOf } from "./words.ts";
import type { Question } from "./words.ts";

type Named = Pick<Doc<"users">, "name" | "email" | "phone" | "clerkId">;

/** By what a user is found, as one text. */
export function searchTextOf({ name, email, phone, clerkId }: Named): string {
  return [name, email, phone, clerkId].filter((part) => part !== undefined).join(" ");
}

function wordsOfUser(user: Named): Set<string> {
  return new Set(wordsOf(searchTextOf(user)).slice(0, USER_WORDS));
}

/**
 * Make the stored words of a user what they should be; say whether they changed. Null stands for
 * one who goes; they and anonymous callers have none.
 */
export async function settleUserWords(
  ctx: MutationCtx,
  userId: Id<"users">,
  user: (Named & Pick<Doc<"users">, "kind">) | null,
): Promise<boolean> {
  const kind = user === null || user.kind === "anonymous" ? null : user.kind;
  const missing = user === null || kind === null ? new Set<string>() : wordsOfUser(user);
  const rows = await ctx.db
    .query("userWords")
    .withIndex("by_user", (q) => q.eq("userId", userId))
    .collect();
  let changed = false;
  for (const row of rows) {
    if (row.kind === kind && missing.delete(row.word)) continue;
    await ctx.db.delete("userWords", row._id);
    changed = true;
  }
  if (kind === null) return changed;
  for (const word of missing) await ctx.db.insert("userWords", { userId, kind, word });
  return changed || missing.size > 0;
}

/** Words from which on and up to which an index is read; the end is exclusive. */
type Range = { from: string; to: string };

/** The words that the longest one of a question stands for: the fewest users have it. */
function rangeOf({ words, last }: Question): Range {
  const longest = words.reduce((best, word) => (word.length > best.length ? word : best), "");
  return longest.length > last.length
    ? { from: longest, to: `${longest}\0` }
    : { from: last, to: `${last}\u{10ffff}` };
}

/**
 * Read one page of the users that answer a question, by the alphabet of their words that do. A page
 * is short, with a cursor, when 1,024 words were looked at.
 *
 * @param accept - says whether a user is wanted, as the reader may see them.
 * @param filters - what `accept` goes by.
 */
export async function searchedUsers(
  ctx: QueryCtx,
  kind: UserKind,
  question: Question,
  { cursor, limit }: { cursor: string | null; limit: number },
  filters: Record<string, string | undefined>,
  accept: (user: Doc<"users">) => boolean,
): Promise<Page<Doc<"users">>> {
  const range = rangeOf(question);
  const items: Doc<"users">[] = [];
  let nextCursor = cursor;
  let looked = 0;
  do {
    const found = await readPage(ctx, {
      table: "userWords",
      index: "by_kind_word",
      equals: { kind },
      sortField: "word",
      ...range,
      order: "asc",
      cursor: nextCursor,
      limit: limit - items.length,
      filters,
    });
    for (const { userId, word } of found.items) {
      const user = await ctx.db.get("users", userId);
      // A user with several such words is handed out at the first one.
      if (user !== null && firstWordIn(range, user) === word && accept(user)) items.push(user);
    }
    looked += found.items.length;
    nextCursor = found.nextCursor;
  } while (nextCursor !== null && items.length < limit && looked < SEARCH_CANDIDATES);
  return { items, nextCursor };
}

function firstWordIn({ from, to }: Range, user: Doc<"users">): string | undefined {
  return [...wordsOfUser(user)]
    .filter((word) => compareValues(word, from) >= 0 && compareValues(word, to) < 0)
    .sort(compareValues)[0];
}
