/**
 * What the functions return: one validator per record, shared by all functions that return it. A
 * record is its table's row without what stays inside, under `id`; see `toRecord`.
 */
import { v } from "convex/values";
import type { GenericValidator, Infer } from "convex/values";
import { auditEventRow, erasureRow } from "./accountTables.ts";
import { authEventRow, rollupRow, storageEventRow } from "./eventTables.ts";
import { audioStatus, moment, named, userKind, whole } from "./fields.ts";
import { distribution } from "./histogram.ts";
import { identity } from "./identities.ts";
import {
  audioObjectRow,
  interactionRow,
  scoreRow,
  userRow,
  userSessionRow,
} from "./productTables.ts";

/** In Convex's functions an id is a text: one that names nothing is not an error of types. */
const id = { id: v.string() };

/** Given if what was written after this moment is not in the figures yet. */
const asOf = { asOf: v.optional(moment()) };

/** By what a user is asked for: Clerk's id, or Earshot's of those who have none; see `keyOf`. */
const key = { clerkId: v.string() };

/** Given of a caller without an identity. */
const anonymous = { anonymous: v.optional(v.boolean()) };

export const user = named(
  "User",
  userRow.omit("clerkId", "kind", "clerkUpdatedAt", "searchText").extend({
    kind: userKind,
    ...anonymous,
    ...id,
    ...key,
    ...asOf,
    /** Given where one user is read. */
    identities: v.optional(v.array(identity)),
  }),
);

/** The user as shown beside one of their sessions. */
export const sessionUser = named(
  "SessionUser",
  userRow.pick("name", "email", "phone", "imageUrl").extend({
    ...key,
    ...anonymous,
  }),
);

export const userSession = named(
  "UserSession",
  userSessionRow
    .omit("costNanos", "maxSequence", "importedReview", "legalHold", "labelled")
    .extend({
      ...id,
      user: sessionUser,
      /** US dollars. */
      cost: v.number(),
      legalHold: v.boolean(),
    }),
);

export const audioObject = named(
  "AudioObject",
  audioObjectRow.omit("status", "held", "tag").extend({ ...id, status: audioStatus }),
);

/** A score as a writer sends it. */
export const newScore = named(
  "NewScore",
  scoreRow.omit("sessionId", "userId", "writtenBy", "startedAt", "current", "createdAt"),
);

export const score = named("Score", scoreRow.omit("userId", "startedAt", "current").extend(id));

/** What the listening room needs besides the turns. */
export const openedSession = named(
  "OpenedSession",
  v.object({
    session: userSession,
    recordings: v.array(audioObject),
    /** The first 200 that count, oldest first. */
    scores: v.optional(v.array(score)),
    /** The session is held, and the bucket may still delete some of its recordings by itself. */
    holdPending: v.optional(v.boolean()),
  }),
);

/** One interaction as a writer sends it. */
export const newInteraction = named(
  "NewInteraction",
  interactionRow.omit("sessionId", "userId", "audioObjectId", "createdAt"),
);

export const interaction = named(
  "Interaction",
  interactionRow.extend({ ...id, audio: v.optional(audioObject) }),
);

/** A piece of a transcript around a hit; `hit` pieces are the words that were searched for. */
const highlightPiece = named("HighlightPiece", v.object({ text: v.string(), hit: v.boolean() }));

export const searchHit = named(
  "SearchHit",
  v.object({ session: userSession, interaction, highlight: v.array(highlightPiece) }),
);

/** Sums over some sessions. `cost` in US dollars; distributions in milliseconds. */
const sums = v.object({
  sessions: whole(),
  interactions: whole(),
  tokensIn: whole(),
  tokensOut: whole(),
  cost: v.number(),
  ttft: distribution,
  latency: distribution,
});
export const summary = named("Totals", sums.extend(asOf));

export const sessionSummary = named(
  "SessionSummary",
  userSessionRow
    .pick("durationMs", "assessmentMs", "audioCount", "worstTtftMs", "worstLatencyMs")
    .extend({ sessionId: v.string(), ...sums.fields }),
);

/** Sums over the sessions that started on one UTC day; `day` is its first millisecond. */
export const daySummary = named("DaySummary", sums.extend({ day: moment(), ...asOf }));

export const newRollup = named("NewRollup", rollupRow.omit("series", "resolution"));
export const rollup = named("Rollup", rollupRow.omit("series"));
export const newAuthEvent = named("NewAuthEvent", v.object(authEventRow.fields));
export const authEvent = named("AuthEvent", authEventRow.extend(id));
export const newStorageEvent = named("NewStorageEvent", v.object(storageEventRow.fields));
export const storageEvent = named("StorageEvent", storageEventRow.extend(id));
export const auditEvent = named(
  "AuditEvent",
  auditEventRow.extend({
    ...id,
    /** What the actor, the session and the user are called, if it was asked for and is known. */
    actorName: v.optional(v.string()),
    sessionTitle: v.optional(v.string()),
    userName: v.optional(v.string()),
  }),
);
export const erasureReceipt = named("Erasure", erasureRow.omit("userId").extend(id));

/** One of several sessions to which a thing could not be done, and why. */
export const refusedSession = named(
  "RefusedSession",
  v.object({ sessionId: v.string(), reason: v.string() }),
);

export const created = named("Upserted", v.object({ ...id, created: v.boolean() }));
/** Of what was written down: its id. */
export const noted = named("Recorded", v.object(id));

/** Arguments and answer of every list. */
export const pageArgs = { cursor: v.union(v.string(), v.null()), limit: whole() };

export function page<Item extends GenericValidator>(item: Item) {
  return v.object({ items: v.array(item), nextCursor: v.union(v.string(), v.null()) });
}

export type User = Infer<typeof user>;
export type UserSession = Infer<typeof userSession>;
export type AudioObject = Infer<typeof audioObject>;
export type NewInteraction = Infer<typeof newInteraction>;
export type Interaction = Infer<typeof interaction>;
export type HighlightPiece = Infer<typeof highlightPiece>;
export type Summary = Infer<typeof summary>;
export type NewRollup = Infer<typeof newRollup>;
