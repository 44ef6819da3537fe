/** What the functions of alerts return, and what an evaluation hands in. */
import { v } from "convex/values";
import type { Infer } from "convex/values";
import { ending, observed, progress } from "./alertFields.ts";
import { alertStateRow, deliveryRow, historyRow, incidentRow, silenceRow } from "./alertTables.ts";
import { moment, named, whole } from "./fields.ts";

/** In Convex's functions an id is a text: one that names nothing is not an error of types. */
const id = { id: v.string() };

export const alertState = named("AlertState", alertStateRow.omit("createdAt"));
export const incident = named("Incident", incidentRow.omit("announced").extend(id));
export const incidentEntry = named("IncidentEntry", historyRow.omit("incidentId").extend(id));
export const incidentRecord = named(
  "IncidentRecord",
  v.object({ incident, history: v.array(incidentEntry) }),
);
export const openIncidentCounts = named(
  "OpenIncidents",
  v.object({ firingCount: whole(), acknowledgedCount: whole() }),
);
export const silence = named("Silence", silenceRow.extend(id));
export const delivery = named("Delivery", deliveryRow.omit("holder").extend(id));

/** What one evaluation of a rule found. */
export const evaluation = named(
  "NewEvaluation",
  v.object({
    ...observed,
    ...progress,
    /** `evaluatedAt` of the state that this result goes on from; null for a rule's first. */
    after: v.union(moment(), v.null()),
    change: v.optional(v.union(v.literal("firing"), ending)),
  }),
);
export type Evaluation = Infer<typeof evaluation>;

/** What came of a round of evaluations. */
export const evaluated = named(
  "Evaluated",
  v.object({ applied: v.boolean(), opened: whole(), resolved: whole(), announced: whole() }),
);
