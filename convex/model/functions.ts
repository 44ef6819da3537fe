/**
 * The only makers of public functions: `authedQuery` and `authedMutation`.
 *
 * Each call goes through, in this order:
 * - authentication: the role is read from the verified token;
 * - permission: the function's name is looked up in the table of roles, unknown names are refused;
 * - texts: arguments with texts that cannot be stored or shown as they are, are refused;
 * - for mutations that keep their answers, the idempotency key: a repeated call gets that answer;
 * - the handler; a query that asks for what masking would change finds nothing instead;
 * - redaction of the result, unless the role sees clear text or the function declares to reveal.
 *
 * Both accept `requestId`, which ends up in audit events and in the log line of a refusal;
 * mutations accept `idempotencyKey`. `described` holds the validators with what they say beyond
 * Convex's types (`Mark`), for the generator of `lib/data`.
 */
import type { RegisteredMutation, RegisteredQuery } from "convex/server";
import { ConvexError, v } from "convex/values";
import type { GenericValidator, Infer, ObjectType, PropertyValidators, Value } from "convex/values";
import type { Id } from "../_generated/dataModel.js";
import { mutation, query } from "../_generated/server.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { MAX_PROBLEMS } from "./checks.ts";
import { emptyAnswer } from "./emptyAnswer.ts";
import { refusal } from "./errors.ts";
import type { ErrorData } from "./errors.ts";
import { earlierAnswer, keyedCall, rememberAnswer } from "./idempotency.ts";
import { callerOf } from "./identity.ts";
import type { Caller } from "./identity.ts";
import { MEMBER_ROLES, allows, rolesFor, seesClear } from "./permissions.ts";
import type { FunctionName } from "./permissions.ts";
import { limitGrowth } from "./rateLimit.ts";
import { asksForMasked, redacted, redactedText, redactedTurns } from "./redaction.ts";
import { sizeOf, unfitTexts } from "./texts.ts";

type Authed = {
  caller: Caller;
  requestId: string | undefined;
  seesClear: boolean;
  /** Mask a text as this caller may see it: for results that cut texts into pieces. */
  visible: (text: string) => string;
  /** Mask turns that follow one another as this caller may see them. */
  visibleTurns: <Turn extends { speaker: string; text: string }>(turns: Turn[]) => Turn[];
};
type AuthedQueryCtx = QueryCtx & Authed;
export type AuthedMutationCtx = MutationCtx &
  Authed & {
    /** Name a user (two at most) whose personal data the answer may hold: erasure finds its copy. */
    about: (userId: Id<"users">) => void;
  };

const queryMeta = { requestId: v.optional(v.string()) };
const mutationMeta = { ...queryMeta, idempotencyKey: v.optional(v.string()) };
type QueryArgs<Args extends PropertyValidators> = ObjectType<Args & typeof queryMeta>;
type MutationArgs<Args extends PropertyValidators> = ObjectType<Args & typeof mutationMeta>;

type Meta = { requestId?: string; idempotencyKey?: string };

type Definition<Ctx, Args extends PropertyValidators, Returns extends GenericValidator> = {
  args: Args;
  returns: Returns;
  handler: (ctx: Ctx, args: ObjectType<Args>) => Promise<Infer<Returns>>;
};

type Mutating = {
  /**
   * Declares what becomes of the answer. `kept` (if absent): under the call's idempotency key, so
   * that the call happens once. The others take no key: `once` is sent at most once by our clients,
   * `repeatable` again if its answer was lost, as it does no harm to happen twice.
   */
  answer?: Answer;
  /**
   * Declares that the result is shown in clear to every role that may call the function. Such a
   * function writes an audit event, and does not keep its answers.
   */
  reveals?: boolean;
  /**
   * Declares that the function limits by itself what a team member adds to what is stored, as it
   * mostly replaces what is there. Of all others, the arguments are what they add.
   */
  limitsGrowth?: boolean;
};
type Answer = "kept" | "once" | "repeatable";

/** Make a public query; `name` is `module:function` as in the table of roles. */
export function authedQuery<Args extends PropertyValidators, Returns extends GenericValidator>(
  name: FunctionName,
  definition: Definition<AuthedQueryCtx, Args, Returns>,
): RegisteredQuery<"public", QueryArgs<Args>, Promise<Infer<Returns>>> {
  const handler = (ctx: QueryCtx, { requestId, ...args }: Meta & ObjectType<Args>) =>
    refusalsLogged(name, requestId, async () => {
      const authed = await authorised(ctx, name, requestId);
      refuseUnfit(args);
      // Whoever sees masked text must not learn by a filter whether something is there.
      if (!authed.seesClear && asksForMasked(args)) return emptyAnswer(returns);
      const result = await definition.handler({ ...ctx, ...authed }, args as never);
      return shown(authed.caller, result);
    });
  const { args, returns } = definition;
  // The builder cannot follow generic argument types; the signature above states them.
  const built = query({ args: { ...args, ...queryMeta }, returns, handler: handler as never });
  return Object.assign(built, { described: { args, returns } });
}

