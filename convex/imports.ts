/** Imports: whole conversations, many of them in one transaction. */
import { v } from "convex/values";
import { refuseTooMany } from "./model/appending.ts";
import { refusal } from "./model/errors.ts";
import { authedMutation } from "./model/functions.ts";
import { ImportBatch, imported, newConversation } from "./model/imports.ts";
import { IMPORT_CONVERSATIONS } from "./model/limits.ts";

/**
 * Store whole conversations: up to 40, with 500 turns (4 MiB) in all.
 *
 * Nothing that is there is changed: a conversation is known by its external id, a turn by its
 * sequence. `session.user` is a person who is created if there is none, and not changed otherwise. A long conversation comes in parts,
 * the last one with `end`; a session that somebody else opened, or that has ended, keeps its own.
 *
 * The answers are in the order of the conversations. What cannot be stored is refused alone: a
 * conversation with its user and its turns, or a single turn.
 *
 * @throws LIMIT_EXCEEDED for too many, or too large ones.
 */
export const store = authedMutation("imports:store", {
  args: { conversations: v.array(newConversation) },
  returns: v.array(imported),
  handler: async (ctx, { conversations }) => {
    if (conversations.length > IMPORT_CONVERSATIONS) {
      throw refusal("LIMIT_EXCEEDED", "Too many conversations in one call.", [
        { field: "conversations", message: `must be at most ${IMPORT_CONVERSATIONS}` },
      ]);
    }
    refuseTooMany(
      conversations.flatMap(({ turns }) => turns),
      "conversations",
    );
    return await new ImportBatch(ctx).store(conversations);
  },
});
