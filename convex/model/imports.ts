/** Storing of whole conversations: what one call after the other would do, with fewer writes. */
import { ConvexError, v } from "convex/values";
import type { Infer } from "convex/values";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { OTHER_CONTENT, counted, sortedOut, storeTurns } from "./appending.ts";
import { Checks } from "./checks.ts";
import type { ErrorData } from "./errors.ts";
import { named, whole } from "./fields.ts";
import { conflictKinds } from "./identities.ts";
import type { Decision } from "./identities.ts";
import type { Caller } from "./identity.ts";
import { checkInteraction } from "./interactions.ts";
import { PendingSums } from "./pendingTotals.ts";
import { checkWhose, settleUser, userOf } from "./people.ts";
import { userSessionRow } from "./productTables.ts";
import { newInteraction } from "./records.ts";
import type { NewInteraction } from "./records.ts";
import { enterQueues, openQueues } from "./reviewQueues.ts";
import { resultOf } from "./reviewSlots.ts";
import {
  changedFields,
  checkScore,
  checkSession,
  newSession,
  newSessionRow,
  refuseOther,
  sessionByExternalId,
  sessionChanges,
} from "./sessions.ts";
import { keyFor, refuseErasedConversation } from "./tombstones.ts";
import { addTotals, dayOf, ownScope, totalsOf } from "./totals.ts";
import type { Totals } from "./totals.ts";
import { checkSource } from "./writers.ts";

const newEnd = named(
  "NewEnd",
  sessionChanges.extend(userSessionRow.pick("reviewStatus", "score").partial().fields),
);

/** One conversation as an importer sends it; a long one comes in several parts. */
export const newConversation = named(
  "NewConversation",
  v.object({
    session: named("NewSession", newSession),
    turns: v.array(newInteraction),
    /** With the last part. */
    end: v.optional(newEnd),
  }),
);
type Ctx = MutationCtx & { caller: Caller };
type NewConversation = Infer<typeof newConversation>;

const problem = named("Problem", v.object({ field: v.string(), message: v.string() }));

/** What became of one conversation. */
export const imported = named(
  "Imported",
  v.object({
    /** Of the session; absent if the conversation was refused. */
    id: v.optional(v.string()),
    created: v.boolean(),
    userConflict: v.optional(conflictKinds),
    accepted: whole(),
    duplicates: whole(),
    refusedTurns: v.array(
      named("RefusedTurn", v.object({ index: whole(), field: v.string(), message: v.string() })),
    ),
    refusal: v.optional(
      named(
        "RefusedConversation",
        v.object({ code: v.string(), message: v.string(), fields: v.array(problem) }),
      ),
    ),
  }),
);
type Imported = Infer<typeof imported>;

const BEGINNING = { status: "active" as const, labels: [] };

/** A conversation that can be stored: nothing of it is written yet. */
type Plan = {
  sent: NewConversation;
  known: Doc<"userSessions"> | null;
  /** Whose it is. */
  decision: Decision;
  fresh: NewInteraction[];
  refusedTurns: Imported["refusedTurns"];
  /** What changes at its end. */
  changes: Partial<Doc<"userSessions">>;
};

/** The conversations of one call. */
export class ImportBatch {
  private readonly ctx: Ctx;
  private readonly tombstoneKey: Promise<string | null>;
  /** What is there, as this call leaves it. */
  private readonly users = new Map<string, Decision>();
  private readonly sessions = new Map<string, Doc<"userSessions"> | null>();
  private readonly sums = new PendingSums();
  private readonly queues: Promise<Doc<"reviewQueues">[]>;

  constructor(ctx: Ctx) {
    this.ctx = ctx;
    this.tombstoneKey = keyFor(ctx);
    this.queues = openQueues(ctx);
  }

  /** Store the conversations that can be stored; the answers are in their order. */
  async store(conversations: NewConversation[]): Promise<Imported[]> {
    await this.lookUp(conversations);
    const answers: Imported[] = [];
    for (const conversation of conversations) {
      const plan = await this.plan(conversation).catch(refused);
      answers.push("refusal" in plan ? plan : await this.write(plan as Plan));
    }
    await this.sums.store(this.ctx);
    return answers;
  }

  private async lookUp(conversations: NewConversation[]): Promise<void> {
    const sessions = new Map(conversations.map(({ session }) => [nameOf(session), session]));
    await Promise.all(
      Array.from(sessions, async ([name, session]) => {
        this.sessions.set(name, await sessionByExternalId(this.ctx, session));
      }),
    );
  }

  /** @throws ConvexError for a conversation that cannot be stored. */
  private async plan(sent: NewConversation): Promise<Plan> {
    const { session, turns, end = {} } = sent;
    const checks = new Checks();
    checkSource(checks, this.ctx.caller, session.sourceId);
    checkWhose(checks, session, session.sourceId);
    checkSession(checks, session);
    checks.done();
    checkScore(end.score);
    const known = this.sessions.get(nameOf(session)) ?? null;
    await refuseErasedConversation(this.ctx, session, this.tombstoneKey);
    const decision = await this.userOf(session, known);
    if (known !== null) refuseOther(known, decision.userId, session);
    const changes = await this.changesAtEnd(sent, known);
    return { sent, known, decision, changes, ...(await this.sortedTurns(turns, known)) };
  }

