/** Data that Python sends to the panel, and triggers that it sends back. */

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

/** Correction of a turn; the transcript itself never changes. */
export interface Correction {
  sequence: number;
  text: string;
}

/** Content of a review. */
export interface Content {
  answers: Answers;
  turns: { sequence: number; answers: Answers }[];
  comments: Comment[];
  corrections: Correction[];
}

export interface PanelData {
  itemId: string;
  /** Changes with the content: opened, undone, started again. */
  edition: number;
  title: string;
  /** Sentence below the title: the queue and how much is left. */
  lead: string;
  criteria: Criterion[];
  content: Content;
  /** Label of the submit button. */
  submitLabel: string;

  /** Who reviews. */
  owner: string;
  /** Whether drafts are stored on the server; else this browser keeps what is written. */
  isDrafted: boolean;
  /** Whether there is a claim, which activity renews and which can be returned. */
  isClaimed: boolean;
  /** Milliseconds left of the claim when Python responded. */
  leaseMs: number;
  /** Number of the last draft that is stored. */
  saved: number;
  /** Error message of the last request. */
  problem: string | null;
  /** Invalid fields. */
  fields: { field: string; message: string }[];
  /** The previous review, while it can be undone. */
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
