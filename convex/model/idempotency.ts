/**
 * Exactly-once mutations: the answer is stored under the caller's key in the same transaction as
 * the writes, so either both exist or neither does.
 */
import { convexToJson, jsonToConvex } from "convex/values";
import type { JSONValue, Value } from "convex/values";
import type { Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { utf8Bytes } from "./texts.ts";
import { refusal } from "./errors.ts";
import type { Caller } from "./identity.ts";
import { ANSWER_BYTES } from "./limits.ts";
import { limitGrowth, limitKept } from "./rateLimit.ts";

const KEY = /^[\x21-\x7e]{1,255}$/;

export type KeyedCall = { caller: Caller; key: string; functionName: string; hash: string };

/**
 * Describe a call made under an idempotency key.
 *
 * @throws VALIDATION if the key is not 1 to 255 visible ASCII characters.
 */
export async function keyedCall(
  caller: Caller,
  key: string,
  functionName: string,
  args: Record<string, Value | undefined>,
): Promise<KeyedCall> {
  if (!KEY.test(key)) {
    const message = "must be 1 to 255 visible ASCII characters";
    throw refusal("VALIDATION", "The idempotency key is malformed.", [
      { field: "idempotencyKey", message },
    ]);
  }
  return { caller, key, functionName, hash: await hashOf(args) };
}

/**
 * Return the stored answer of an earlier call with this key, or null if there was none.
 *
 * @throws IDEMPOTENCY_CONFLICT if the key was used for another function or other arguments;
 *   LIMIT_EXCEEDED if the call was done but its answer was too large to be kept.
 */
export async function earlierAnswer(
  ctx: MutationCtx,
  call: KeyedCall,
): Promise<{ value: Value } | null> {
  const stored = await ctx.db
    .query("idempotencyKeys")
    .withIndex("by_caller_key", (q) =>
      q.eq("caller", call.caller.tokenIdentifier).eq("key", call.key),
    )
    .unique();
  if (stored === null) return null;
  if (stored.functionName !== call.functionName || stored.argumentsHash !== call.hash) {
    throw refusal("IDEMPOTENCY_CONFLICT", "The idempotency key was used for another request.");
  }
  if (stored.result === undefined) {
    const message = "The call was done before; its answer was too large to be kept.";
    throw refusal("LIMIT_EXCEEDED", message);
  }
  return { value: jsonToConvex(JSON.parse(stored.result) as JSONValue) };
}

/**
 * Store the answer, or only that there was one if it is too large; `subjects` are whose personal
 * data it may hold, two at most.
 *
 * @throws RATE_LIMITED if a team member had too much kept in the last minute.
 */
export async function rememberAnswer(
  ctx: MutationCtx,
  call: KeyedCall,
  value: Value,
  subjects: Id<"users">[],
): Promise<void> {
  const [userId, otherUserId, ...more] = subjects;
  if (more.length > 0) throw new Error("an answer about more than two users");
  const result = JSON.stringify(convexToJson(value));
  const bytes = utf8Bytes(result);
  const isKept = bytes <= ANSWER_BYTES;
  await limitKept(ctx, call.caller, isKept ? bytes : 0);
  await limitGrowth(ctx, call.caller, isKept ? bytes : 0);
  await ctx.db.insert("idempotencyKeys", {
    caller: call.caller.tokenIdentifier,
    key: call.key,
    functionName: call.functionName,
    argumentsHash: call.hash,
    ...(isKept ? { result } : {}),
    ...(userId === undefined ? {} : { userId }),
    ...(otherUserId === undefined ? {} : { otherUserId }),
    createdAt: Date.now(),
  });
}

/** SHA-256 of the arguments as JSON, hexadecimal; `convexToJson` sorts field names. */
async function hashOf(args: Record<string, Value | undefined>): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(convexToJson(args)));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** JSON text that does not depend on the order of fields. */
export function canonical(value: JSONValue): string {
  return JSON.stringify(ordered(value));
}

function ordered(value: JSONValue): JSONValue {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== "object" || value === null) return value;
  const result: { [name: string]: JSONValue } = {};
  for (const name of Object.keys(value).sort()) result[name] = ordered(value[name]!);
  return result;
}
