/** What the functions return: one validator per record, shared by all functions that return it. */
import { v } from "convex/values";
import type { GenericValidator, Infer } from "convex/values";
import {
  audioAnalysis,
  audioStatus,
  channel,
  dimensions,
  histogram,
  memberRole,
  metadata,
  resolution,
  reviewStatus,
  sessionStatus,
  speaker,
  storageOutcome,
  userKind,
  userStatus,
} from "./fields.ts";
import { distribution } from "./histogram.ts";

export const user = v.object({
  id: v.string(),
  clerkId: v.string(),
  kind: userKind,
  email: v.optional(v.string()),
  name: v.optional(v.string()),
  imageUrl: v.optional(v.string()),
  role: v.optional(memberRole),
  status: userStatus,
  lastSeenAt: v.number(),
  sessionCount: v.number(),
  source: v.optional(v.string()),
  createdAt: v.number(),
});

/** The user as shown beside one of their sessions. */
const sessionUser = v.object({
  clerkId: v.string(),
  name: v.optional(v.string()),
  email: v.optional(v.string()),
  imageUrl: v.optional(v.string()),
});

export const userSession = v.object({
  id: v.string(),
  userId: v.string(),
  user: sessionUser,
  externalId: v.string(),
  title: v.optional(v.string()),
  channel,
  status: sessionStatus,
  startedAt: v.number(),
  endedAt: v.optional(v.number()),
  durationMs: v.optional(v.number()),
  interactionCount: v.number(),
  /** Recordings that can be played. */
  audioCount: v.number(),
  provider: v.optional(v.string()),
  modelId: v.optional(v.string()),
  tokensIn: v.number(),
  tokensOut: v.number(),
  cost: v.number(),
  worstLatencyMs: v.optional(v.number()),
  worstTtftMs: v.optional(v.number()),
  assessmentMs: v.optional(v.number()),
  assessedAt: v.optional(v.number()),
  reviewStatus,
  score: v.optional(v.number()),
  labels: v.array(v.string()),
  metadata: v.optional(metadata),
  legalHold: v.boolean(),
  source: v.optional(v.string()),
  createdAt: v.number(),
});

export const audioObject = v.object({
  id: v.string(),
  key: v.string(),
  userId: v.string(),
  sessionId: v.string(),
  interactionId: v.optional(v.string()),
  sequence: v.optional(v.number()),
  contentType: v.string(),
  bytes: v.number(),
  sha256: v.string(),
  durationMs: v.optional(v.number()),
  status: audioStatus,
  analysis: v.optional(audioAnalysis),
  peaksKey: v.optional(v.string()),
  sampleRate: v.optional(v.number()),
  channels: v.optional(v.number()),
  etag: v.optional(v.string()),
  codec: v.optional(v.string()),
  mediaStartMs: v.optional(v.number()),
  reason: v.optional(v.string()),
  expiresAt: v.number(),
  createdAt: v.number(),
});

/** What the listening room needs besides the turns. */
export const openedSession = v.object({ session: userSession, recordings: v.array(audioObject) });

/** One interaction as a writer sends it. */
export const newInteraction = v.object({
  sequence: v.number(),
  speaker,
  text: v.string(),
  startedAtMs: v.number(),
  durationMs: v.optional(v.number()),
  requestId: v.optional(v.string()),
  provider: v.optional(v.string()),
  modelId: v.optional(v.string()),
  tokensIn: v.optional(v.number()),
  tokensOut: v.optional(v.number()),
  cost: v.optional(v.number()),
  ttftMs: v.optional(v.number()),
  latencyMs: v.optional(v.number()),
});

export const interaction = v.object({
  ...newInteraction.fields,
  id: v.string(),
  sessionId: v.string(),
  userId: v.string(),
  audioObjectId: v.optional(v.string()),
  audio: v.optional(audioObject),
  createdAt: v.number(),
});

/** A piece of a transcript around a hit; `hit` pieces are the words that were searched for. */
const highlightPiece = v.object({ text: v.string(), hit: v.boolean() });

export const searchHit = v.object({
  session: userSession,
  interaction,
  highlight: v.array(highlightPiece),
});

/** Sums over some sessions. `cost` in US dollars; distributions in milliseconds. */
export const summary = v.object({
  sessions: v.number(),
  interactions: v.number(),
  tokensIn: v.number(),
  tokensOut: v.number(),
  cost: v.number(),
  ttft: distribution,
  latency: distribution,
});

export const sessionSummary = v.object({
  sessionId: v.string(),
  durationMs: v.optional(v.number()),
  assessmentMs: v.optional(v.number()),
  audioCount: v.number(),
  worstTtftMs: v.optional(v.number()),
  worstLatencyMs: v.optional(v.number()),
  ...summary.fields,
});

/** Sums over the sessions that started on one UTC day; `day` is its first millisecond. */
export const daySummary = v.object({ day: v.number(), ...summary.fields });

export const newRollup = v.object({
  metric: v.string(),
  dimensions,
  bucketStart: v.number(),
  count: v.number(),
  errors: v.record(v.string(), v.number()),
  sum: v.number(),
  max: v.number(),
  histogram,
});

export const rollup = v.object({ ...newRollup.fields, resolution });

export const newAuthEvent = v.object({
  at: v.number(),
  outcome: v.string(),
  reason: v.string(),
  route: v.string(),
  requestId: v.optional(v.string()),
  clientHash: v.optional(v.string()),
  userId: v.optional(v.string()),
  source: v.optional(v.string()),
});

export const authEvent = v.object({ ...newAuthEvent.fields, id: v.string() });

export const newStorageEvent = v.object({
  at: v.number(),
  operation: v.string(),
  outcome: storageOutcome,
  durationMs: v.number(),
  attempts: v.number(),
  role: v.optional(v.string()),
  key: v.optional(v.string()),
  requestId: v.optional(v.string()),
  source: v.optional(v.string()),
});

export const storageEvent = v.object({ ...newStorageEvent.fields, id: v.string() });

export const auditEvent = v.object({
  id: v.string(),
  action: v.string(),
  subjectType: v.string(),
  subjectId: v.string(),
  actorId: v.string(),
  actorRole: v.string(),
  /** Who acted as the actor, if somebody did. */
  impersonatorId: v.optional(v.string()),
  details: v.optional(metadata),
  requestId: v.optional(v.string()),
  createdAt: v.number(),
});

export const created = v.object({ id: v.string(), created: v.boolean() });

/** Arguments and answer of every list. */
export const pageArgs = { cursor: v.union(v.string(), v.null()), limit: v.number() };

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
