/**
 * How the player speaks to the review panel: both are components of one page, so an event on the
 * window does without a round trip to Python.
 */

/** Where the listening room is. */
export interface Moment {
  /** Sequence of the lit turn; null before the first one. */
  sequence: number | null;
  /** Position in the session, milliseconds. */
  atMs: number;
  /** Of the lit turn, as the reader sees it. */
  text: string;
}

/** What a reviewer did with the keyboard, and where they were. */
export type ReviewCommand =
  | { kind: "digit"; value: number }
  | { kind: "question"; by: 1 | -1 }
  | { kind: "comment" }
  | { kind: "correct" }
  | { kind: "submit" }
  | { kind: "undo" };

const MOMENT = "earshot:moment";
const COMMAND = "earshot:review";
const ASK = "earshot:where";

/** Tell the panel where the room is. */
export function tellMoment(moment: Moment): void {
  window.dispatchEvent(new CustomEvent(MOMENT, { detail: moment }));
}

/** Tell the panel what the reviewer did. */
export function tellCommand(command: ReviewCommand): void {
  window.dispatchEvent(new CustomEvent(COMMAND, { detail: command }));
}

/** Answer the panel, which may be mounted later than the player, until `signal` says to stop. */
export function answerWhere(where: () => Moment, signal: AbortSignal): void {
  window.addEventListener(ASK, () => tellMoment(where()), { signal });
}

/** Listen to the room until `signal` says to stop. */
export function onPlayerEvents(
  listener: { moment: (moment: Moment) => void; command: (command: ReviewCommand) => void },
  signal: AbortSignal,
): void {
  const options = { signal };
  window.addEventListener(
    MOMENT,
    (e) => listener.moment((e as CustomEvent<Moment>).detail),
    options,
  );
  window.addEventListener(
    COMMAND,
    (e) => listener.command((e as CustomEvent<ReviewCommand>).detail),
    options,
  );
  window.dispatchEvent(new Event(ASK));
}
