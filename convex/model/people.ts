/** The user of a conversation: found by what the writer knows them by, or created with it. */
import { v } from "convex/values";
import type { Infer } from "convex/values";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import type { Checks } from "./checks.ts";
import { named } from "./fields.ts";
import { addIdentities, checkKnown, decide, identitiesOf } from "./identities.ts";
import type { Decision } from "./identities.ts";
import { EMAIL_CHARS, NAME_CHARS, URL_CHARS } from "./limits.ts";
import { userRow } from "./productTables.ts";
import { changeUser, createUser, mayDescribe, refuseErasing, requireUserId } from "./users.ts";

/** A person as a writer of conversations knows them; without an identity they are anonymous. */
export const person = named(
  "Person",
  userRow
    .pick("clerkId", "phone", "name", "email", "imageUrl")
    .extend({ externalId: v.optional(v.string()) }),
);
type Person = Infer<typeof person>;

/** Whose conversation it is: a user who is there, or a person who is created if they are not. */
export const whose = { clerkId: v.optional(v.string()), user: v.optional(person) };
type Whose = { clerkId?: string; user?: Person };

export function checkWhose(
  checks: Checks,
  { clerkId, user }: Whose,
  sourceId: string | undefined,
): void {
  checks.identifier("clerkId", clerkId);
  const isOne = (clerkId === undefined) !== (user === undefined);
  checks.that(isOne, "clerkId", "must be given, or else user");
  const isAllowed = clerkId === undefined || sourceId === undefined;
  checks.that(isAllowed, "clerkId", "must not be given by a source");
  if (user === undefined) return;
  const { prefix } = checks;
  checks.prefix = `${prefix}user.`;
  checkKnown(checks, knownOf(user), sourceId);
  checks.text("name", user.name, NAME_CHARS);
  checks.text("email", user.email, EMAIL_CHARS);
  checks.text("imageUrl", user.imageUrl, URL_CHARS);
  checks.prefix = prefix;
}

function knownOf({ clerkId, externalId, phone }: Person) {
  return { clerkId, externalId, phones: phone === undefined ? [] : [phone] };
}

/**
 * Say whose conversation it is; nothing is written.
 *
 * @param session - the conversation, if it is there: an anonymous caller is the user of one only.
 * @throws NOT_FOUND for an id that names nobody; GONE if the user was erased; CONFLICT if they are
 *   being erased.
 */
export async function userOf(
  ctx: QueryCtx,
  { clerkId, user }: Whose,
  sourceId: string | undefined,
  session: Doc<"userSessions"> | null,
  tombstoneKey?: Promise<string | null>,
): Promise<Decision> {
  const decision =
    user === undefined
      ? await decideByKey(ctx, clerkId!, tombstoneKey)
      : await decide(ctx, identitiesOf(knownOf(user), sourceId), tombstoneKey);
  if (decision.userId !== null) await refuseErasing(ctx, decision.userId);
  const isNobody = decision.userId === null && decision.fresh.length === 0;
  if (!isNobody || session === null) return decision;
  const owner = await ctx.db.get("users", session.userId);
  return owner?.kind === "anonymous" ? { ...decision, userId: owner._id } : decision;
}

async function decideByKey(
  ctx: QueryCtx,
  key: string,
  tombstoneKey?: Promise<string | null>,
): Promise<Decision> {
  const userId = await requireUserId(ctx, key, tombstoneKey);
  return { userId, conflicts: [], fresh: [] };
}

/** Take over what a writer says of the user of a conversation, as far as its words count. */
export async function describeUser(
  ctx: MutationCtx,
  userId: Id<"users">,
  { user = {} }: Whose,
  sourceId: string | undefined,
): Promise<void> {
  const said = descriptionOf(user);
  if (Object.keys(said).length === 0) return;
  const known = (await ctx.db.get("users", userId))!;
  if (!mayDescribe(known, sourceId)) return;
  await changeUser(ctx, known, { ...said, describedBy: sourceId });
}

function descriptionOf({ name, email, imageUrl }: Person) {
  return {
    ...(name === undefined ? {} : { name }),
    ...(email === undefined ? {} : { email }),
    ...(imageUrl === undefined ? {} : { imageUrl }),
  };
}

/** Store what a decision says: the identities that nobody had, and the user if there was none. */
export async function settleUser(
  ctx: MutationCtx,
  { userId, fresh }: Decision,
  { user = {} }: Whose,
  { startedAt, source, sourceId }: { startedAt: number; source?: string; sourceId?: string },
): Promise<Id<"users">> {
  if (userId !== null) {
    await addIdentities(ctx, userId, fresh);
    return userId;
  }
  const created = await createUser(
    ctx,
    {
      kind: fresh.length === 0 ? "anonymous" : "product",
      ...descriptionOf(user),
      ...(source === undefined ? {} : { source }),
      ...(sourceId === undefined ? {} : { describedBy: sourceId }),
      lastSeenAt: startedAt,
      createdAt: startedAt,
    },
    fresh,
  );
  return created._id;
}
