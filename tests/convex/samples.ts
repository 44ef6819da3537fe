/** Valid arguments of every public function, over one small set of data. */
import { api } from "../../convex/_generated/api.js";
import type { FunctionName } from "../../convex/model/permissions.ts";
import { firstCharacters } from "../../convex/model/texts.ts";
import { START, addSession, addUser, as, turn } from "./harness.ts";
import type { Deployment } from "./harness.ts";

export const SHA256 = "ab".repeat(32);
export const AUDIO = { contentType: "audio/wav", bytes: 1000, sha256: SHA256 };
/** Key of a recording of a session. */
export function audioKey(sessionId: string, number: number): string {
  const object = number.toString(16).padStart(32, "0");
  return `audio/v1/2026/03/01/${sessionId}/${object}.wav`;
}

const SCORE = { name: "helpful", value: 0.5, origin: "machine", evaluator: "judge-1" } as const;
const KEY = { name: "backend", scope: "write", publicId: "0".repeat(16), hash: SHA256 } as const;
const PAGE = { cursor: null, limit: 10 };

/** Texts that a role which sees masked text must never be given. */
export type Personal = { name: string; email: string; text: string; metadata: object };

export type Seeded = {
  clerkId: string;
  sessionId: string;
  storedAudioId: string;
  pendingAudioId: string;
  incidentId: string;
  silenceId: string;
  keyId: string;
};

/** Store a user, a session, three turns, a stored and a pending recording, metrics and events. */
export async function seed(t: Deployment, personal?: Personal): Promise<Seeded> {
  const { name, email, text, metadata } = personal ?? {
    name: "Ada",
    email: "ada@example.org",
    text: "good morning",
    metadata: { ticket: "T-1" },
  };
  const ingest = as(t, "ingest");
  const worker = as(t, "worker");
  const clerkId = await addUser(t, "user_1", {
    name: `${name} ${text}`,
    email,
    imageUrl: `x:${text}`,
  });
  const sessionId = await addSession(t, "call-1", {
    title: `Call: ${text}`,
    metadata,
    provider: firstCharacters(`p ${text}`, 80),
  });
  await ingest.mutation(api.userSessions.update, { id: sessionId, labels: ["billing"] });
  const more = { text: `morning ${text}`, requestId: "req-1", latencyMs: 900, ttftMs: 300 };
  const interactions = [turn(0, more), turn(1, more), turn(2, more)];
  const tool = { callId: "c", name: "send", arguments: text, result: text };
  const toolTurn = turn(9, { speaker: "tool", text: "", tool });
  await ingest.mutation(api.interactions.append, {
    sessionId,
    interactions: [...interactions, toolTurn],
  });
  const judged = { ...SCORE, label: firstCharacters(text, 80).trim() };
  const scores = [{ ...judged, explanation: text }];
  await ingest.mutation(api.scores.add, { sessionId, scores });
  const begin = { sessionId, ...AUDIO };
  const stored = await ingest.mutation(api.audioObjects.begin, {
    ...begin,
    key: audioKey(sessionId, 0),
    sequence: 0,
  });
  await ingest.mutation(api.audioObjects.markStored, { id: stored.id, etag: `e ${text}` });
  const pending = await ingest.mutation(api.audioObjects.begin, {
    ...begin,
    key: audioKey(sessionId, 1),
    sequence: 1,
  });
  await worker.mutation(api.metrics.ingest, batch("seed", text));
  await worker.mutation(api.audit.record, {
    action: "session.export",
    subjectType: "userSessions",
    subjectId: "list",
    details: { label: text.slice(0, 200).trim() },
  });
  await worker.mutation(api.jobLeases.acquire, { ...LEASE, name: "other", dueEveryMs: 0 });
  await worker.mutation(api.jobLeases.finish, {
    name: "other",
    holder: "w1",
    ok: true,
    report: JSON.stringify({ note: text }),
    durationMs: 5,
  });
  const alerts = await seedAlerts(t, text);
  return { clerkId, sessionId, storedAudioId: stored.id, pendingAudioId: pending.id, ...alerts };
}

/** Store an incident with a note, its message, and a silence of another rule. */
async function seedAlerts(t: Deployment, text: string) {
  const title = firstCharacters(`Slow: ${text}`, 80);
  const results = [evaluation({ title })];
  const at = Date.now();
  await as(t, "worker").mutation(api.alerts.evaluate, { at, channels: ["webhook"], results });
  const ops = as(t, "admin");
  const [incident] = (await ops.query(api.alerts.list, PAGE)).items;
  await ops.mutation(api.alerts.note, { id: incident!.id, text });
  const wish = { rule: "other", durationMs: 60_000, reason: text };
  const silence = await ops.mutation(api.alerts.silence, wish);
  const key = await ops.mutation(api.apiKeys.create, {
    ...KEY,
    name: firstCharacters(`key ${text}`, 60),
  });
  return { incidentId: incident!.id, silenceId: silence.id, keyId: key.id };
}

