/** A recording's row follows its object from the announcement to its end. */
import { expect, test } from "vitest";
import { addSession, as, deployment, refused, turn } from "../tests/convex/harness.ts";
import type { Deployment } from "../tests/convex/harness.ts";
import { AUDIO, audioKey } from "../tests/convex/samples.ts";
import { api } from "./_generated/api.js";
import { DAY_MS } from "./model/limits.ts";

async function started(t: Deployment) {
  const sessionId = await addSession(t);
  const interactions = [turn(0), turn(1)];
  await as(t, "ingest").mutation(api.interactions.append, { sessionId, interactions });
  const begin = (args: object = {}) =>
    as(t, "ingest").mutation(api.audioObjects.begin, {
      sessionId,
      sequence: 0,
      key: audioKey(sessionId, 0),
      ...AUDIO,
      ...args,
    });
  return { sessionId, begin };
}

async function audioCount(t: Deployment, id: string) {
  return (await as(t, "viewer").query(api.userSessions.get, { id }))?.audioCount;
}

test("a recording goes from pending to stored, analysed and expired, and is counted meanwhile", async () => {
  const t = deployment();
  const { sessionId, begin } = await started(t);
  const worker = as(t, "worker");
  const { id, status } = await begin();
  expect(status).toBe("pending");
  await refused(
    worker.mutation(api.audioObjects.markAnalysed, { id, analysis: "ready" }),
    "CONFLICT",
  );
  await refused(worker.mutation(api.audioObjects.markExpired, { id }), "CONFLICT");
  for (let repeat = 0; repeat < 2; repeat += 1) {
    const stored = await as(t, "ingest").mutation(api.audioObjects.markStored, { id, etag: "e" });
    expect(stored).toMatchObject({ status: "stored", analysis: "pending", etag: "e" });
    expect(await audioCount(t, sessionId)).toBe(1);
  }
  const figures = {
    durationMs: 900,
    sampleRate: 16000,
    channels: 1,
    peaksKey: audioKey(sessionId, 0).replace(".wav", ".peaks.json"),
  };
  const ready = await worker.mutation(api.audioObjects.markAnalysed, {
    id,
    analysis: "ready",
    ...figures,
  });
  expect(ready).toMatchObject({ analysis: "ready", ...figures });
  expect(await as(t, "viewer").query(api.audioObjects.get, { id })).toEqual(ready);
  expect((await worker.mutation(api.audioObjects.markMissing, { id, reason: "gone" })).reason).toBe(
    "gone",
  );
  expect(await audioCount(t, sessionId)).toBe(0);
  await as(t, "ingest").mutation(api.audioObjects.markStored, { id });
  await worker.mutation(api.audioObjects.markExpired, { id });
  await worker.mutation(api.audioObjects.markExpired, { id });
  expect(await audioCount(t, sessionId)).toBe(0);
  await refused(as(t, "ingest").mutation(api.audioObjects.markStored, { id }), "CONFLICT");
  await refused(worker.mutation(api.audioObjects.markMissing, { id: "nonsense" }), "NOT_FOUND");
});

test("a later analysis replaces all that an earlier one said of the bytes", async () => {
  const t = deployment();
  const { begin } = await started(t);
  const worker = as(t, "worker");
  const { id } = await begin();
  await as(t, "ingest").mutation(api.audioObjects.markStored, { id });
  const remark = { reason: "truncated", codec: "gsm_ms", mediaStartMs: 600_000 };
  const first = await worker.mutation(api.audioObjects.markAnalysed, {
    id,
    analysis: "ready",
    ...remark,
  });
  expect(first).toMatchObject(remark);
  await worker.mutation(api.audioObjects.markAnalysed, { id, analysis: "ready", codec: "opus" });
  const second = await as(t, "viewer").query(api.audioObjects.get, { id });
  expect(second).toMatchObject({ analysis: "ready", codec: "opus" });
  expect(second).not.toHaveProperty("reason");
  expect(second).not.toHaveProperty("mediaStartMs");
  for (const wrong of [{ codec: " " }, { mediaStartMs: -1 }, { mediaStartMs: 0.5 }]) {
    const given = { id, analysis: "ready" as const, ...wrong };
    await refused(worker.mutation(api.audioObjects.markAnalysed, given), "VALIDATION");
  }
});

test("an announcement is repeated with the same row, and refused once there is a recording", async () => {
  const t = deployment();
  const { sessionId, begin } = await started(t);
  const first = await begin();
  const again = await begin({ key: audioKey(sessionId, 1) });
  expect(again).toMatchObject({ id: first.id, key: first.key });
  const other = await begin({ key: audioKey(sessionId, 2), sha256: "cd".repeat(32) });
  expect(other.id).not.toBe(first.id);
  await refused(
    begin({ sequence: 1, key: audioKey(sessionId, 2), sha256: "ef".repeat(32) }),
    "CONFLICT",
  );
  await as(t, "ingest").mutation(api.audioObjects.markStored, { id: other.id });
  await refused(begin({ key: audioKey(sessionId, 3) }), "CONFLICT");
});

