/** Labels that reviewers set on sessions. */
import { v } from "convex/values";
import type { Infer } from "convex/values";
import { internal } from "./_generated/api.js";
import { internalMutation } from "./_generated/server.js";
import { aboutSession, recordAudit } from "./model/audit.ts";
import { named } from "./model/fields.ts";
import { authedMutation } from "./model/functions.ts";
import type { AuthedMutationCtx } from "./model/functions.ts";
import { changedLabels } from "./model/labels.ts";
import { LABELS, LABEL_SESSIONS } from "./model/limits.ts";
import { checkedSessions } from "./model/queueChecks.ts";
import { enterQueues, openQueues } from "./model/reviewQueues.ts";
import { refusedSession } from "./model/records.ts";
import { sessionById } from "./model/sessions.ts";

const changed = named(
  "LabelledSession",
  v.object({ sessionId: v.string(), added: v.array(v.string()), removed: v.array(v.string()) }),
);
type Done = { changed: Infer<typeof changed>[]; refused: Infer<typeof refusedSession>[] };

/**
 * Set labels on up to 50 sessions, and take others away.
 *
 * `changed` says what was done to which session: the opposite of it is the undo. A session whose
 * labels were so already is in neither list; one that cannot be changed is in `refused`, and stops
 * no other. What reviewers set stays when the writer of the session sends other labels.
 */
export const change = authedMutation("labels:change", {
  args: {
    sessionIds: v.array(v.string()),
    add: v.array(v.string()),
    remove: v.array(v.string()),
  },
  returns: named(
    "LabelsChanged",
    v.object({ changed: v.array(changed), refused: v.array(refusedSession) }),
  ),
  handler: async (ctx, { sessionIds, add, remove }) => {
    const checks = checkedSessions(sessionIds, LABEL_SESSIONS);
    checks.labels("add", add);
    checks.labels("remove", remove);
    checks.that(add.length + remove.length > 0, "add", "must name a label, or remove must");
    const isOnce = add.every((label) => !remove.includes(label));
    checks.that(isOnce, "remove", "must not name a label that is added");
    for (const [index, label] of add.entries()) {
      const isVisible = ctx.visible(label) === label;
      checks.that(isVisible, `add[${index}]`, "must not be what masking hides");
    }
    checks.done();
    const done: Done = { changed: [], refused: [] };
    for (const sessionId of sessionIds) {
      const result = await relabel(ctx, sessionId, { add, remove });
      if (typeof result === "string") done.refused.push({ sessionId, reason: result });
      else if (result.added.length + result.removed.length > 0) {
        done.changed.push({ sessionId, ...result });
      }
    }
    await letIn(ctx, done.changed);
    return done;
  },
});

/** Change one session; returns what was changed, or why it cannot be. */
async function relabel(
  ctx: AuthedMutationCtx,
  sessionId: string,
  { add, remove }: { add: string[]; remove: string[] },
) {
  const session = await sessionById(ctx, sessionId);
  if (session === null) return "There is no such session.";
  const user = await ctx.db.get("users", session.userId);
  if (user === null || user.status === "erasing") return "The user's data is being erased.";
  // A label is named as the caller sees it, and it may be masked.
  const gone = session.labels.filter((label) => remove.includes(ctx.visible(label)));
  const { added, removed, fields } = changedLabels(session, { add, remove: gone });
  if (added.length + removed.length === 0) return { added, removed };
  if (fields.labels.length > LABELS) return `A session has at most ${LABELS} labels.`;
  await ctx.db.patch("userSessions", session._id, fields);
  await recordAudit(ctx, {
    action: "session.label",
    subjectType: "userSession",
    subjectId: session._id,
    ...(await aboutSession(ctx, session)),
    details: {
      ...(added.length === 0 ? {} : { added }),
      ...(removed.length === 0 ? {} : { removed }),
    },
  });
  return { added, removed: remove.filter((label) => gone.map(ctx.visible).includes(label)) };
}

/** Let sessions into the queues that ask for a label which they have now. */
async function letIn(
  ctx: AuthedMutationCtx,
  sessions: { sessionId: string; added: string[] }[],
): Promise<void> {
  const wanted = (await openQueues(ctx)).map(({ filters }) => filters.label);
  for (const { sessionId, added } of sessions) {
    if (!wanted.some((label) => label !== undefined && added.includes(label))) continue;
    await ctx.scheduler.runAfter(0, internal.labels.enter, { sessionId });
  }
}

/** Let a session into the queues that take it: more of them than one mutation could change. */
export const enter = internalMutation({
  args: { sessionId: v.string() },
  returns: v.null(),
  handler: async (ctx, { sessionId }) => {
    const session = await sessionById(ctx, sessionId);
    if (session !== null) await enterQueues(ctx, session);
    return null;
  },
});
