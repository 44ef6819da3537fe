/**
 * How the player and the review panel speak to each other: both are components of one page, so an
 * event on the window does without a round trip to Python.
 */
import type { Named } from "./moment_link.ts";
import type { Note } from "./types.ts";

/** Where the listening room is. */
export interface Moment {
  /** Sequence of the lit turn; null before the first one. */
  sequence: number | null;
  /** Position in the session, milliseconds. */
  atMs: number;
  /** Of the lit turn, as the reader sees it. */
  text: string;
  /** Whether the lit turn can be corrected: what a tool did cannot. */
  corrects: boolean;
  /** The number under which each turn is shown, from 1, by its sequence. */
  numbers: ReadonlyMap<number, number>;
}

/** What a reviewer did with the keyboard, and where they were. */
export type ReviewCommand =
  | { kind: "digit"; value: number }
  | { kind: "question"; by: 1 | -1 }
  | { kind: "comment" }
  | { kind: "correct" }
  | { kind: "submit" }
  | { kind: "undo" }
  | { kind: "show" };

/** The events, each with what it carries. */
interface Events {
  moment: Moment;
  command: ReviewCommand;
  notes: readonly Note[];
  go: Named;
  /** Whoever is mounted later asks the other to say again what holds. */
  ask: null;
}

const prefixed = (name: keyof Events) => `earshot:${name}`;

export function tell<Name extends keyof Events>(name: Name, detail: Events[Name]): void {
  window.dispatchEvent(new CustomEvent(prefixed(name), { detail }));
}

/** Hear events until `signal` says to stop. */
export function hear<Name extends keyof Events>(
  name: Name,
  heard: (detail: Events[Name]) => void,
  signal: AbortSignal,
): void {
  window.addEventListener(
    prefixed(name),
    (event) => heard((event as CustomEvent<Events[Name]>).detail),
    { signal },
  );
}