/** Make a public mutation; `name` is `module:function` as in the table of roles. */
export function authedMutation<Args extends PropertyValidators, Returns extends GenericValidator>(
  name: FunctionName,
  definition: Definition<AuthedMutationCtx, Args, Returns> & Mutating,
): RegisteredMutation<"public", MutationArgs<Args>, Promise<Infer<Returns>>> {
  const handler = (
    ctx: MutationCtx,
    { requestId, idempotencyKey, ...args }: Meta & ObjectType<Args>,
  ) =>
    refusalsLogged(name, requestId, async () => {
      const authed = await authorised(ctx, name, requestId);
      refuseUnfit({ ...args, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) });
      const run = async (about: AuthedMutationCtx["about"]) => {
        if (definition.limitsGrowth !== true && MEMBER_ROLES.includes(authed.caller.role)) {
          await limitGrowth(ctx, authed.caller, sizeOf(args));
        }
        return await definition.handler({ ...ctx, ...authed, about }, args as never);
      };
      if (idempotencyKey !== undefined && answer !== "kept") throw keepsNoAnswer(name);
      const result =
        idempotencyKey === undefined
          ? await run(() => undefined)
          : await once(ctx, authed.caller, name, idempotencyKey, args, run);
      return definition.reveals === true ? result : shown(authed.caller, result);
    });
  const { args, returns, reveals } = definition;
  const answer = definition.answer ?? (reveals === true ? "once" : "kept");
  const all = { ...args, ...mutationMeta };
  const built = mutation({ args: all, returns, handler: handler as never });
  return Object.assign(built, { described: { args, returns, answer } });
}

async function authorised(
  ctx: QueryCtx,
  name: string,
  requestId: string | undefined,
): Promise<Authed> {
  const caller = callerOf(await ctx.auth.getUserIdentity());
  const needed = rolesFor(name);
  if (!allows(caller.role, needed)) {
    throw refusal("FORBIDDEN", `${name} needs the role ${needed.join(" or ")}.`);
  }
  if (requestId !== undefined && !/^[\w.:-]{1,128}$/.test(requestId)) {
    const message = "must be 1 to 128 letters, digits, dots, colons, hyphens or underscores";
    throw refusal("VALIDATION", "The request id is malformed.", [{ field: "requestId", message }]);
  }
  const about = { caller, requestId, seesClear: seesClear(caller.role) };
  return about.seesClear
    ? { ...about, visible: (text) => text, visibleTurns: (turns) => turns }
    : { ...about, visible: redactedText, visibleTurns: redactedTurns };
}

function refuseUnfit(args: Record<string, Value>): void {
  const problems = unfitTexts(args, MAX_PROBLEMS);
  if (problems.length > 0) throw refusal("VALIDATION", "Some arguments are not valid.", problems);
}

async function once(
  ctx: MutationCtx,
  caller: Caller,
  name: string,
  key: string,
  args: Record<string, Value>,
  run: (about: AuthedMutationCtx["about"]) => Promise<unknown>,
): Promise<unknown> {
  const call = await keyedCall(caller, key, name, args);
  const earlier = await earlierAnswer(ctx, call);
  if (earlier !== null) return earlier.value;
  const subjects = new Set<Id<"users">>();
  const value = await run((userId) => {
    subjects.add(userId);
  });
  await rememberAnswer(ctx, call, value as Value, [...subjects]);
  return value;
}

function keepsNoAnswer(name: string) {
  const message = "must be left out: this function keeps no answer";
  return refusal("VALIDATION", `${name} takes no idempotency key.`, [
    { field: "idempotencyKey", message },
  ]);
}

function shown<Result>(caller: Caller, result: Result): Result {
  return seesClear(caller.role) ? result : redacted(result);
}

async function refusalsLogged<Result>(
  name: string,
  requestId: string | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ConvexError) {
      const { code } = error.data as ErrorData;
      console.warn(JSON.stringify({ event: "refused", function: name, code, requestId }));
    }
    throw error;
  }
}
