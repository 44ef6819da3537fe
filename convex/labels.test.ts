/** Labels that reviewers set are on record, can be undone exactly, and outlive the writer's. */
import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { addSession, as, deployment, refused } from "../tests/convex/harness.ts";
import type { Deployment } from "../tests/convex/harness.ts";
import { ended, itemsOf, openQueue } from "../tests/convex/reviewing.ts";
import { api } from "./_generated/api.js";
import { changedLabels, mergedLabels } from "./model/labels.ts";

afterEach(() => {
  vi.useRealTimers();
});

async function labelsOf(t: Deployment, id: string) {
  return (await as(t, "viewer").query(api.userSessions.get, { id }))!.labels;
}

function change(t: Deployment, sessionIds: string[], add: string[], remove: string[] = []) {
  return as(t, "reviewer").mutation(api.labels.change, { sessionIds, add, remove });
}

test("labels are set on several sessions, on record, and the opposite undoes them", async () => {
  const t = deployment();
  const [first, second] = [await addSession(t, "call-1"), await addSession(t, "call-2")];
  await as(t, "ingest").mutation(api.userSessions.update, { id: first, labels: ["vip", "old"] });
  const done = await change(t, [first, second], ["vip", "billing"], ["old"]);
  expect(done).toEqual({
    changed: [
      { sessionId: first, added: ["billing"], removed: ["old"] },
      { sessionId: second, added: ["vip", "billing"], removed: [] },
    ],
    refused: [],
  });
  expect(await labelsOf(t, first)).toEqual(["vip", "billing"]);
  const page = { cursor: null, limit: 10, action: "session.label" };
  const events = (await as(t, "admin").query(api.audit.list, page)).items;
  expect(events.map(({ sessionId, userId, details }) => [sessionId, userId, details])).toEqual([
    [second, "user_1", { added: ["vip", "billing"] }],
    [first, "user_1", { added: ["billing"], removed: ["old"] }],
  ]);
  for (const { sessionId, added, removed } of done.changed) {
    await change(t, [sessionId], removed, added);
  }
  expect((await labelsOf(t, first)).sort()).toEqual(["old", "vip"]);
  expect(await labelsOf(t, second)).toEqual([]);
});

test("a session that cannot be labelled is named and stops no other", async () => {
  const t = deployment();
  const id = await addSession(t);
  const done = await change(t, ["no-session", id], ["vip"]);
  expect(done.changed.map(({ sessionId }) => sessionId)).toEqual([id]);
  expect(done.refused).toEqual([{ sessionId: "no-session", reason: "There is no such session." }]);
  const many = Array.from({ length: 32 }, (_, index) => `label ${index}`);
  expect((await change(t, [id], many)).refused[0]!.reason).toContain("at most 32 labels");
  expect(await labelsOf(t, id)).toEqual(["vip"]);
});

test("nothing of a label is left to chance: none, doubled, contradictory or masked ones", async () => {
  const t = deployment();
  const id = await addSession(t);
  await refused(change(t, [id], []), "VALIDATION");
  await refused(change(t, [id], ["a", "a"]), "VALIDATION");
  await refused(change(t, [id], ["a"], ["a"]), "VALIDATION");
  await refused(change(t, [id], [" a"]), "VALIDATION");
  const { fields } = await refused(change(t, [id], ["ada@example.org"]), "VALIDATION");
  expect(fields).toEqual([{ field: "add[0]", message: "must not be what masking hides" }]);
  await refused(
    as(t, "viewer").mutation(api.labels.change, {
      sessionIds: [id],
      add: ["a"],
      remove: [],
    }),
    "FORBIDDEN",
  );
});

test("a masked label is taken away by the name under which it is seen", async () => {
  const t = deployment();
  const id = await addSession(t);
  const labels = ["call ada@example.org"];
  await as(t, "ingest").mutation(api.userSessions.update, { id, labels });
  expect(await labelsOf(t, id)).toEqual(["call [email]"]);
  const done = await change(t, [id], [], ["call [email]"]);
  expect(done.changed[0]!.removed).toEqual(["call [email]"]);
  expect(await labelsOf(t, id)).toEqual([]);
});

test("what reviewers set and took away stays when the writer sends labels again", async () => {
  const t = deployment();
  const id = await addSession(t);
  const send = async (labels: string[]) =>
    await as(t, "ingest").mutation(api.userSessions.update, { id, labels });
  await send(["billing", "noise"]);
  await change(t, [id], ["vip"], ["noise"]);
  await send(["noise", "late"]);
  expect(await labelsOf(t, id)).toEqual(["late", "vip"]);
});

test("a session that gets the label which a queue asks for enters the queue", async () => {
  vi.useFakeTimers();
  const t = deployment();
  const { id: queueId } = await openQueue(t, { filters: { label: "escalated" } });
  const ids = await ended(t, 2);
  await change(t, ids, ["escalated"]);
  await t.finishAllScheduledFunctions(vi.runAllTimers);
  expect((await itemsOf(t, queueId)).map(({ session }) => session.id).sort()).toEqual(ids.sort());
});

const LABEL = fc.constantFrom("a", "b", "c", "d");
const LABELS = fc.uniqueArray(LABEL, { maxLength: 4 });

test("whatever was changed, undoing it gives the labels back, also after the writer's next", () => {
  fc.assert(
    fc.property(LABELS, LABELS, LABELS, LABELS, (sent, add, remove, later) => {
      const gone = remove.filter((label) => !add.includes(label));
      const before = { labels: sent };
      const { fields, added, removed } = changedLabels(before, { add, remove: gone });
      expect(add.every((label) => fields.labels.includes(label))).toBe(true);
      expect(gone.some((label) => fields.labels.includes(label))).toBe(false);
      const back = changedLabels(fields, { add: removed, remove: added }).fields;
      expect([...back.labels].sort()).toEqual([...sent].sort());
      expect(back.labelled).toEqual({ added: [], removed: [] });
      const merged = mergedLabels(later, fields);
      expect(new Set(merged).size).toBe(merged.length);
      expect(added.every((label) => merged.includes(label))).toBe(true);
      expect(removed.some((label) => merged.includes(label))).toBe(false);
    }),
  );
});
