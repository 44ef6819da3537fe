/** What one team member can add to what is stored has a limit, whatever function they use. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { START, as, deployment, refused } from "../tests/convex/harness.ts";
import { answers, ended, openQueue } from "../tests/convex/reviewing.ts";
import { api } from "./_generated/api.js";
import { COMMENT_CHARS, CRITERIA, DESCRIPTION_CHARS, HOUR_MS } from "./model/limits.ts";

/** What a member may add at once, bytes. */
const MOST = 16 * 1024 * 1024;

beforeEach(() => {
  vi.useFakeTimers();
  vi.setSystemTime(START);
});

afterEach(() => {
  vi.useRealTimers();
});

test("a member adds so much at once, then waits, and keeps nobody else", async () => {
  const t = deployment();
  const publish = (member: string, round: number) => {
    const criteria = Array.from({ length: CRITERIA }, (_, index) => ({
      ...{ key: `c${index}`, label: "x", kind: "boolean" as const, level: "session" as const },
      ...{ description: `${round}`.padEnd(DESCRIPTION_CHARS, "x"), required: false },
    }));
    return as(t, "admin", member).mutation(api.rubrics.publish, { name: "Calls", criteria });
  };
  const bytes = CRITERIA * DESCRIPTION_CHARS;
  let rounds = 0;
  for (; rounds < 0.9 * (MOST / bytes); rounds += 1) await publish("greedy", rounds);
  const rest = async () => {
    for (; rounds * bytes < MOST; rounds += 1) await publish("greedy", rounds);
  };
  await refused(rest(), "RATE_LIMITED");
  await publish("modest", rounds);
  vi.setSystemTime(START + 3 * HOUR_MS);
  await publish("greedy", rounds + 1);
});

test("a draft adds what it grows by, however often it is saved", async () => {
  const t = deployment();
  const { id: queueId } = await openQueue(t);
  const sessionIds = await ended(t, 1);
  await as(t, "admin").mutation(api.reviewQueues.addSessions, { queueId, sessionIds });
  const page = await as(t, "admin").query(api.reviewQueues.items, {
    ...{ queueId, cursor: null, limit: 10 },
  });
  const comments = Array.from({ length: 14 }, () => ({
    sequence: 0,
    text: "x".repeat(COMMENT_CHARS),
  }));
  const large = { ...answers(), comments };
  const save = (content: typeof large | ReturnType<typeof answers>) =>
    as(t, "reviewer").mutation(api.reviewClaims.saveDraft, {
      itemId: page.items[0]!.id,
      ...content,
    });
  const rounds = Math.ceil(MOST / (14 * COMMENT_CHARS)) + 1;
  for (let round = 0; round < rounds; round += 1) {
    await save(large);
    vi.setSystemTime(Date.now() + 1000);
  }
  let swings = 0;
  const swing = async () => {
    for (; swings < 2 * rounds; swings += 1) {
      await save(answers());
      await save(large);
      vi.setSystemTime(Date.now() + 1000);
    }
  };
  await refused(swing(), "RATE_LIMITED");
  expect(swings).toBeGreaterThan(rounds / 2);
});
