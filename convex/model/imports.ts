/** Storing of whole conversations: what one call after the other would do, with fewer writes. */
import { ConvexError, v } from "convex/values";
import type { Infer } from "convex/values";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { OTHER_CONTENT, counted, sortedOut, storeTurns } from "./appending.ts";
import { Checks } from "./checks.ts";
import type { ErrorData } from "./errors.ts";
import { named, whole } from "./fields.ts";
import { checkInteraction } from "./interactions.ts";
import { PendingSums } from "./pendingTotals.ts";
import { userRow, userSessionRow } from "./productTables.ts";
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
import { keyFor, refuseErasedConversation, refuseErasedUser } from "./tombstones.ts";
import { addTotals, dayOf, ownScope, totalsOf } from "./totals.ts";
import type { Totals } from "./totals.ts";
import {
  checkProfile,
  createUser,
  noSuchUser,
  profile,
  refuseErasing,
  userByClerkId,
} from "./users.ts";

const newEnd = named(
  "NewEnd",
  sessionChanges.extend(userSessionRow.pick("reviewStatus", "score").partial().fields),
);

/** One conversation as an importer sends it; a long one comes in several parts. */
export const newConversation = named(
  "NewConversation",
  v.object({
    session: named("NewSession", newSession),
    /** Of a user who is created if there is none. */
    person: v.optional(named("NewPerson", userRow.pick("email", "name", "imageUrl"))),
    turns: v.array(newInteraction),
    /** With the last part. */
    end: v.optional(newEnd),
  }),
);
type NewConversation = Infer<typeof newConversation>;

const problem = named("Problem", v.object({ field: v.string(), message: v.string() }));

/** What became of one conversation. */
export const imported = named(
  "Imported",
  v.object({
    /** Of the session; absent if the conversation was refused. */
    id: v.optional(v.string()),
    created: v.boolean(),
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
  user: Doc<"users"> | Infer<typeof profile>;
  fresh: NewInteraction[];
  refusedTurns: Imported["refusedTurns"];
  /** What changes at its end. */
  changes: Partial<Doc<"userSessions">>;
};

/** The conversations of one call. */
export class ImportBatch {
  private readonly ctx: MutationCtx;
  private readonly tombstoneKey: Promise<string | null>;
  /** What is there, as this call leaves it. */
  private readonly users = new Map<string, Doc<"users"> | null>();
  private readonly sessions = new Map<string, Doc<"userSessions"> | null>();
  private readonly mayGrow = new Map<Id<"users">, Promise<void>>();
  private readonly sums = new PendingSums();
  private readonly queues: Promise<Doc<"reviewQueues">[]>;

  constructor(ctx: MutationCtx) {
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
    const clerkIds = new Set(conversations.map(({ session }) => session.clerkId));
    const externalIds = new Set(conversations.map(({ session }) => session.externalId));
    await Promise.all([
      ...Array.from(clerkIds, async (clerkId) => {
        this.users.set(clerkId, await userByClerkId(this.ctx, clerkId));
      }),
      ...Array.from(externalIds, async (externalId) => {
        this.sessions.set(externalId, await sessionByExternalId(this.ctx, externalId));
      }),
    ]);
  }

  /** @throws ConvexError for a conversation that cannot be stored. */
  private async plan(sent: NewConversation): Promise<Plan> {
    const { session, turns, end = {} } = sent;
    const checks = new Checks();
    checkSession(checks, session);
    checks.done();
    checkScore(end.score);
    const known = this.sessions.get(session.externalId) ?? null;
    const user = this.users.get(session.clerkId) ?? null;
    if (known === null) await this.refuseErased(session);
    else refuseOther(known, user?._id, session);
    if (user !== null) await this.refuseErasing(user._id);
    const changes = await this.changesAtEnd(sent, known);
    return {
      sent,
      known,
      user: user ?? newPerson(sent),
      changes,
      ...(await this.sortedTurns(turns, known)),
    };
  }

  private async refuseErased({ clerkId, externalId }: NewConversation["session"]): Promise<void> {
    await refuseErasedUser(this.ctx, clerkId, this.tombstoneKey);
    await refuseErasedConversation(this.ctx, externalId, this.tombstoneKey);
  }

  /** The same for all conversations of a user. */
  private async refuseErasing(userId: Id<"users">): Promise<void> {
    const known = this.mayGrow.get(userId) ?? refuseErasing(this.ctx, userId);
    this.mayGrow.set(userId, known);
    await known;
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
    const { sent, known, fresh, refusedTurns } = plan;
    const now = Date.now();
    const user = "_id" in plan.user ? plan.user : await createUser(this.ctx, plan.user);
    this.users.set(user.clerkId, user);
    const totals = { ...totalsOf(fresh), sessions: known === null ? 1 : 0 };
    const session = await this.writeSession(plan, user, totals, now);
    this.sessions.set(session.externalId, session);
    await storeTurns(this.ctx, { sessionId: session._id, userId: user._id }, fresh, now);
    if (known === null || fresh.length > 0) {
      await addTotals(this.ctx, ownScope(session), totals, known === null);
      const startedAt = known === null ? session.startedAt : undefined;
      this.sums.add(user._id, dayOf(session.startedAt), totals, startedAt);
    }
    if (sent.end !== undefined) await enterQueues(this.ctx, session, this.queues);
    return {
      id: session._id,
      created: known === null,
      accepted: fresh.length,
      duplicates: sent.turns.length - fresh.length - refusedTurns.length,
      refusedTurns,
    };
  }

  private async writeSession(
    { sent, known, fresh, changes }: Plan,
    user: Doc<"users">,
    totals: Totals,
    now: number,
  ): Promise<Doc<"userSessions">> {
    const before = known ?? newSessionRow(sent.session, user._id, now);
    const fields = { ...(fresh.length > 0 ? counted(before, fresh, totals) : {}), ...changes };
    const after = { ...before, ...fields };
    if (known === null) {
      return { ...after, _id: await this.ctx.db.insert("userSessions", after), _creationTime: now };
    }
    if (Object.keys(fields).length > 0) await this.ctx.db.patch("userSessions", known._id, fields);
    return { ...known, ...fields };
  }
}

/** @throws NOT_FOUND if the user is not there and not to be created; VALIDATION. */
function newPerson({ session, person }: NewConversation): Infer<typeof profile> {
  if (person === undefined) throw noSuchUser();
  const { clerkId, startedAt, source } = session;
  const times = { createdAt: startedAt, lastSeenAt: startedAt };
  const user = { clerkId, kind: "product" as const, ...person, ...times, ...sourcePart(source) };
  const checks = new Checks();
  checks.prefix = "person.";
  checkProfile(checks, user);
  checks.done();
  return user;
}

function sourcePart(source: string | undefined) {
  return source === undefined ? {} : { source };
}

/** The answer for a conversation that is refused; what is no refusal fails the call. */
function refused(error: unknown): Imported {
  if (!(error instanceof ConvexError)) throw error;
  const { code, message, fields = [] } = error.data as ErrorData;
  const nothing = { created: false, accepted: 0, duplicates: 0, refusedTurns: [] };
  return { ...nothing, refusal: { code, message, fields } };
}
