/**
 * Identities: how users are known to those who write about them. An identity names one user; a user
 * has any number of phone numbers and ids of writers, and one Clerk id at most.
 *
 * Whether an identity is taken is read in the transaction that stores it, so that two writers
 * cannot give it to two users.
 */
import { v } from "convex/values";
import type { Infer } from "convex/values";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import type { Checks } from "./checks.ts";
import { named } from "./fields.ts";
import { USER_IDENTITIES } from "./limits.ts";
import { identityRow } from "./productTables.ts";
import { keyFor, refuseErasedUser } from "./tombstones.ts";
import { settleUserWords } from "./userWords.ts";
import { writerOf } from "./writers.ts";

export const identity = named("Identity", identityRow.pick("kind", "source", "value"));
export type Identity = Infer<typeof identity>;

/** A number as E.164 has it; shorter ones than seven digits are in no plan of a country. */
const E164 = /^\+[1-9]\d{6,14}$/;

/** What a writer knows a person by. */
export type Known = {
  clerkId?: string | undefined;
  externalId?: string | undefined;
  phones?: string[] | undefined;
};

/** Check what a writer knows a person by; a source names neither Clerk ids nor ids of others. */
export function checkKnown(checks: Checks, known: Known, sourceId: string | undefined): void {
  checks.identifier("clerkId", known.clerkId);
  const isAllowed = known.clerkId === undefined || sourceId === undefined;
  checks.that(isAllowed, "clerkId", "must not be given by a source");
  checks.identifier("externalId", known.externalId);
  for (const phone of known.phones ?? []) {
    checks.that(E164.test(phone), "phone", "must be a number in E.164, such as +4930901820");
  }
}

/** The identities that these are, the one that decides first: Clerk's, the writer's, the phone. */
export function identitiesOf(
  { clerkId, externalId, phones = [] }: Known,
  sourceId: string | undefined,
): Identity[] {
  const source = writerOf(sourceId);
  return [
    ...(clerkId === undefined ? [] : [{ kind: "clerk" as const, value: clerkId }]),
    ...(externalId === undefined ? [] : [{ kind: "source" as const, source, value: externalId }]),
    ...Array.from(new Set(phones), (value) => ({ kind: "phone" as const, value })),
  ];
}

async function storedIdentity(
  ctx: QueryCtx,
  { kind, source, value }: Identity,
): Promise<Doc<"identities"> | null> {
  return await ctx.db
    .query("identities")
    .withIndex("by_identity", (q) => q.eq("kind", kind).eq("value", value).eq("source", source))
    .unique();
}

/** The user whom an identity names; null if it is nobody's. */
export async function ownerOf(ctx: QueryCtx, wanted: Identity): Promise<Id<"users"> | null> {
  const { kind, value } = wanted;
  const found = await storedIdentity(ctx, wanted);
  if (found !== null || kind !== "clerk") return found?.userId ?? null;
  // Users of earlier releases have no rows until the migration `8-users-identities` is done.
  const user = await ctx.db
    .query("users")
    .withIndex("by_clerkId", (q) => q.eq("clerkId", value))
    .unique();
  return user?._id ?? null;
}

/** The identities of a user, those that were stored first. */
export async function identitiesOfUser(
  ctx: QueryCtx,
  { _id, clerkId }: Pick<Doc<"users">, "_id" | "clerkId">,
): Promise<Identity[]> {
  const rows = await ctx.db
    .query("identities")
    .withIndex("by_user", (q) => q.eq("userId", _id))
    .take(USER_IDENTITIES);
  const stored = rows.map(({ kind, source, value }) => ({
    kind,
    value,
    ...(source === undefined ? {} : { source }),
  }));
  // As `ownerOf`: of a user of an earlier release.
  const isWhole = clerkId === undefined || stored.some(({ kind }) => kind === "clerk");
  return isWhole ? stored : [{ kind: "clerk", value: clerkId }, ...stored];
}

/** Kinds of identities that name another user than the one who was chosen. */
export const conflictKinds = v.array(identityRow.fields.kind);
export type Decision = {
  /** Null: nobody who is there. */
  userId: Id<"users"> | null;
  conflicts: Infer<typeof conflictKinds>;
  /** Those that nobody has. */
  fresh: Identity[];
};

