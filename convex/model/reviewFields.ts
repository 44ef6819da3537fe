/** Validators of rubrics, queues and reviews that tables, arguments and records share. */
import { v } from "convex/values";
import type { Infer } from "convex/values";
import { sessionFilters } from "./sessionFilters.ts";
import { named, whole } from "./fields.ts";

export const criterionKind = v.union(
  v.literal("score"),
  v.literal("number"),
  v.literal("boolean"),
  v.literal("choice"),
  v.literal("labels"),
);

/** One question of a rubric, asked of the whole session or of single turns. */
export const criterion = named(
  "Criterion",
  v.object({
    /** Name under which answers are kept: a lower-case word. */
    key: v.string(),
    label: v.string(),
    description: v.string(),
    kind: criterionKind,
    level: v.union(v.literal("session"), v.literal("turn")),
    required: v.boolean(),
    /** Bounds of a number. */
    min: v.optional(v.number()),
    max: v.optional(v.number()),
    /** What a choice or labels are chosen from. */
    options: v.optional(v.array(v.string())),
    /** Two scores or numbers that differ by at most this agree; 0 if absent. */
    tolerance: v.optional(v.number()),
  }),
);

/** A score or number, yes or no, a choice, or labels. */
export const answer = v.union(v.number(), v.boolean(), v.string(), v.array(v.string()));
/** Answers by the key of the criterion. */
export const answers = v.record(v.string(), answer);
export const turnAnswers = named("TurnAnswers", v.object({ sequence: whole(), answers }));
/** A comment on a turn (`sequence`), on a moment of the recording (`atMs`), or on the session. */
export const comment = named(
  "ReviewComment",
  v.object({
    sequence: v.optional(whole()),
    atMs: v.optional(v.number()),
    text: v.string(),
  }),
);
/** What a turn should read; the transcript itself never changes. */
export const correction = named("Correction", v.object({ sequence: whole(), text: v.string() }));

/** What a reviewer writes, as a draft and in the end. */
export const content = named(
  "ReviewDraft",
  v.object({
    answers,
    turns: v.array(turnAnswers),
    comments: v.array(comment),
    corrections: v.array(correction),
  }),
);

/**
 * Which of the sessions that pass the filters: `all`; `percentage`, that share (`percent`), chosen by
 * the queue's seed; `perUser`, the first `quota` sessions of each user to end, in all (`period`
 * `total`) or of each UTC day on which they started (`day`, the default).
 */
export const sampling = named(
  "Sampling",
  v.object({
    kind: v.union(v.literal("all"), v.literal("percentage"), v.literal("perUser")),
    percent: v.optional(v.number()),
    quota: v.optional(whole()),
    period: v.optional(v.union(v.literal("day"), v.literal("total"))),
  }),
);

export const queueFilters = named("QueueFilters", v.object(sessionFilters));
export const queueOrder = v.union(
  v.literal("oldest"),
  v.literal("newest"),
  v.literal("slowest"),
  v.literal("random"),
);
export const queueState = v.union(v.literal("open"), v.literal("closed"));
/** `done`: the session has as many reviews as the queue wants. */
export const itemState = v.union(v.literal("open"), v.literal("done"));
export const dispute = v.union(v.literal("open"), v.literal("settled"));
/** A slot is reserved for a reviewer, held by one who works on it, or filled with a review. */
export const slotState = v.union(
  v.literal("assigned"),
  v.literal("claimed"),
  v.literal("submitted"),
);
export const reviewKind = v.union(v.literal("review"), v.literal("decision"));

/** How often one reviewer's answer `a` met another's answer `b`; see `model/agreement.ts`. */
export const agreementCell = named(
  "AgreementCell",
  v.object({ criterion: v.string(), a: v.string(), b: v.string(), count: whole() }),
);

export type Criterion = Infer<typeof criterion>;
export type Answer = Infer<typeof answer>;
export type Content = Infer<typeof content>;
export type Sampling = Infer<typeof sampling>;
