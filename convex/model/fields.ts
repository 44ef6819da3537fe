/** Validators of single fields that tables, arguments and records share. */
import { v } from "convex/values";
import type { GenericValidator, Infer } from "convex/values";

/**
 * What a validator says to the generator of `lib/data` beyond Convex's types: that a number is a
 * moment or a whole one, or what an object is called. Convex itself sees the plain validator.
 */
export type Mark = { kind: "moment" } | { kind: "whole" } | { kind: "named"; name: string };

function marked<Validator extends GenericValidator>(mark: Mark, validator: Validator): Validator {
  const optional = validator.optional.bind(validator) as () => GenericValidator;
  // `v.optional` makes a new validator: it carries the mark on.
  return Object.assign(validator, { mark, optional: () => marked(mark, optional()) });
}

/** A moment in Unix milliseconds. */
export const moment = () => marked({ kind: "moment" }, v.number());
/** A number that is always whole. */
export const whole = () => marked({ kind: "whole" }, v.number());
/** Give an object that functions take or return its name in Python. */
export const named = <Validator extends GenericValidator>(name: string, validator: Validator) =>
  marked({ kind: "named", name }, validator);

export const userKind = v.union(v.literal("product"), v.literal("team"));
/** `anonymous`: a caller without an identity, the user of one session. */
export const storedUserKind = v.union(...userKind.members, v.literal("anonymous"));
/** A phone number is E.164; an id of a source is one that a writer of conversations chose. */
export const identityKind = v.union(v.literal("clerk"), v.literal("phone"), v.literal("source"));
export const userStatus = v.union(
  v.literal("active"),
  v.literal("banned"),
  v.literal("deleted"),
  v.literal("erasing"),
);
export const memberRole = v.union(
  v.literal("viewer"),
  v.literal("reviewer"),
  v.literal("ops"),
  v.literal("admin"),
);
export const channel = v.union(v.literal("voice"), v.literal("chat"));
export const sessionStatus = v.union(
  v.literal("active"),
  v.literal("completed"),
  v.literal("abandoned"),
  v.literal("failed"),
);
export const reviewStatus = v.union(
  v.literal("unreviewed"),
  v.literal("in_review"),
  v.literal("reviewed"),
);
export const speaker = v.union(
  v.literal("user"),
  v.literal("assistant"),
  v.literal("system"),
  v.literal("tool"),
);
/**
 * Where the times of a turn come from. `measured`: by the writer itself (so are turns that do not
 * say); `vendor`: as a vendor states them; `derived`: worked out of others; `none`: nobody knows,
 * and `startedAtMs` only orders.
 */
export const timing = v.union(
  v.literal("measured"),
  v.literal("vendor"),
  v.literal("derived"),
  v.literal("none"),
);
/** A call of a tool (it has a name), its result, or both. The other half has the same `callId`. */
export const toolCall = named(
  "ToolCall",
  v.object({
    callId: v.string(),
    name: v.optional(v.string()),
    /** JSON mostly, as the caller of the tool wrote it. */
    arguments: v.optional(v.string()),
    result: v.optional(v.string()),
    isError: v.optional(v.boolean()),
    latencyMs: v.optional(v.number()),
    /** The writer cut the arguments or the result to what can be stored. */
    argumentsCut: v.optional(v.boolean()),
    resultCut: v.optional(v.boolean()),
  }),
);
/** Parts of an answer's latency, milliseconds. */
export const stages = named(
  "Stages",
  v.object({
    endOfTurnMs: v.optional(v.number()),
    speechToTextMs: v.optional(v.number()),
    modelMs: v.optional(v.number()),
    textToSpeechMs: v.optional(v.number()),
    toolMs: v.optional(v.number()),
  }),
);
/** Who judged: `human` comes from reviews only, never from a writer. */
export const scoreOrigin = v.union(v.literal("machine"), v.literal("vendor"), v.literal("user"));
/** What callers see; the life of a recording is told in docs/storage.md. */
export const audioStatus = v.union(
  v.literal("pending"),
  v.literal("stored"),
  v.literal("expired"),
  v.literal("deleted"),
  v.literal("missing"),
);
/** What rows hold: `expiring` ones are shown as expired; only the worker tells them apart. */
export const audioRowStatus = v.union(...audioStatus.members, v.literal("expiring"));
/**
 * The tag by which the bucket's own rule may delete a recording. `wanted`: the worker has to write
 * it; `set`: it is written; `unwanted`: it may be there and has to go. Absent: it is not there.
 */
export const audioTag = v.union(v.literal("wanted"), v.literal("set"), v.literal("unwanted"));
/** State of the waveform and checksum analysis; absent until the recording is stored. */
export const audioAnalysis = v.union(
  v.literal("pending"),
  v.literal("ready"),
  v.literal("corrupt"),
);
export const resolution = v.union(v.literal("minute"), v.literal("hour"), v.literal("day"));
export const storageOutcome = v.union(
  v.literal("ok"),
  v.literal("denied"),
  v.literal("missing"),
  v.literal("throttled"),
  v.literal("timeout"),
  v.literal("connection"),
  v.literal("server"),
  v.literal("invalid"),
);
export const order = v.union(v.literal("asc"), v.literal("desc"));
/** JSON object of the writer's own; see `model/checks.ts` for its limits. */
export const metadata = v.record(v.string(), v.any());
export const dimensions = v.record(v.string(), v.string());

/**
 * DDSketch histogram of milliseconds with relative error 1%: `counts[i]` values lie in
 * (g^(i-1), g^i] with g = 1.01/0.99; `zero` counts values of at most 0.02 ms.
 */
export const histogram = named(
  "Histogram",
  v.object({ zero: whole(), counts: v.record(v.string(), whole()) }),
);

export type UserKind = Infer<typeof userKind>;
export type Order = Infer<typeof order>;
export type Histogram = Infer<typeof histogram>;
export type Resolution = Infer<typeof resolution>;
export type AudioStatus = Infer<typeof audioRowStatus>;

/** One job of the worker: who runs it now, and how the last run went. Stored and shown as it is. */
export const lease = named(
  "JobRun",
  v.object({
    name: v.string(),
    holder: v.optional(v.string()),
    leaseUntil: moment(),
    lastStartedAt: v.optional(moment()),
    lastFinishedAt: v.optional(moment()),
    lastOk: v.optional(v.boolean()),
    lastReport: v.optional(v.string()),
    lastDurationMs: v.optional(v.number()),
    runs: whole(),
    failures: whole(),
  }),
);
