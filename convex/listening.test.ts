/** Opening a session and taking its audio away are on record; both show only what is there. */
import { expect, test } from "vitest";
import { addSession, as, deployment, refused, turn } from "../tests/convex/harness.ts";
import type { Deployment } from "../tests/convex/harness.ts";
import { AUDIO, audioKey } from "../tests/convex/samples.ts";
import { api } from "./_generated/api.js";

const PAGE = { cursor: null, limit: 10 };

/** A session with two turns, a stored recording of the whole and of the first turn, a pending one. */
async function recorded(t: Deployment): Promise<string> {
  const sessionId = await addSession(t);
  const ingest = as(t, "ingest");
  const interactions = [turn(0), turn(1)];
  await ingest.mutation(api.interactions.append, { sessionId, interactions });
  for (const [index, sequence] of [undefined, 0, 1].entries()) {
    const at = sequence === undefined ? {} : { sequence };
    const args = { sessionId, key: audioKey(sessionId, index), ...AUDIO, ...at };
    const { id } = await ingest.mutation(api.audioObjects.begin, args);
    if (sequence !== 1) await ingest.mutation(api.audioObjects.markStored, { id });
  }
  return sessionId;
}

async function trail(t: Deployment, subjectId: string) {
  return (await as(t, "admin").query(api.audit.list, { ...PAGE, subjectId })).items;
}

test("opening gives the session and its recordings of the whole, and notes the view", async () => {
  const t = deployment();
  const id = await recorded(t);
  const viewer = as(t, "viewer", "user_v");
  const opened = await viewer.mutation(api.listening.open, { id, note: true, requestId: "r-1" });
  expect(opened?.session.id).toBe(id);
  expect(opened?.recordings.map(({ sequence }) => sequence)).toEqual([undefined]);
  const [event, ...more] = await trail(t, id);
  expect(event).toMatchObject({
    action: "session.view",
    subjectType: "userSession",
    actorId: "user_v",
    requestId: "r-1",
  });
  expect(more).toEqual([]);
});

test("reading it again in the same visit is no second view", async () => {
  const t = deployment();
  const id = await recorded(t);
  await as(t, "viewer").mutation(api.listening.open, { id, note: false });
  expect(await trail(t, id)).toEqual([]);
});

test("a session that does not exist is nothing, and no view of it is on record", async () => {
  const t = deployment();
  const id = await recorded(t);
  expect(await as(t, "viewer").mutation(api.listening.open, { id: "x", note: true })).toBeNull();
  expect(await trail(t, id)).toEqual([]);
});

test("an export lists what is stored, and is on record with its number", async () => {
  const t = deployment();
  const id = await recorded(t);
  const found = await as(t, "reviewer").mutation(api.listening.exportAudio, { id });
  expect(found.map(({ sequence }) => sequence)).toEqual([undefined, 0]);
  expect(await trail(t, id)).toMatchObject([
    { action: "audio.export", details: { recordings: 2 } },
  ]);
  await refused(as(t, "reviewer").mutation(api.listening.exportAudio, { id: "x" }), "NOT_FOUND");
  await refused(as(t, "viewer").mutation(api.listening.exportAudio, { id }), "FORBIDDEN");
});
