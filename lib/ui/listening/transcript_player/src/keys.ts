/** The keyboard of the listening room. No DOM here. */

export type Command =
  | { name: "toggle" }
  | { name: "turn"; by: 1 | -1 }
  | { name: "loop" }
  | { name: "skip"; byMs: number }
  | { name: "speed"; by: 1 | -1 }
  | { name: "digit"; value: number }
  | { name: "question"; by: 1 | -1 }
  | { name: "comment" }
  | { name: "correct" }
  | { name: "undo" }
  | { name: "next" }
  | { name: "find" }
  | { name: "help" }
  | { name: "close" };

export interface Press {
  key: string;
  /** The key is held down. */
  repeat: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

/** How far `,` and `.` move, in milliseconds. */
export const SKIP_MS = 5000;

const COMMANDS: Readonly<Record<string, Command>> = {
  " ": { name: "toggle" },
  j: { name: "turn", by: 1 },
  k: { name: "turn", by: -1 },
  l: { name: "loop" },
  ",": { name: "skip", byMs: -SKIP_MS },
  ".": { name: "skip", byMs: SKIP_MS },
  "<": { name: "speed", by: -1 },
  ">": { name: "speed", by: 1 },
  "[": { name: "question", by: -1 },
  "]": { name: "question", by: 1 },
  c: { name: "comment" },
  e: { name: "correct" },
  n: { name: "next" },
  "/": { name: "find" },
  z: { name: "undo" },
  "?": { name: "help" },
  Escape: { name: "close" },
};

/** Rows of the help overlay: the keys and what they do. */
export const HELP: readonly { keys: string; does: string; needs?: "audio" | "review" | "next" }[] =
  [
    { keys: "space", does: "Play or pause", needs: "audio" },
    { keys: "j  k", does: "Next or previous turn" },
    { keys: "l", does: "Loop the current turn", needs: "audio" },
    { keys: ",  .", does: "Back or forward 5 seconds", needs: "audio" },
    { keys: "<  >", does: "Slower or faster", needs: "audio" },
    { keys: "1 … 5", does: "Answer the selected question", needs: "review" },
    { keys: "[  ]", does: "Previous or next question", needs: "review" },
    { keys: "c", does: "Comment on the current turn", needs: "review" },
    { keys: "e", does: "Correct the current turn", needs: "review" },
    { keys: "z", does: "Undo the last review", needs: "review" },
    { keys: "n", does: "Next session; in a review, pressed twice, submit", needs: "next" },
    { keys: "/", does: "Find words in the transcript" },
    { keys: "?", does: "Show or hide this help" },
  ];

/** Command of a key press, or null when the press means something to the browser or a field. */
export function commandOf(press: Press): Command | null {
  if (press.ctrlKey || press.metaKey || press.altKey) return null;
  if (press.repeat && press.key === "n") return null;
  if (/^[1-5]$/.test(press.key)) return { name: "digit", value: Number(press.key) };
  return COMMANDS[press.key] ?? null;
}
