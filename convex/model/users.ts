/** Rules of users that several functions share. */
import type { Doc } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { refusal } from "./errors.ts";

export async function userByClerkId(ctx: QueryCtx, clerkId: string): Promise<Doc<"users"> | null> {
  return await ctx.db
    .query("users")
    .withIndex("by_clerkId", (q) => q.eq("clerkId", clerkId))
    .unique();
}

/** @throws NOT_FOUND if there is no such user. */
export async function requireUser(ctx: QueryCtx, clerkId: string): Promise<Doc<"users">> {
  const user = await userByClerkId(ctx, clerkId);
  if (user !== null) return user;
  throw noSuchUser();
}

/**
 * The same for a caller who must not learn by guessing whether an id is there that masking hides.
 *
 * @throws NOT_FOUND if there is no such user, or the caller cannot see the id.
 */
export async function requireVisibleUser(
  ctx: QueryCtx & { visible: (text: string) => string },
  clerkId: string,
): Promise<Doc<"users">> {
  if (ctx.visible(clerkId) !== clerkId) throw noSuchUser();
  return await requireUser(ctx, clerkId);
}

function noSuchUser() {
  return refusal("NOT_FOUND", "There is no such user.", [
    { field: "clerkId", message: "names no user" },
  ]);
}

/** @throws CONFLICT if the user's data is being erased: nothing may be added to it. */
export function refuseErasing(user: Doc<"users"> | null): void {
  if (user === null || user.status === "erasing") {
    throw refusal("CONFLICT", "The user's data is being erased.");
  }
}

/** What the search index holds of a user. */
export function searchTextOf(user: {
  clerkId: string;
  name?: string | undefined;
  email?: string | undefined;
}): string {
  return [user.name, user.email, user.clerkId].filter((part) => part !== undefined).join(" ");
}
