/** Labels that reviewers set: what they changed holds when the writer sends other labels. Pure. */
import type { Doc } from "../_generated/dataModel.js";
import { LABELS } from "./limits.ts";

type Labelled = Pick<Doc<"userSessions">, "labels" | "labelled">;
type Change = { add: string[]; remove: string[] };

/** The labels that a session has once its writer sends these. */
export function mergedLabels(sent: string[], { labelled }: Labelled): string[] {
  const { added = [], removed = [] } = labelled ?? {};
  return [...new Set([...sent.filter((label) => !removed.includes(label)), ...added])];
}

/**
 * Change a session's labels.
 *
 * @returns the row's new fields, and what was changed: nothing of it for a label that was there, or
 *   was not.
 */
export function changedLabels({ labels, labelled }: Labelled, { add, remove }: Change) {
  const { added = [], removed = [] } = labelled ?? {};
  const more = add.filter((label) => !labels.includes(label));
  const gone = remove.filter((label) => labels.includes(label));
  const ofWriter = gone.filter((label) => !added.includes(label));
  return {
    added: more,
    removed: gone,
    fields: {
      labels: [...labels.filter((label) => !gone.includes(label)), ...more],
      labelled: {
        // What a reviewer had taken from the writer's labels, and gives back, is the writer's again.
        added: [
          ...added.filter((label) => !gone.includes(label)),
          ...more.filter((label) => !removed.includes(label)),
        ],
        removed: [...removed.filter((label) => !more.includes(label)), ...ofWriter].slice(-LABELS),
      },
    },
  };
}
