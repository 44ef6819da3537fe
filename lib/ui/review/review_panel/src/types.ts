/** What Python sends to the panel, and what the panel asks back. */

/** A score or number, yes or no, a choice, or labels. */
export type Answer = number | boolean | string | string[];
export type Answers = Record<string, Answer>;

/** One question of a rubric, asked of the whole session or of single turns. */
export interface Criterion {
  key: string;
  label: string;
  description: string;
  kind: "score" | "number" | "boolean" | "choice" | "labels";
  level: "session" | "turn";
  required: boolean;
  /** Bounds of a number; null for none. */
  min: number | null;
  max: number | null;
  /** What a choice or labels are chosen from. */
  options: string[];
}

/** On a turn (`sequence`), at a moment of the session (`atMs`, milliseconds), or on the whole. */
export interface Comment {
  sequence?: number;
  atMs?: number;
  text: string;
}

/** What a turn should read; the transcript itself never changes. */
export interface Correction {
  sequence: number;
  text: string;
}

/** What a reviewer writes. */
export interface Content {
  answers: Answers;
  turns: { sequence: number; answers: Answers }[];
  comments: Comment[];
  corrections: Correction[];
}

export interface PanelData {
  itemId: string;
  /** Another number comes with other content: opened, taken back, started anew. */
  edition: number;
  title: string;
  /** Sentence below the title: the queue and how much is left. */
  lead: string;
  criteria: Criterion[];
  content: Content;
  /** Name of what submitting does: a review, a change of one, a decision. */
  submitLabel: string;

  /** Whether the place is held by a lease that work renews, and can be given back. */
  isClaimed: boolean;
  /** Life left of the claim when Python answered, milliseconds. */
  leaseMs: number;
  /** Number of the last draft that is stored. */
  saved: number;
  /** What went wrong with the last request, as a sentence. */
  problem: string | null;
  /** Fields that were refused. */
  fields: { field: string; message: string }[];
  /** The review before this one, while it can be taken back. */
  undo: { title: string; leftMs: number } | null;
}

/** Triggers that reach Python. */
export interface Triggers {
  draft: { number: number; content: Content };
  submit: { content: Content };
  renew: true;
  release: true;
  undo: true;
}

export type Send = <Name extends keyof Triggers>(name: Name, value: Triggers[Name]) => void;
