/** Lists sorted by a figure: among the newest, all of them once, those without the figure last. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { START, addSession, as, deployment, refused, turn } from "../tests/convex/harness.ts";
import type { Doc } from "./_generated/dataModel.js";
import { api } from "./_generated/api.js";
import { rankedPage } from "./model/ranking.ts";

const PAGE = { cursor: null, limit: 10 };

test("sessions are sorted by their slowest turn within the filters, and it is said of how many", async () => {
  const t = deployment();
  const ingest = as(t, "ingest");
  for (const [index, latencyMs] of [900, undefined, 4000, 2600].entries()) {
    const id = await addSession(t, `call-${index}`, { startedAt: START + index });
    const more = latencyMs === undefined ? {} : { latencyMs };
    await ingest.mutation(api.interactions.append, {
      sessionId: id,
      interactions: [turn(1, more)],
    });
  }
  const viewer = as(t, "viewer");
  const names = async (args: object) => {
    const found = await viewer.query(api.userSessions.ranked, {
      by: "worstTurn",
      ...PAGE,
      ...args,
    });
    return [found.items.map(({ externalId }) => externalId), found.among, found.isAll];
  };
  expect(await names({})).toEqual([["call-2", "call-3", "call-0", "call-1"], 4, true]);
  expect(await names({ order: "asc" })).toEqual([
    ["call-0", "call-3", "call-2", "call-1"],
    4,
    true,
  ]);
  expect(await names({ minLatencyMs: 2600 })).toEqual([["call-2", "call-3"], 2, true]);
  expect(await names({ from: START + 3 })).toEqual([["call-3"], 1, true]);
  expect(await names({ clerkId: "nobody" })).toEqual([[], 0, true]);
});

test("length bounds hold in the list as well, and sessions without an end are in none", async () => {
  const t = deployment();
  const ingest = as(t, "ingest");
  for (const [index, minutes] of [1, 5, 10].entries()) {
    const id = await addSession(t, `call-${index}`);
    const endedAt = START + minutes * 60_000;
    await ingest.mutation(api.userSessions.update, { id, status: "completed", endedAt });
  }
  await addSession(t, "call-3");
  const list = async (bounds: object) => {
    const found = await as(t, "viewer").query(api.userSessions.list, { ...PAGE, ...bounds });
    return found.items.map(({ externalId }) => externalId).sort();
  };
  expect(await list({ minDurationMs: 300_000 })).toEqual(["call-1", "call-2"]);
  expect(await list({ maxDurationMs: 300_000 })).toEqual(["call-0", "call-1"]);
  expect(await list({})).toHaveLength(4);
});

test("a cursor of another list is refused", async () => {
  const t = deployment();
  for (const index of [0, 1]) await addSession(t, `call-${index}`);
  const ranked = (args: object) =>
    as(t, "viewer").query(api.userSessions.ranked, { by: "cost", cursor: null, limit: 1, ...args });
  const { nextCursor } = await ranked({});
  expect((await ranked({ cursor: nextCursor })).nextCursor).toBeNull();
  await refused(ranked({ cursor: nextCursor, by: "score" }), "VALIDATION");
  await refused(ranked({ cursor: "nonsense" }), "VALIDATION");
  await refused(ranked({ limit: 201 }), "VALIDATION");
});

const SESSIONS = fc
  .array(
    fc.record({
      score: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
      at: fc.nat(3),
    }),
  )
  .map((rows) =>
    rows.map(({ score, at }, index) => ({ score, startedAt: at, _id: `${index}` }) as never),
  );

test("the pages of a ranking together are the ranking, whatever their size", () => {
  fc.assert(
    fc.property(
      SESSIONS,
      fc.constantFrom("asc", "desc"),
      fc.integer({ min: 1, max: 4 }),
      (sessions, order, limit) => {
        const by = "score" as const;
        const all = rankedPage(sessions, { by, order, cursor: null, limit: 100 }).items;
        const found: Doc<"userSessions">[] = [];
        let cursor: string | null = null;
        do {
          const page: ReturnType<typeof rankedPage> = rankedPage(sessions, {
            by,
            order,
            cursor,
            limit,
          });
          found.push(...page.items);
          cursor = page.nextCursor;
        } while (cursor !== null);
        expect(found).toEqual(all);
        expect(all).toHaveLength(sessions.length);
        const scores = all.map(({ score }) => score ?? (order === "asc" ? 9 : -9));
        expect(scores).toEqual([...scores].sort((a, b) => (order === "asc" ? a - b : b - a)));
      },
    ),
  );
});