/** What a rule is and saw, of a rule that fires. */
export const OBSERVED = {
  rule: "storage-probe",
  title: "The storage probe fails",
  severity: "critical" as const,
  unit: "share" as const,
  value: 0.9,
  threshold: 0.5,
  path: "/storage",
  params: { window: "1 hour" },
};

/** Result of the evaluation in which a rule begins to fire. */
export function evaluation(more: object = {}) {
  return {
    ...OBSERVED,
    phase: "firing" as const,
    badForMs: 0,
    blindForMs: 0,
    after: null as number | null,
    change: "firing" as const,
    ...more,
  };
}

/**
 * Store the small set of data and what else a function needs to succeed, and return arguments with
 * which it does.
 */
export async function prepared(
  t: Deployment,
  name: FunctionName,
  personal?: Personal,
): Promise<Record<string, unknown>> {
  const ids = await seed(t, personal);
  const worker = as(t, "worker");
  const isReview = /^(?:rubrics|review|repair:queues)/.test(name);
  const reviewIds = isReview ? await seedReviews(t, ids, name, personal?.text) : undefined;
  const args = samples(ids, reviewIds)[name];
  if (name === "jobLeases:renew" || name === "jobLeases:finish") {
    await worker.mutation(api.jobLeases.acquire, { ...LEASE, dueEveryMs: 0 });
  }
  if (name === "erasure:step" || name === "erasure:get" || name === "erasure:list") {
    await worker.mutation(api.erasure.start, { clerkId: ids.clerkId });
  }
  if (name === "erasure:keepReceipt") {
    return { ...args, erasureId: await erased(t, ids.clerkId) };
  }
  return args;
}

/** Erase a user, as the worker does, and return the erasure's id. */
export async function erased(t: Deployment, clerkId: string): Promise<string> {
  const worker = as(t, "worker");
  const { erasureId } = await worker.mutation(api.erasure.start, { clerkId });
  let step = { keys: [] as string[], done: false };
  while (!step.done) {
    step = await worker.mutation(api.erasure.step, { clerkId, deletedKeys: step.keys });
  }
  return erasureId;
}

/** A review that answers every question of the sample rubric. */
export function written(text = "fine", score = 4) {
  return {
    answers: { tone: score },
    turns: [{ sequence: 1, answers: { fair: true } }],
    comments: [
      { sequence: 0, text },
      { atMs: 1500, text },
    ],
    corrections: [{ sequence: 1, text }],
  };
}

export function rubricArgs(text = "") {
  const common = { description: `How it was. ${text}`, required: true };
  return {
    name: "Calls",
    description: `What we ask. ${text}`,
    criteria: [
      { key: "tone", label: "Tone", kind: "score" as const, level: "session" as const, ...common },
      { key: "fair", label: "Fair", kind: "boolean" as const, level: "turn" as const, ...common },
    ],
  };
}

export type SeededReviews = { rubricId: string; queueId: string; itemId: string };

/** Functions that need a claim, and those that need submitted reviews, to have something to do. */
const ON_CLAIMS = /^reviewClaims:(?:current|renew|release|saveDraft)$/;
const ON_REVIEWS = /^reviews:(?!submit)|^reviewQueues:(?:reviewers|items)$/;

/** Store a rubric, a queue with one session, two reviewers, and what the named function works on. */
export async function seedReviews(
  t: Deployment,
  { sessionId }: Seeded,
  name: string,
  text = "all good",
): Promise<SeededReviews> {
  const admin = as(t, "admin");
  for (const role of ["reviewer", "admin"] as const) {
    const member = { clerkId: `${role}_subject`, kind: "team" as const, role };
    const email = `${role}@example.org`;
    await as(t, "ingest").mutation(api.users.upsert, { ...member, email, name: `${role} ${text}` });
  }
  const { id: rubricId } = await admin.mutation(api.rubrics.publish, rubricArgs(text));
  const queue = { name: "Weekly", description: text, rubricId, target: 2 };
  const { id: queueId } = await admin.mutation(api.reviewQueues.create, queue);
  await admin.mutation(api.reviewQueues.addSessions, { queueId, sessionIds: [sessionId] });
  const items = await admin.query(api.reviewQueues.items, { queueId, ...PAGE });
  const itemId = items.items[0]!.id;
  // The admin first: whoever may read everything is counted for agreement only then.
  for (const role of ["admin", "reviewer"]) {
    if (ON_CLAIMS.test(name)) await as(t, role).mutation(api.reviewClaims.take, { itemId });
    if (ON_CLAIMS.test(name)) {
      await as(t, role).mutation(api.reviewClaims.saveDraft, { itemId, ...written(text) });
    }
    if (ON_REVIEWS.test(name)) {
      await as(t, role).mutation(api.reviews.submit, { itemId, ...written(text) });
    }
  }
  return { rubricId, queueId, itemId };
}

