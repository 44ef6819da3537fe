/** Turns of tools: stored as they come, found by what they hold, masked like what people say. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { addSession, as, deployment, refused, turn } from "../tests/convex/harness.ts";
import type { Deployment } from "../tests/convex/harness.ts";
import { api } from "./_generated/api.js";
import { TOOL_BYTES } from "./model/limits.ts";
import type { NewInteraction } from "./model/records.ts";
import { redactedText, redactedTurns } from "./model/redaction.ts";

type Tool = NonNullable<NewInteraction["tool"]>;

function toolTurn(sequence: number, tool: Tool, more: object = {}) {
  return turn(sequence, { speaker: "tool", text: "", tool, ...more });
}

async function append(t: Deployment, sessionId: string, ...interactions: NewInteraction[]) {
  return await as(t, "ingest").mutation(api.interactions.append, { sessionId, interactions });
}

async function listed(t: Deployment, role: string, sessionId: string) {
  const page = { sessionId, cursor: null, limit: 100 };
  return (await as(t, role).query(api.interactions.list, page)).items;
}

test("a call, its result and all else of a turn come back as they were sent, once", async () => {
  const t = deployment();
  const sessionId = await addSession(t);
  const asked = { callId: "call_1", name: "look_up", arguments: '{"order":7}' };
  const call = toolTurn(0, asked);
  const more = {
    interrupted: true,
    stages: {
      endOfTurnMs: 310,
      speechToTextMs: 90.5,
      modelMs: 400,
      textToSpeechMs: 120,
      toolMs: 3,
    },
    timing: "vendor" as const,
    language: "de-CH",
  };
  const tool = { callId: "call_1", result: "sent", isError: false, latencyMs: 12, resultCut: true };
  const result = toolTurn(1, tool, more);
  expect(await append(t, sessionId, call, result)).toMatchObject({ accepted: 2 });
  expect(await append(t, sessionId, result, call)).toMatchObject({ duplicates: 2 });
  const [first, second] = await listed(t, "worker", sessionId);
  expect(first).toMatchObject({ tool: asked });
  expect(second).toMatchObject({ tool, ...more });
  const changed = toolTurn(0, { ...asked, arguments: '{"order":8}' });
  await refused(append(t, sessionId, changed), "CONFLICT");
});

test.each([
  ["tool", turn(0, { tool: { callId: "c", name: "n" } })],
  ["tool.name", toolTurn(0, { callId: "c" })],
  ["tool.callId", toolTurn(0, { callId: "", name: "n" })],
  ["tool.name", toolTurn(0, { callId: "c", name: " n" })],
  ["tool.arguments", toolTurn(0, { callId: "c", name: "n", arguments: "é".repeat(8193) })],
  ["tool.result", toolTurn(0, { callId: "c", result: "x".repeat(TOOL_BYTES + 1) })],
  ["tool.latencyMs", toolTurn(0, { callId: "c", name: "n", latencyMs: -1 })],
  ["stages.modelMs", turn(0, { stages: { modelMs: Infinity } })],
  ["language", turn(0, { language: "de_CH" })],
])("a turn with a wrong %s is refused by that name", async (field, item) => {
  const t = deployment();
  const { fields } = await refused(append(t, await addSession(t), item), "VALIDATION");
  expect(fields).toMatchObject([{ field: `interactions[0].${field}` }]);
});

test("turns of tools count for the limit of bytes of a batch", async () => {
  const t = deployment();
  const tool = { callId: "c", name: "n", arguments: "x".repeat(TOOL_BYTES) };
  const items = Array.from({ length: 260 }, (_, at) => toolTurn(at, tool));
  await refused(append(t, await addSession(t), ...items), "LIMIT_EXCEEDED");
});

test("a time that nobody knows tells nothing of how late a turn was stored", async () => {
  const t = deployment();
  const sessionId = await addSession(t, "late", { startedAt: Date.now() - 1000 });
  expect(await append(t, sessionId, turn(0, { timing: "none" }))).not.toHaveProperty("lagMs");
  expect(await append(t, sessionId, turn(1, { startedAtMs: 0 }))).toHaveProperty("lagMs");
});

test("a tool is found by its name, by what it was asked and by what it answered", async () => {
  const t = deployment();
  const sessionId = await addSession(t);
  const call = { callId: "c", name: "find_parcel", arguments: '{"town":"Winterthur"}' };
  await append(t, sessionId, toolTurn(0, call), toolTurn(1, { callId: "c", result: "delivered" }));
  for (const [query, sequence] of [
    ["parcel winterthur", 0],
    ["deliv", 1],
  ] as const) {
    const [hit, ...rest] = await as(t, "viewer").query(api.interactions.search, { query });
    expect(rest).toEqual([]);
    expect(hit?.interaction.sequence).toBe(sequence);
    const marked = hit?.highlight.filter((piece) => piece.hit).map(({ text }) => text);
    expect(marked).toHaveLength(query.split(" ").length);
  }
});

const HIDDEN = ["ada@example.org", "+49 30 901820", "4111 1111 1111 1111"];

test("what a tool is called, asked and answers is masked wherever it is read", async () => {
  const forms = [
    (hidden: string) => hidden,
    (hidden: string) => JSON.stringify({ to: hidden, note: "ok" }),
    (hidden: string) => JSON.stringify(JSON.stringify({ to: hidden })),
    (hidden: string) => JSON.stringify(hidden.replaceAll(" ", "\n")),
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...HIDDEN),
      fc.constantFrom(...forms),
      fc.constantFrom("name", "arguments", "result"),
      async (hidden, form, field) => {
        const t = deployment();
        const sessionId = await addSession(t);
        const tool = { callId: "c", name: "send", result: "done", [field]: form(hidden) };
        if (field === "name") tool.name = `send ${hidden}`;
        await append(t, sessionId, toolTurn(0, tool, { requestId: "req_a" }));
        for (const role of ["viewer", "reviewer", "admin"]) {
          const caller = as(t, role);
          const found = [
            await listed(t, role, sessionId),
            await caller.query(api.interactions.byRequestId, { interactionRequestId: "req_a" }),
            await caller.query(api.interactions.search, { query: "send" }),
          ];
          const shown = JSON.stringify(found);
          expect(found[2]).toHaveLength(1);
          expect(shown).toMatch(/\[(?:email|phone|card)\]/);
          expect(shown).not.toMatch(/ada@|901820|1111/);
          const query = hidden.replace(/^\+/, "");
          expect(await caller.query(api.interactions.search, { query })).toEqual([]);
        }
        const [clear] = await listed(t, "worker", sessionId);
        expect(clear?.tool).toEqual(tool);
      },
    ),
    { numRuns: 12 },
  );
});

test("a tool that is called in between does not show a number that is spread over turns", () => {
  const turns = [
    { speaker: "user", text: "030 901" },
    { speaker: "tool", text: "looking for 42 matching customers" },
    { speaker: "user", text: "820 and that is it" },
  ];
  const [first, between, last] = redactedTurns(turns);
  expect(first?.text).toBe("[phone]");
  expect(between?.text).toBe(turns[1]?.text);
  expect(last?.text).toBe("[phone] and that is it");
});

test("line breaks and slashes as JSON writes them do not hide a number", () => {
  expect(redactedText(String.raw`{"phone":"030\n901\t820"}`)).toBe('{"phone":"[phone]"}');
  expect(redactedText(String.raw`030\/901\/820`)).toBe("[phone]");
  expect(redactedText(String.raw`C:\new\table 12`)).toBe(String.raw`C:\new\table 12`);
});
