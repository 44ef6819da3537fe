/** An acknowledged interaction is stored exactly once, whatever order and repetition. */
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import {
  START,
  addSession,
  addUser,
  as,
  deployment,
  refused,
  turn,
} from "../tests/convex/harness.ts";
import type { Deployment } from "../tests/convex/harness.ts";
import { AUDIO, audioKey } from "../tests/convex/samples.ts";
import { api } from "./_generated/api.js";
import { highlighted } from "./model/interactions.ts";
import { DAY_MS } from "./model/limits.ts";
import { questionOf } from "./model/words.ts";

async function append(t: Deployment, sessionId: string, interactions: ReturnType<typeof turn>[]) {
  return await as(t, "ingest").mutation(api.interactions.append, { sessionId, interactions });
}

/** Everything that the writes keep, without ids and times of writing. */
async function state(t: Deployment, sessionId: string) {
  const viewer = as(t, "worker");
  const { items } = await viewer.query(api.interactions.list, {
    sessionId,
    cursor: null,
    limit: 500,
  });
  const session = await viewer.query(api.userSessions.get, { id: sessionId });
  const summary = await viewer.query(api.userSessions.summary, { id: sessionId });
  const days = await viewer.query(api.userSessions.daily, { from: START, to: START + 1 });
  const user = await viewer.query(api.users.summary, { clerkId: "user_1", from: START, to: START });
  const rows = items.map(({ id: _, sessionId: __, userId: ___, createdAt: ____, ...rest }) => rest);
  const { id, userId, createdAt, ...counters } = session!;
  return JSON.parse(
    JSON.stringify({ rows, counters, summary: { ...summary, sessionId: "" }, days, user }),
  ) as object;
}

test("a transcript comes back in order, and a repeated batch changes nothing", async () => {
  const t = deployment();
  const sessionId = await addSession(t);
  expect(await append(t, sessionId, [turn(2), turn(0), turn(1)])).toEqual({
    accepted: 3,
    duplicates: 0,
  });
  expect(await append(t, sessionId, [turn(0), turn(1), turn(2)])).toEqual({
    accepted: 0,
    duplicates: 3,
  });
  const page = await as(t, "viewer").query(api.interactions.list, {
    sessionId,
    cursor: null,
    limit: 10,
  });
  expect(page.items.map(({ sequence }) => sequence)).toEqual([0, 1, 2]);
  expect(page.nextCursor).toBeNull();
});

test("any order and any repetition of batches settles to the same state", async () => {
  const turns = Array.from({ length: 8 }, (_, sequence) =>
    turn(sequence, {
      latencyMs: 100.5 * (sequence + 1),
      ttftMs: 33.3 * sequence,
      tokensIn: sequence,
      cost: 0.1 * sequence + 0.0000123,
    }),
  );
  const reference = deployment();
  const expected = await append(reference, await addSession(reference), turns).then(async () =>
    state(reference, await addSession(reference)),
  );
  const batches = fc.array(fc.shuffledSubarray(turns, { minLength: 1 }), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(batches, fc.shuffledSubarray(turns, { minLength: 8 }), async (some, all) => {
      const t = deployment();
      const sessionId = await addSession(t);
      let accepted = 0;
      for (const batch of [...some, all.slice(0, 3), all.slice(2)]) {
        accepted += (await append(t, sessionId, batch)).accepted;
      }
      expect(accepted).toBe(turns.length);
      expect(await state(t, sessionId)).toEqual(expected);
    }),
    { numRuns: 25 },
  );
});