test("a turn and the whole session have recordings of their own", async () => {
  const t = deployment();
  const { sessionId, begin } = await started(t);
  const turnAudio = await begin();
  const sessionAudio = await begin({ sequence: undefined, key: audioKey(sessionId, 1) });
  const found = await as(t, "viewer").query(api.audioObjects.forSession, { sessionId });
  expect(found.map(({ id }) => id)).toEqual([sessionAudio.id, turnAudio.id]);
  expect(
    await as(t, "viewer").query(api.audioObjects.forSession, { sessionId: "nonsense" }),
  ).toEqual([]);
  expect(await as(t, "viewer").query(api.audioObjects.get, { id: "nonsense" })).toBeNull();
});

test.each([
  [{ sequence: 7 }, "NOT_FOUND"],
  [{ sessionId: "nonsense" }, "NOT_FOUND"],
  [{ key: "audio/other" }, "VALIDATION"],
  [{ key: audioKey("0000000000000000000userSessions", 0) }, "VALIDATION"],
  [{ contentType: "text/html" }, "VALIDATION"],
  [{ bytes: 0 }, "VALIDATION"],
  [{ sha256: "x" }, "VALIDATION"],
  [{ expiresAt: 1 }, "VALIDATION"],
])("an announcement with %j is refused", async (wrong, code) => {
  const t = deployment();
  const { begin } = await started(t);
  await refused(begin(wrong), code);
});

test("the worker finds what is due, and nothing on legal hold expires", async () => {
  const t = deployment();
  const { sessionId, begin } = await started(t);
  const soon = Date.now() + DAY_MS;
  const stored = await begin({ expiresAt: soon });
  const pending = await begin({ sequence: 1, key: audioKey(sessionId, 1) });
  await as(t, "ingest").mutation(api.audioObjects.markStored, { id: stored.id });
  const due = async (kind: "analysis" | "abandoned" | "expired", before: number) => {
    const args = { kind, before, cursor: null, limit: 10 };
    return (await as(t, "worker").query(api.audioObjects.due, args)).items.map(({ id }) => id);
  };
  const later = Date.now() + 1;
  expect(await due("analysis", later)).toEqual([stored.id]);
  expect(await due("abandoned", later)).toEqual([pending.id]);
  expect(await due("expired", soon - 1)).toEqual([]);
  expect(await due("expired", soon)).toEqual([stored.id]);
  await as(t, "admin").mutation(api.userSessions.setLegalHold, { id: sessionId, legalHold: true });
  expect(await due("expired", soon)).toEqual([]);
  await as(t, "worker").mutation(api.audioObjects.markAnalysed, {
    id: stored.id,
    analysis: "corrupt",
    reason: "empty",
  });
  expect(await due("analysis", later)).toEqual([]);
});

test("reconciliation walks over every object and looks keys up", async () => {
  const t = deployment();
  const { sessionId, begin } = await started(t);
  const ids = [(await begin()).id, (await begin({ sequence: 1, key: audioKey(sessionId, 1) })).id];
  const worker = as(t, "worker");
  const first = await worker.query(api.audioObjects.all, { cursor: null, limit: 1 });
  const second = await worker.query(api.audioObjects.all, { cursor: first.nextCursor, limit: 1 });
  expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(ids);
  const found = await worker.query(api.audioObjects.byKeys, {
    keys: [audioKey(sessionId, 1), audioKey(sessionId, 9)],
  });
  expect(found.map(({ key }) => key)).toEqual([audioKey(sessionId, 1)]);
  const many = Array.from({ length: 201 }, (_, index) => audioKey(sessionId, index));
  await refused(worker.query(api.audioObjects.byKeys, { keys: many }), "VALIDATION");
});

test("a recording has a key of its own session, under a day that there is", async () => {
  const t = deployment();
  const { sessionId, begin } = await started(t);
  const key = audioKey(sessionId, 0);
  for (const wrong of [
    audioKey(await addSession(t, "call-2"), 0),
    key.replace(".wav", ".peaks.json"),
    key.replace("2026/03/01", "2026/02/29"),
    key.replace("2026/03/01", "2026/13/01"),
    key.replace(".wav", ""),
    `${key}/x`,
  ]) {
    const { fields } = await refused(begin({ key: wrong }), "VALIDATION");
    expect(fields?.map(({ field }) => field)).toEqual(["key"]);
  }
  expect((await begin({ key: key.replace("2026/03/01", "2028/02/29") })).status).toBe("pending");
});

test("a recording's waveform lies beside it", async () => {
  const t = deployment();
  const { sessionId, begin } = await started(t);
  const { id } = await begin();
  await as(t, "ingest").mutation(api.audioObjects.markStored, { id });
  const analysed = (peaksKey: string) =>
    as(t, "worker").mutation(api.audioObjects.markAnalysed, { id, analysis: "ready", peaksKey });
  for (const wrong of [
    audioKey(sessionId, 0),
    audioKey(sessionId, 1).replace("wav", "peaks.json"),
  ]) {
    const { fields } = await refused(analysed(wrong), "VALIDATION");
    expect(fields?.map(({ field }) => field)).toEqual(["peaksKey"]);
  }
  expect(await analysed(audioKey(sessionId, 0).replace("wav", "peaks.json"))).toHaveProperty("id");
});
