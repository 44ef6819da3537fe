/** Keys with which the product's own backend calls the API. Of a secret only its hash is here. */
import { v } from "convex/values";
import type { Id } from "./_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "./_generated/server.js";
import { apiKey, usableKey } from "./model/apiKeyRecords.ts";
import { keyScope } from "./model/accountTables.ts";
import { recordAudit } from "./model/audit.ts";
import { Checks } from "./model/checks.ts";
import { refusal } from "./model/errors.ts";
import { moment } from "./model/fields.ts";
import { authedMutation, authedQuery } from "./model/functions.ts";
import type { AuthedMutationCtx } from "./model/functions.ts";
import { API_KEYS, KEY_KEPT_MS, KEY_USE_MS } from "./model/limits.ts";
import { readPage } from "./model/paging.ts";
import { page, pageArgs } from "./model/records.ts";
import { toRecord } from "./model/toRecord.ts";

const SECRET_HASH = /^[0-9a-f]{64}$/;
const PUBLIC_ID = /^[0-9a-f]{16}$/;

/** Make a key. The secret stays with the caller: `hash` is its SHA-256. At most 100 keys work at once. */
export const create = authedMutation("apiKeys:create", {
  args: {
    name: v.string(),
    scope: keyScope,
    /** 16 hexadecimal digits in the key by which it is found. */
    publicId: v.string(),
    hash: v.string(),
    expiresAt: v.optional(moment()),
  },
  returns: apiKey,
  handler: async (ctx, { name, scope, publicId, hash, expiresAt }) => {
    const checks = new Checks();
    checks.identifier("name", name);
    checks.that(PUBLIC_ID.test(publicId), "publicId", "must be 16 hexadecimal digits");
    checks.that(SECRET_HASH.test(hash), "hash", "must be 64 hexadecimal digits");
    const isAhead = expiresAt === undefined || expiresAt > Date.now();
    checks.that(isAhead, "expiresAt", "must be in the future");
    checks.done();
    const working = await ctx.db
      .query("apiKeys")
      .withIndex("by_revokedAt", (q) => q.eq("revokedAt", undefined))
      .take(API_KEYS);
    if (working.length >= API_KEYS) {
      throw refusal("CONFLICT", `There are ${API_KEYS} keys: revoke one that is not used.`);
    }
    if ((await byPublicId(ctx, publicId)) !== null) {
      throw refusal("CONFLICT", "There is a key with this publicId.");
    }
    const id = await ctx.db.insert("apiKeys", {
      name,
      scope,
      publicId,
      hash,
      ...(expiresAt === undefined ? {} : { expiresAt }),
      createdBy: ctx.caller.subject,
      createdAt: Date.now(),
    });
    await audited(ctx, "key.create", id);
    return toRecord(apiKey, (await ctx.db.get("apiKeys", id))!);
  },
});

/** Return one page of keys, newest first. */
export const list = authedQuery("apiKeys:list", {
  args: pageArgs,
  returns: page(apiKey),
  handler: async (ctx, { cursor, limit }) => {
    const found = await readPage(ctx, {
      table: "apiKeys",
      index: "by_createdAt",
      equals: {},
      sortField: "createdAt",
      order: "desc",
      cursor,
      limit,
    });
    return { ...found, items: found.items.map((row) => toRecord(apiKey, row)) };
  },
});

/** Give a key another secret. The former one works until `keepUntil` (at most a week), or no longer. */
export const rotate = authedMutation("apiKeys:rotate", {
  args: { id: v.string(), hash: v.string(), keepUntil: v.optional(moment()) },
  returns: apiKey,
  handler: async (ctx, { id, hash, keepUntil }) => {
    const checks = new Checks();
    checks.that(SECRET_HASH.test(hash), "hash", "must be 64 hexadecimal digits");
    const isSoon = keepUntil === undefined || keepUntil <= Date.now() + KEY_KEPT_MS;
    checks.that(isSoon, "keepUntil", "must be within a week");
    checks.done();
    const key = await working(ctx, id);
    const former =
      keepUntil === undefined ? undefined : { formerHash: key.hash, formerUntil: keepUntil };
    await ctx.db.patch("apiKeys", key._id, {
      hash,
      formerHash: former?.formerHash,
      formerUntil: former?.formerUntil,
      rotatedAt: Date.now(),
    });
    await audited(ctx, "key.rotate", key._id);
    return toRecord(apiKey, (await ctx.db.get("apiKeys", key._id))!);
  },
});

/** End a key for good; one that has ended stays so. */
export const revoke = authedMutation("apiKeys:revoke", {
  args: { id: v.string() },
  returns: apiKey,
  handler: async (ctx, { id }) => {
    const keyId = ctx.db.normalizeId("apiKeys", id);
    const key = keyId === null ? null : await ctx.db.get("apiKeys", keyId);
    if (key === null) throw refusal("NOT_FOUND", "There is no such key.");
    if (key.revokedAt === undefined) {
      await ctx.db.patch("apiKeys", key._id, { revokedAt: Date.now() });
      await audited(ctx, "key.revoke", key._id);
    }
    return toRecord(apiKey, (await ctx.db.get("apiKeys", key._id))!);
  },
});

/** Return what a key that is used now must match; null if there is none that works. */
export const find = authedQuery("apiKeys:find", {
  args: { publicId: v.string() },
  returns: v.union(usableKey, v.null()),
  handler: async (ctx, { publicId }) => {
    const key = await byPublicId(ctx, publicId);
    const now = Date.now();
    if (key === null || key.revokedAt !== undefined || (key.expiresAt ?? Infinity) <= now) {
      return null;
    }
    const isKept = key.formerUntil !== undefined && key.formerUntil > now;
    return toRecord(usableKey, key, isKept ? {} : { formerHash: undefined });
  },
});

/** Note that a key was used: once a minute at most. */
export const noteUse = authedMutation("apiKeys:noteUse", {
  args: { id: v.string() },
  returns: v.null(),
  answer: "repeatable",
  handler: async (ctx, { id }) => {
    const keyId = ctx.db.normalizeId("apiKeys", id);
    const key = keyId === null ? null : await ctx.db.get("apiKeys", keyId);
    const now = Date.now();
    if (key !== null && (key.lastUsedAt ?? 0) < now - KEY_USE_MS) {
      await ctx.db.patch("apiKeys", key._id, { lastUsedAt: now });
    }
    return null;
  },
});

async function byPublicId(ctx: QueryCtx, publicId: string) {
  return await ctx.db
    .query("apiKeys")
    .withIndex("by_publicId", (q) => q.eq("publicId", publicId))
    .unique();
}

async function working(ctx: MutationCtx, id: string) {
  const keyId = ctx.db.normalizeId("apiKeys", id);
  const key = keyId === null ? null : await ctx.db.get("apiKeys", keyId);
  if (key === null) throw refusal("NOT_FOUND", "There is no such key.");
  if (key.revokedAt !== undefined) throw refusal("CONFLICT", "The key was revoked.");
  return key;
}

async function audited(
  ctx: AuthedMutationCtx,
  action: "key.create" | "key.rotate" | "key.revoke",
  id: Id<"apiKeys">,
) {
  await recordAudit(ctx, { action, subjectType: "apiKey", subjectId: id });
}
