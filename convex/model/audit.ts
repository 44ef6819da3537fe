/** Audit events: written only here, with the actor of the verified token. */
import type { Value } from "convex/values";
import type { Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import type { Caller } from "./identity.ts";

export type AuditEntry = {
  action: string;
  subjectType: string;
  subjectId: string;
  details?: Record<string, Value>;
};

export async function recordAudit(
  ctx: MutationCtx & { caller: Caller; requestId: string | undefined },
  entry: AuditEntry,
): Promise<Id<"auditEvents">> {
  const { subject, role, impersonatorId } = ctx.caller;
  return await ctx.db.insert("auditEvents", {
    ...entry,
    actorId: subject,
    actorRole: role,
    ...(impersonatorId === undefined ? {} : { impersonatorId }),
    ...(ctx.requestId === undefined ? {} : { requestId: ctx.requestId }),
    createdAt: Date.now(),
  });
}
