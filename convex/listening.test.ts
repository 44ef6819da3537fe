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

test("what is played is on record with its listener, and then known, in one transaction", async () => {
  const t = deployment();
  const sessionId = await recorded(t);
  const [recording] = await as(t, "ingest").query(api.audioObjects.forSession, { sessionId });
  const id = recording!.id;
  const viewer = as(t, "viewer", "user_v");
  const play = (renewal: boolean) => viewer.mutation(api.listening.play, { id, renewal });
  expect(await play(false)).toMatchObject({ id, status: "stored" });
  await play(true);
  const about = { subjectType: "audioObject", actorId: "user_v", details: { sessionId } };
  expect(await trail(t, id)).toMatchObject([
    { action: "audio.renew", ...about },
    { action: "audio.play", ...about },
  ]);
});

test("a repeat under the same key is heard once", async () => {
  const t = deployment();
  const sessionId = await recorded(t);
  const [recording] = await as(t, "ingest").query(api.audioObjects.forSession, { sessionId });
  const args = { id: recording!.id, renewal: false, idempotencyKey: "play-1" };
  const first = await as(t, "viewer").mutation(api.listening.play, args);
  expect(await as(t, "viewer").mutation(api.listening.play, args)).toEqual(first);
  expect(await trail(t, args.id)).toHaveLength(1);
});

test("what cannot be played says so, and nobody has heard it", async () => {
  const t = deployment();
  const sessionId = await recorded(t);
  const rows = await as(t, "ingest").query(api.audioObjects.forSession, { sessionId });
  const [whole, , pending] = rows.map(({ id }) => id);
  await as(t, "worker").mutation(api.audioObjects.markAnalysed, {
    id: whole!,
    analysis: "corrupt",
    reason: "no_audio",
  });
  const play = (id: string) => as(t, "viewer").mutation(api.listening.play, { id, renewal: false });
  expect(await play(whole!)).toMatchObject({ analysis: "corrupt", reason: "no_audio" });
  expect(await play(pending!)).toMatchObject({ status: "pending" });
  expect(await play("x")).toBeNull();
  for (const id of [whole!, pending!]) expect(await trail(t, id)).toEqual([]);
  await refused(
    as(t, "ingest").mutation(api.listening.play, { id: whole!, renewal: false }),
    "FORBIDDEN",
  );
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