/**
 * Say whom identities name. The first one that is known decides. A stronger one that nobody has is
 * added to that user, unless they have another one of its kind and writer: then it is a new user's.
 *
 * @param identities - as `identitiesOf` sorts them.
 * @throws GONE if the user of a Clerk id was erased.
 */
export async function decide(
  ctx: QueryCtx,
  identities: Identity[],
  tombstoneKey = keyFor(ctx),
): Promise<Decision> {
  const owners = await Promise.all(identities.map((one) => ownerOf(ctx, one)));
  const fresh = identities.filter((_, place) => owners[place] === null);
  for (const { kind, value } of fresh) {
    if (kind === "clerk") await refuseErasedUser(ctx, value, tombstoneKey);
  }
  const first = owners.findIndex((owner) => owner !== null);
  const named = owners[first] ?? null;
  const isAnother = named !== null && (await hasOther(ctx, named, identities.slice(0, first)));
  const userId = isAnother ? null : named;
  const conflicts = identities
    .filter((_, place) => owners[place] !== null && owners[place] !== userId)
    .map(({ kind }) => kind);
  return { userId, conflicts: [...new Set(conflicts)], fresh };
}

async function hasOther(
  ctx: QueryCtx,
  userId: Id<"users">,
  stronger: Identity[],
): Promise<boolean> {
  if (stronger.length === 0) return false;
  const user = (await ctx.db.get("users", userId))!;
  const stored = await identitiesOfUser(ctx, user);
  return stronger.some(({ kind, source }) =>
    stored.some((one) => one.kind === kind && one.source === source),
  );
}

/** Give a user identities that nobody has; beyond 100 of a user they are not kept. */
export async function addIdentities(
  ctx: MutationCtx,
  userId: Id<"users">,
  fresh: Identity[],
): Promise<void> {
  if (fresh.length === 0) return;
  const user = (await ctx.db.get("users", userId))!;
  const free = USER_IDENTITIES - (await identitiesOfUser(ctx, user)).length;
  for (const one of fresh.slice(0, free)) {
    await ctx.db.insert("identities", { ...one, userId, createdAt: Date.now() });
  }
  const copies = copiesOf(fresh);
  const { clerkId = copies.clerkId, phone = copies.phone } = user;
  if (clerkId !== user.clerkId || phone !== user.phone) {
    await ctx.db.patch("users", userId, { clerkId, phone });
    await settleUserWords(ctx, userId, { ...user, clerkId, phone });
  }
}

/** Store the Clerk id of a user of an earlier release as an identity; say whether it was missing. */
export async function settleClerkId(
  ctx: MutationCtx,
  { _id: userId, clerkId }: Doc<"users">,
): Promise<boolean> {
  if (clerkId === undefined) return false;
  const stored = await storedIdentity(ctx, { kind: "clerk", value: clerkId });
  if (stored !== null) return false;
  const row = { kind: "clerk" as const, value: clerkId, userId, createdAt: Date.now() };
  await ctx.db.insert("identities", row);
  return true;
}

/** What of a user's identities their row holds as well: what records show without a look-up. */
export function copiesOf(identities: Identity[]): { clerkId?: string; phone?: string } {
  const clerkId = identities.find(({ kind }) => kind === "clerk")?.value;
  const phone = identities.find(({ kind }) => kind === "phone")?.value;
  return {
    ...(clerkId === undefined ? {} : { clerkId }),
    ...(phone === undefined ? {} : { phone }),
  };
}

/** By what a user is asked for, in addresses and records: Clerk's id, or Earshot's without one. */
export function keyOf({ _id, clerkId }: { _id: Id<"users">; clerkId?: string }): string {
  return clerkId ?? _id;
}

/** What records show of a user whatever else they show. */
export function shownOf(user: Pick<Doc<"users">, "_id" | "clerkId" | "kind">) {
  const key = { clerkId: keyOf(user) };
  const { kind } = user;
  return kind === "anonymous"
    ? { ...key, kind: "product" as const, anonymous: true }
    : { ...key, kind };
}