  /** The same for all conversations of a user who is there, or was created by this call. */
  private async userOf(
    session: NewConversation["session"],
    known: Doc<"userSessions"> | null,
  ): Promise<Decision> {
    const who = whoseName(session);
    const decided =
      this.users.get(who) ??
      (await userOf(this.ctx, session, session.sourceId, known, this.tombstoneKey));
    if (decided.userId !== null && decided.fresh.length === 0 && !isAnonymous(session)) {
      this.users.set(who, decided);
    }
    return decided;
  }

  private async sortedTurns(
    turns: NewInteraction[],
    known: Doc<"userSessions"> | null,
  ): Promise<Pick<Plan, "fresh" | "refusedTurns">> {
    const refusedTurns: Imported["refusedTurns"] = [];
    const indexes: number[] = [];
    turns.forEach((turn, index) => {
      const checks = new Checks();
      checkInteraction(checks, turn);
      if (checks.first === undefined) indexes.push(index);
      else refusedTurns.push({ index, ...checks.first });
    });
    const valid = indexes.map((index) => turns[index]!);
    const { fresh, taken } = await sortedOut(this.ctx, known, valid);
    for (const place of taken) {
      refusedTurns.push({ index: indexes[place]!, field: "sequence", message: OTHER_CONTENT });
    }
    return { fresh, refusedTurns };
  }

  /** What was decided meanwhile stays: the end that a session has, a review, labels. */
  private async changesAtEnd(
    { session, end }: NewConversation,
    known: Doc<"userSessions"> | null,
  ): Promise<Plan["changes"]> {
    const isOurs = known === null || (known.status === "active" && known.source === session.source);
    if (end === undefined || !isOurs) return {};
    const { reviewStatus = "unreviewed", score, ...rest } = end;
    if (known !== null && known.labels.length > 0) delete rest.labels;
    const changes = changedFields(known ?? { ...session, ...BEGINNING }, rest);
    const isNoted =
      reviewStatus !== "unreviewed" && (known?.reviewStatus ?? "unreviewed") === "unreviewed";
    if (!isNoted) return changes;
    const importedReview = { reviewStatus, ...(score === undefined ? {} : { score }) };
    const result =
      known === null ? importedReview : await resultOf(this.ctx, { ...known, importedReview });
    return { ...changes, importedReview, ...result };
  }

  private async write(plan: Plan): Promise<Imported> {
    const { sent, known, decision, fresh, refusedTurns } = plan;
    const now = Date.now();
    const userId = await settleUser(this.ctx, decision, sent.session, sent.session);
    if (!isAnonymous(sent.session)) {
      this.users.set(whoseName(sent.session), { ...decision, userId, fresh: [] });
    }
    const totals = { ...totalsOf(fresh), sessions: known === null ? 1 : 0 };
    const session = await this.writeSession(plan, userId, totals, now);
    this.sessions.set(nameOf(session), session);
    await storeTurns(this.ctx, { sessionId: session._id, userId }, fresh, now);
    if (known === null || fresh.length > 0) {
      await addTotals(this.ctx, ownScope(session), totals, known === null);
      const startedAt = known === null ? session.startedAt : undefined;
      this.sums.add(userId, dayOf(session.startedAt), totals, startedAt);
    }
    if (sent.end !== undefined) await enterQueues(this.ctx, session, this.queues);
    return {
      id: session._id,
      created: known === null,
      ...(decision.conflicts.length === 0 ? {} : { userConflict: decision.conflicts }),
      accepted: fresh.length,
      duplicates: sent.turns.length - fresh.length - refusedTurns.length,
      refusedTurns,
    };
  }

  private async writeSession(
    { sent, known, fresh, changes }: Plan,
    userId: Id<"users">,
    totals: Totals,
    now: number,
  ): Promise<Doc<"userSessions">> {
    const before = known ?? newSessionRow(sent.session, userId, now);
    const fields = { ...(fresh.length > 0 ? counted(before, fresh, totals) : {}), ...changes };
    const after = { ...before, ...fields };
    if (known === null) {
      return { ...after, _id: await this.ctx.db.insert("userSessions", after), _creationTime: now };
    }
    if (Object.keys(fields).length > 0) await this.ctx.db.patch("userSessions", known._id, fields);
    return { ...known, ...fields };
  }
}

function nameOf({ sourceId, externalId }: { sourceId?: string; externalId: string }): string {
  return JSON.stringify([sourceId, externalId]);
}

function whoseName({ clerkId, user, sourceId }: NewConversation["session"]): string {
  return JSON.stringify([clerkId, user?.clerkId, user?.externalId, user?.phone, sourceId]);
}

function isAnonymous({ clerkId, user }: NewConversation["session"]): boolean {
  return [clerkId, user?.clerkId, user?.externalId, user?.phone].every((one) => one === undefined);
}

/** The answer for a conversation that is refused; what is no refusal fails the call. */
function refused(error: unknown): Imported {
  if (!(error instanceof ConvexError)) throw error;
  const { code, message, fields = [] } = error.data as ErrorData;
  const nothing = { created: false, accepted: 0, duplicates: 0, refusedTurns: [] };
  return { ...nothing, refusal: { code, message, fields } };
}
