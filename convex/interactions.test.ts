import { expect, test } from "vitest";
import { addSession, as, deployment, turn } from "../tests/convex/harness.ts";
import { api } from "./_generated/api.js";

test("a transcript comes back in order, and a repeated batch changes nothing", async () => {
  const t = deployment();
  const sessionId = await addSession(t);
  const ingest = as(t, "ingest");
  const interactions = [turn(2), turn(0), turn(1)];
  const first = await ingest.mutation(api.interactions.append, { sessionId, interactions });
  const again = await ingest.mutation(api.interactions.append, { sessionId, interactions });
  expect(first).toEqual({ accepted: 3, duplicates: 0 });
  expect(again).toEqual({ accepted: 0, duplicates: 3 });
  const page = await as(t, "viewer").query(api.interactions.list, {
    sessionId,
    cursor: null,
    limit: 10,
  });
  expect(page.items.map(({ sequence }) => sequence)).toEqual([0, 1, 2]);
  expect(page.nextCursor).toBeNull();
});
