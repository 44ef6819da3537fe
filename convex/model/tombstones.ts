/**
 * What is remembered of the erased: not who they were, only how to recognise what comes for them.
 *
 * A tombstone is an HMAC of the id under a random key of this deployment, kept in a table of its
 * own: alone, it tells nothing. docs/security.md says against whom that helps.
 */
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { refusal } from "./errors.ts";
import { writerOf } from "./writers.ts";

const KEY_NAME = "tombstones";

export async function buryUser(ctx: MutationCtx, clerkId: string): Promise<void> {
  await bury(ctx, "user", await digestOf(await ensuredKey(ctx), ["user", clerkId]));
}

export async function burySession(ctx: MutationCtx, session: Doc<"userSessions">): Promise<void> {
  const parts = ["session", writerOf(session.sourceId), session.externalId];
  const digest = await digestOf(await ensuredKey(ctx), parts);
  await bury(ctx, "session", digest, session._id);
}

/** @throws GONE if the user of this Clerk id was erased. */
export async function refuseErasedUser(
  ctx: QueryCtx,
  clerkId: string,
  key = keyFor(ctx),
): Promise<void> {
  if (await isBuried(ctx, ["user", clerkId], key)) throw refusal("GONE", "The user was erased.");
}

/** @throws GONE if the conversation of this external id, of this writer, was erased. */
export async function refuseErasedConversation(
  ctx: QueryCtx,
  { externalId, sourceId }: Pick<Doc<"userSessions">, "externalId" | "sourceId">,
  key = keyFor(ctx),
): Promise<void> {
  if (await isBuried(ctx, ["session", writerOf(sourceId), externalId], key)) {
    throw refusal("GONE", "The session was erased.");
  }
}

/** Read the key of the tombstones, for a call that asks for many of them; null if there are none. */
export async function keyFor(ctx: QueryCtx): Promise<string | null> {
  return (await storedKey(ctx))?.value ?? null;
}

/** Whether the session of this id was erased; ids are never used again. */
export async function wasSessionErased(ctx: QueryCtx, sessionId: string): Promise<boolean> {
  const found = await ctx.db
    .query("tombstones")
    .withIndex("by_sessionId", (q) => q.eq("sessionId", sessionId))
    .first();
  return found !== null;
}

async function bury(
  ctx: MutationCtx,
  kind: "user" | "session",
  digest: string,
  sessionId?: Id<"userSessions">,
): Promise<void> {
  const row = { kind, digest, ...(sessionId === undefined ? {} : { sessionId }) };
  const isKnown = sessionId !== undefined && (await wasSessionErased(ctx, sessionId));
  if (isKnown || (kind === "user" && (await byDigest(ctx, digest)) !== null)) return;
  await ctx.db.insert("tombstones", { ...row, createdAt: Date.now() });
}

async function isBuried(
  ctx: QueryCtx,
  parts: string[],
  key: Promise<string | null>,
): Promise<boolean> {
  const value = await key;
  return value !== null && (await byDigest(ctx, await digestOf(value, parts))) !== null;
}

async function byDigest(ctx: QueryCtx, digest: string): Promise<Doc<"tombstones"> | null> {
  return await ctx.db
    .query("tombstones")
    .withIndex("by_digest", (q) => q.eq("digest", digest))
    .first();
}

async function storedKey(ctx: QueryCtx): Promise<Doc<"deploymentKeys"> | null> {
  return await ctx.db
    .query("deploymentKeys")
    .withIndex("by_name", (q) => q.eq("name", KEY_NAME))
    .unique();
}

async function ensuredKey(ctx: MutationCtx): Promise<string> {
  const stored = await storedKey(ctx);
  if (stored !== null) return stored.value;
  const value = hexadecimal(crypto.getRandomValues(new Uint8Array(32)));
  await ctx.db.insert("deploymentKeys", { name: KEY_NAME, value, createdAt: Date.now() });
  return value;
}

/** HMAC-SHA-256 (RFC 2104), hexadecimal; JSON keeps the parts apart. */
async function digestOf(key: string, parts: string[]): Promise<string> {
  const encoder = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const hmac = await crypto.subtle.importKey("raw", encoder.encode(key), algorithm, false, [
    "sign",
  ]);
  const message = encoder.encode(JSON.stringify(parts));
  return hexadecimal(new Uint8Array(await crypto.subtle.sign("HMAC", hmac, message)));
}

function hexadecimal(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