test("batches that arrive at the same time store each interaction once", async () => {
  const t = deployment();
  const sessionId = await addSession(t);
  const turns = Array.from({ length: 20 }, (_, sequence) => turn(sequence));
  const results = await Promise.all(
    [turns, turns.slice(5), turns.slice(0, 9)].map((batch) => append(t, sessionId, batch)),
  );
  expect(results.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(20);
  const session = await as(t, "viewer").query(api.userSessions.get, { id: sessionId });
  expect(session?.interactionCount).toBe(20);
});

test("a sequence that is there with other content is a conflict and stores nothing", async () => {
  const t = deployment();
  const sessionId = await addSession(t);
  await append(t, sessionId, [turn(0)]);
  const data = await refused(
    append(t, sessionId, [turn(1), turn(0, { text: "other" })]),
    "CONFLICT",
  );
  expect(data.fields?.[0]?.field).toBe("interactions[1].sequence");
  await refused(append(t, sessionId, [turn(5), turn(5, { text: "other" })]), "CONFLICT");
  const session = await as(t, "viewer").query(api.userSessions.get, { id: sessionId });
  expect(session?.interactionCount).toBe(1);
});

test("500 interactions fit into one call, 501 or more than 4 MiB do not", async () => {
  const t = deployment();
  const sessionId = await addSession(t);
  const many = Array.from({ length: 501 }, (_, sequence) => turn(sequence));
  await refused(append(t, sessionId, many), "LIMIT_EXCEEDED");
  const large = Array.from({ length: 128 }, (_, sequence) =>
    turn(sequence, { text: "x".repeat(32 * 1024) }),
  );
  await refused(append(t, sessionId, large), "LIMIT_EXCEEDED");
  expect(await append(t, sessionId, many.slice(0, 500))).toEqual({ accepted: 500, duplicates: 0 });
});

test("4 MiB of transcript are stored in one call, repeated, and read in two", async () => {
  const t = deployment();
  const sessionId = await addSession(t);
  const turns = Array.from({ length: 127 }, (_, sequence) =>
    turn(sequence, { text: "x".repeat(32 * 1024) }),
  );
  expect(await append(t, sessionId, turns)).toEqual({ accepted: 127, duplicates: 0 });
  expect(await append(t, sessionId, turns)).toEqual({ accepted: 0, duplicates: 127 });
  const viewer = as(t, "viewer");
  const first = await viewer.query(api.interactions.list, { sessionId, cursor: null, limit: 2000 });
  const second = await viewer.query(api.interactions.list, {
    sessionId,
    cursor: first.nextCursor,
    limit: 2000,
  });
  expect([...first.items, ...second.items].map(({ sequence }) => sequence)).toEqual(
    turns.map(({ sequence }) => sequence),
  );
  expect(second.nextCursor).toBeNull();
});

test.each([
  [{ text: "é".repeat(16 * 1024 + 1) }, "text"],
  [{ sequence: -1 }, "sequence"],
  [{ sequence: 1.5 }, "sequence"],
  [{ startedAtMs: Number.NaN }, "startedAtMs"],
  [{ tokensIn: 0.5 }, "tokensIn"],
  [{ cost: -1 }, "cost"],
  [{ latencyMs: Number.POSITIVE_INFINITY }, "latencyMs"],
  [{ requestId: "" }, "requestId"],
  [{ provider: "a\u0000b" }, "provider"],
])("an interaction with %j is refused and its field named", async (wrong, field) => {
  const t = deployment();
  const sessionId = await addSession(t);
  const data = await refused(
    append(t, sessionId, [turn(0), { ...turn(1), ...wrong }]),
    "VALIDATION",
  );
  expect(data.fields?.[0]?.field).toBe(`interactions[1].${field}`);
});

test("an empty batch and an unknown session are refused", async () => {
  const t = deployment();
  const sessionId = await addSession(t);
  await refused(append(t, sessionId, []), "VALIDATION");
  await refused(append(t, "nonsense", [turn(0)]), "NOT_FOUND");
  const viewer = as(t, "viewer");
  const nothing = { items: [], nextCursor: null };
  expect(
    await viewer.query(api.interactions.list, { sessionId: "nonsense", cursor: null, limit: 5 }),
  ).toEqual(nothing);
});

test("interactions carry their recording", async () => {
  const t = deployment();
  const sessionId = await addSession(t);
  await append(t, sessionId, [turn(0), turn(1)]);
  const begin = { sessionId, sequence: 1, key: audioKey(sessionId, 1), ...AUDIO };
  const { id } = await as(t, "ingest").mutation(api.audioObjects.begin, begin);
  const viewer = as(t, "viewer");
  const { items } = await viewer.query(api.interactions.list, {
    sessionId,
    cursor: null,
    limit: 5,
  });
  expect(items[0]?.audio).toBeUndefined();
  expect(items[1]?.audio).toMatchObject({ id, status: "pending", key: audioKey(sessionId, 1) });
});

test("interactions are found by the request that caused them", async () => {
  const t = deployment();
  const sessionId = await addSession(t);
  await append(t, sessionId, [
    turn(0, { requestId: "r-1" }),
    turn(1, { requestId: "r-2" }),
    turn(2),
  ]);
  const found = await as(t, "viewer").query(api.interactions.byRequestId, {
    interactionRequestId: "r-2",
  });
  expect(found.map(({ sequence }) => sequence)).toEqual([1]);
});

test("search finds turns by words, in all sessions or one, and marks the hits", async () => {
  const t = deployment();
  const one = await addSession(t, "call-1");
  const two = await addSession(t, "call-2");
  await append(t, one, [
    turn(0, { text: "My invoice is wrong" }),
    turn(1, { text: "Let me look" }),
  ]);
  await append(t, two, [turn(0, { text: "Thank you for the invoice" })]);
  const search = (args: object) =>
    as(t, "viewer").query(api.interactions.search, { query: "invoice", ...args });
  expect((await search({})).length).toBe(2);
  const [hit] = await search({ sessionId: one });
  expect(hit).toMatchObject({ session: { id: one }, interaction: { sequence: 0 } });
  expect(hit?.highlight).toEqual([
    { text: "My ", hit: false },
    { text: "invoice", hit: true },
    { text: " is wrong", hit: false },
  ]);
  expect(await search({ sessionId: "nonsense" })).toEqual([]);
  await refused(search({ query: " " }), "VALIDATION");
  await refused(search({ limit: 51 }), "VALIDATION");
});

test("search is narrowed by what sessions can be listed by", async () => {
  const t = deployment();
  await addUser(t, "user_2");
  const one = await addSession(t, "call-1", { channel: "voice", startedAt: START });
  const two = await addSession(t, "call-2", { clerkId: "user_2", startedAt: START + DAY_MS });
  for (const sessionId of [one, two]) {
    await append(t, sessionId, [turn(0, { text: "My invoice is wrong" })]);
  }
  await as(t, "ingest").mutation(api.userSessions.update, { id: one, labels: ["billing"] });
  const found = async (args: object) => {
    const hits = await as(t, "viewer").query(api.interactions.search, {
      query: "invoice",
      ...args,
    });
    return hits.map(({ session }) => session.id).sort();
  };
  expect(await found({})).toEqual([one, two].sort());
  expect(await found({ clerkId: "user_2" })).toEqual([two]);
  expect(await found({ clerkId: "user_9" })).toEqual([]);
  expect(await found({ label: "billing" })).toEqual([one]);
  expect(await found({ from: START + 1 })).toEqual([two]);
  expect(await found({ to: START + DAY_MS })).toEqual([one]);
  expect(await found({ hasAudio: true })).toEqual([]);
  expect(await found({ sessionId: one, clerkId: "user_2" })).toEqual([]);
});

test("hits that are not wanted leave their places to others, however many they are", async () => {
  const t = deployment();
  const other = await addSession(t, "call-1");
  const sessionId = await addSession(t, "call-2");
  await append(t, sessionId, [turn(0, { text: "the invoice" })]);
  const many = Array.from({ length: 300 }, (_, at) => turn(at, { text: "the invoice" }));
  await append(t, other, many);
  await as(t, "ingest").mutation(api.userSessions.update, { id: sessionId, labels: ["wanted"] });
  const query = { query: "invoice", label: "wanted", limit: 1 };
  const found = await as(t, "viewer").query(api.interactions.search, query);
  expect(found.map(({ session }) => session.id)).toEqual([sessionId]);
});

test("of a turn's text the first 8 KiB of words are searched, and the hit is marked as it is written", async () => {
  const t = deployment();
  const sessionId = await addSession(t);
  const text = `İSTANBUL ${"word ".repeat(2000)}needle`;
  await append(t, sessionId, [turn(0, { text }), turn(1, { text: "我想用搜索引擎" })]);
  const search = (query: string) => as(t, "viewer").query(api.interactions.search, { query });
  const [hit] = await search("istanbul");
  expect(hit?.highlight[0]).toEqual({ text: "İSTANBUL", hit: true });
  expect(await search("needle")).toEqual([]);
  const [chinese] = await search("搜索");
  expect(chinese?.highlight).toEqual([
    { text: "我想用", hit: false },
    { text: "搜索", hit: true },
    { text: "引擎", hit: false },
  ]);
});

test("a turn is found by all words of a query, not by some", async () => {
  const t = deployment();
  await append(t, await addSession(t), [turn(0, { text: "My invoice is wrong" })]);
  const count = async (query: string) =>
    (await as(t, "viewer").query(api.interactions.search, { query })).length;
  expect(await count("invoice wro")).toBe(1);
  expect(await count("invoice right")).toBe(0);
  expect(await count("inv wrong")).toBe(0);
});

test("searching tells nothing that is masked, however the number is guessed", async () => {
  const t = deployment();
  const number = "5558675309";
  await append(t, await addSession(t), [
    turn(0, { text: `please call ${number} or mail jane@example.com today` }),
  ]);
  const count = async (role: string, query: string) =>
    (await as(t, role).query(api.interactions.search, { query })).length;
  for (let length = 1; length <= number.length; length += 1) {
    const guess = number.slice(0, length);
    expect(await count("viewer", guess)).toBe(0);
    expect(await count("reviewer", `call ${guess}`)).toBe(0);
    expect(await count("worker", `call ${guess}`)).toBe(1);
  }
  expect(await count("viewer", "jane")).toBe(0);
  expect(await count("viewer", "call")).toBe(1);
});

test("hits that are masked leave their places to others", async () => {
  const t = deployment();
  const texts = ["call 5558675309", "call 5558675310", "line 555867 is busy"];
  await append(
    t,
    await addSession(t),
    texts.map((text, sequence) => turn(sequence, { text })),
  );
  const found = await as(t, "viewer").query(api.interactions.search, { query: "555", limit: 1 });
  expect(found.map((hit) => hit.interaction.text)).toEqual(["line 555867 is busy"]);
});

test("highlight pieces are a part of the text, around the first hit", () => {
  const text = `${"a ".repeat(500)}needle ${"b ".repeat(500)}`;
  const question = questionOf("needle")!;
  const pieces = highlighted(text, question);
  expect(text).toContain(pieces.map((piece) => piece.text).join(""));
  expect(pieces.filter(({ hit }) => hit)).toEqual([{ text: "needle", hit: true }]);
  expect(highlighted("no such word", question)).toEqual([{ text: "no such word", hit: false }]);
});

test.each([
  ["late", 90_000, 90_000],
  ["by a clock that goes ahead", -5000, 0],
  ["as backfill", 7 * 3_600_000, undefined],
])("an append says how late its newest turn is stored: %s", async (_, behind, lagMs) => {
  vi.useFakeTimers({ toFake: ["Date"] });
  vi.setSystemTime(START + 60_000 + behind);
  const t = deployment();
  const sessionId = await addSession(t);
  const interactions = [
    turn(0, { startedAtMs: 58_000, durationMs: 2000 }),
    turn(1, { startedAtMs: 1000 }),
  ];
  const send = async () =>
    await as(t, "ingest").mutation(api.interactions.append, { sessionId, interactions });
  expect((await send()).lagMs).toBe(lagMs);
  expect((await send()).lagMs).toBeUndefined();
  vi.useRealTimers();
});