const LEASE = { name: "sweep", holder: "w1", ttlMs: 60_000 };

/** A metrics batch with one rollup and one event of each kind. */
export function batch(batchId: string, text = "", at = START) {
  const route = `/x ${text}`.trim();
  const event = { at, outcome: "signed-out", reason: "token-expired", route, userId: "user_1" };
  return {
    batchId,
    rollups: [rollup()],
    authEvents: [event],
    storageEvents: [
      {
        at,
        operation: "GetObject",
        outcome: "denied" as const,
        durationMs: 12,
        attempts: 1,
        key: route,
      },
    ],
  };
}

export function rollup(more: object = {}) {
  return {
    metric: "storage.operation",
    dimensions: { operation: "GetObject", outcome: "ok" },
    bucketStart: START,
    count: 2,
    errors: {},
    sum: 30,
    max: 20,
    histogram: { zero: 0, counts: { "116": 1, "150": 1 } },
    ...more,
  };
}

/** Arguments for every public function; a function without an entry does not compile. */
export function samples(
  ids: Seeded,
  reviewIds: SeededReviews = { rubricId: "none", queueId: "none", itemId: "none" },
): Record<FunctionName, Record<string, unknown>> {
  const { clerkId, sessionId, storedAudioId, pendingAudioId, incidentId, silenceId, keyId } = ids;
  const { rubricId, queueId, itemId } = reviewIds;
  const reviewerId = "reviewer_subject";
  return {
    "users:upsert": { clerkId: "user_2", kind: "product" },
    "users:get": { clerkId },
    "users:byIdentity": { kind: "clerk", value: clerkId },
    "users:list": PAGE,
    "users:summary": { clerkId, from: START, to: START },
    "userSessions:create": { externalId: "call-2", clerkId, channel: "chat", startedAt: START },
    "imports:store": {
      conversations: [
        {
          session: { externalId: "call-9", clerkId: "user_1", channel: "chat", startedAt: START },
          turns: [turn(0)],
          end: { status: "completed" },
        },
      ],
    },
    "userSessions:update": { id: sessionId, status: "completed" },
    "userSessions:setLegalHold": { id: sessionId, legalHold: false },
    "userSessions:setReview": { id: sessionId, reviewStatus: "reviewed", score: 4 },
    "userSessions:ranked": { by: "worstTurn", ...PAGE },
    "apiKeys:create": { ...KEY, publicId: "0".repeat(15) + "2" },
    "apiKeys:list": PAGE,
    "apiKeys:find": { publicId: KEY.publicId },
    "apiKeys:noteUse": { id: keyId },
    "apiKeys:rotate": { id: keyId, hash: SHA256 },
    "apiKeys:revoke": { id: keyId },
    "labels:change": { sessionIds: [sessionId], add: ["vip"], remove: ["billing"] },
    "userSessions:get": { id: sessionId },
    "userSessions:byExternalId": { externalId: "call-1" },
    "userSessions:list": PAGE,
    "userSessions:newer": { after: START - 1 },
    "userSessions:summary": { id: sessionId },
    "userSessions:daily": { from: START, to: START + 1 },
    "interactions:append": { sessionId, interactions: [turn(3)] },
    "scores:add": { sessionId, scores: [SCORE] },
    "reveals:ofScores": { sessionId, reason: "ticket 7", ...PAGE },
    "scores:list": { sessionId, ...PAGE },
    "interactions:list": { sessionId, ...PAGE },
    "interactions:byRequestId": { interactionRequestId: "req-1" },
    "interactions:search": { query: "morning" },
    "audioObjects:begin": { sessionId, ...AUDIO, key: audioKey(sessionId, 2), sequence: 2 },
    "audioObjects:get": { id: storedAudioId },
    "audioObjects:forSession": { sessionId },
    "audioObjects:byKeys": { keys: [audioKey(sessionId, 0)] },
    "audioObjects:all": PAGE,
    "audioObjects:due": { kind: "analysis", before: Date.now() + 1, ...PAGE },
    "audioObjects:markStored": { id: pendingAudioId },
    "audioObjects:markAnalysed": { id: storedAudioId, analysis: "ready", durationMs: 900 },
    "audioObjects:markMissing": { id: pendingAudioId },
    "audioObjects:startExpiry": {},
    "audioObjects:markExpired": { id: storedAudioId },
    "reveals:findUser": { value: clerkId, reason: "call back" },
    "reveals:ofSessions": { clerkId, reason: "call back", ...PAGE },
    "audioObjects:noteTag": { id: storedAudioId, tag: "set" },
    "reveals:ofUser": { clerkId, reason: "call back" },
    "reveals:ofSession": { id: sessionId, reason: "call back" },
    "reveals:ofTranscript": { sessionId, reason: "call back", ...PAGE },
    "metrics:ingest": batch("batch-1"),
    "metrics:range": {
      metric: "storage.operation",
      from: START,
      to: START + 60_000,
      resolution: "minute",
    },
    "authEvents:list": PAGE,
    "storageEvents:list": PAGE,
    "storageEvents:slowest": { ...PAGE, from: 0, to: 2 * START },
    "audit:record": { action: "session.view", subjectType: "userSession", subjectId: sessionId },
    "audit:list": PAGE,
    "listening:open": { id: sessionId, note: true },
    "listening:play": { id: storedAudioId, renewal: false },
    "listening:exportAudio": { id: sessionId },
    "rateLimits:take": { key: "caller", limit: 10, periodMs: 1000 },
    "erasure:start": { clerkId },
    "erasure:step": { clerkId, deletedKeys: [] },
    "erasure:get": { clerkId },
    "erasure:list": PAGE,
    "erasure:open": PAGE,
    "erasure:keepReceipt": { erasureId: "none", receipt: "signed" },
    "erasure:erasedSessions": { sessionIds: [sessionId] },
    "jobLeases:acquire": { ...LEASE, dueEveryMs: 0 },
    "jobLeases:renew": LEASE,
    "jobLeases:finish": { name: "sweep", holder: "w1", ok: true, report: "{}", durationMs: 5 },
    "jobLeases:list": {},
    "alerts:states": {},
    "alerts:evaluate": {
      at: Date.now(),
      channels: ["webhook"],
      results: [evaluation({ rule: "x" })],
    },
    "alerts:record": { ...OBSERVED, openedAt: START, resolvedAt: START + 60_000 },
    "alerts:list": PAGE,
    "alerts:summary": {},
    "alerts:get": { id: incidentId },
    "alerts:acknowledge": { id: incidentId },
    "alerts:note": { id: incidentId, text: "looking into it" },
    "alerts:silence": { rule: "storage-probe", durationMs: 60_000, reason: "maintenance" },
    "alerts:endSilence": { id: silenceId },
    "alerts:silences": {},
    "alertDeliveries:claim": { holder: "w1", channels: ["webhook"], leaseMs: 10_000 },
    "alertDeliveries:settle": { id: "unknown", holder: "w1", retryAfterMs: 0 },
    "alertDeliveries:test": { channels: ["webhook"] },
    "alertDeliveries:list": PAGE,
    "migrations:step": { name: "6-users-words" },
    "migrations:status": {},
    "repair:sessions": { cursor: null, fix: false },
    "repair:users": { kind: "product", cursor: null, fix: false },
    "repair:days": { day: START, cursor: null, fix: false },
    "rubrics:publish": { ...rubricArgs(), name: "Chats" },
    "rubrics:get": { id: rubricId },
    "rubrics:list": PAGE,
    "reviewQueues:create": { name: "Daily", rubricId },
    "reviewQueues:update": { id: queueId, priority: 2 },
    "reviewQueues:get": { id: queueId },
    "reviewQueues:list": PAGE,
    "reviewQueues:ofSession": { sessionId },
    "reviewQueues:preview": { since: START, filters: {}, sampling: { kind: "all" }, seed: "s" },
    "reviewQueues:reviewers": { id: queueId },
    "reviewQueues:items": { queueId, ...PAGE },
    "reviewQueues:addSessions": { queueId, sessionIds: [sessionId] },
    "reviewQueues:fill": { queueId, cursor: null },
    "reviewQueues:assign": { queueId, sessionIds: [sessionId], email: "reviewer@example.org" },
    "reviewQueues:unassign": { itemId, reviewerId },
    "reviewQueues:removeItem": { itemId },
    "reviewQueues:prioritise": { itemId, priority: 3 },
    "reviewClaims:next": { queueId },
    "reviewClaims:take": { itemId },
    "reviewClaims:current": { queueId },
    "reviewClaims:renew": { itemId },
    "reviewClaims:release": { itemId },
    "reviewClaims:saveDraft": { itemId, ...written() },
    "reviews:submit": { itemId, ...written(), next: true },
    "reviews:amend": { itemId, ...written("better", 5) },
    "reviews:undo": { itemId },
    "reviews:adjudicate": { itemId, ...written() },
    "reviews:ofSession": { sessionId },
    "reviews:list": PAGE,
    "reviews:history": { itemId, reviewerId, ...PAGE },
    "reviews:agreements": { queueId, ...PAGE },
    "reviews:trends": { from: START, to: START + 1 },
    "repair:queues": { queueId, cursor: null, fix: false },
    "system:ping": {},
  };
}
