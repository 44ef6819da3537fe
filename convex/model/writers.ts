/**
 * Writers of conversations: the product's own backend, and the sources. Ids that a writer chose, of
 * sessions and of users, are unique within that writer.
 */
import type { Checks } from "./checks.ts";
import { refusal } from "./errors.ts";
import type { Caller } from "./identity.ts";

const OWN_BACKEND = "own";

/** What a writer is called where its ids are kept; without a source it is the own backend. */
export function writerOf(sourceId: string | undefined): string {
  return sourceId ?? OWN_BACKEND;
}

/**
 * Check on behalf of which source a caller writes. Only the worker does so: it maps what sources
 * deliver, and nobody else can claim their ids.
 *
 * @throws FORBIDDEN for another caller.
 */
export function checkSource(checks: Checks, caller: Caller, sourceId: string | undefined): void {
  if (sourceId === undefined) return;
  if (caller.role !== "worker") {
    throw refusal("FORBIDDEN", "Only the worker writes on behalf of a source.");
  }
  checks.identifier("sourceId", sourceId);
  checks.that(sourceId !== OWN_BACKEND, "sourceId", "must not be the own backend");
}
