/** Whoever sees masked text gets no e-mail address, phone or card number from any function. */
import type { GenericValidator } from "convex/values";
import type { FunctionReturnType } from "convex/server";
import fc from "fast-check";
import { expect, test } from "vitest";
import { PUBLIC_FUNCTIONS, call } from "../tests/convex/catalogue.ts";
import { addSession, addUser, as, deployment, refused, turn } from "../tests/convex/harness.ts";
import type { Deployment } from "../tests/convex/harness.ts";
import { prepared, rubricArgs, seed } from "../tests/convex/samples.ts";
import { api } from "./_generated/api.js";
import { emptyAnswer } from "./model/emptyAnswer.ts";
import { allows, rolesFor } from "./model/permissions.ts";
import type { FunctionName } from "./model/permissions.ts";
import { redacted, redactedText, redactedTurns } from "./model/redaction.ts";

const SECRETS = [
  "jane.doe+x@mail.example.com",
  "+1 (555) 123-4567",
  "555-867-5309",
  "4111 1111 1111 1111",
  "5500-0000-0000-0004",
];
const PERSONAL = {
  name: "Jane",
  email: "jane.doe+x@mail.example.com",
  text: `mail ${SECRETS.join(" or call ")} thanks`,
  metadata: {
    contact: "jane.doe+x@mail.example.com",
    phones: ["555-867-5309", { home: "+1 (555) 123-4567" }],
    card: 4111111111111111,
    "555-867-5309": "key",
  },
};
/** The same without separators, so that no other spelling of a number slips through. */
const DIGITS = SECRETS.slice(1).map((secret) => secret.replace(/\D/g, ""));

function leaks(result: unknown): string[] {
  const text = (JSON.stringify(result) as string | undefined) ?? "";
  const digits = text.replace(/[^0-9A-Za-z"]/g, "");
  return [
    ...SECRETS.filter((secret) => text.includes(secret)),
    ...DIGITS.filter((secret) => digits.includes(secret)),
  ];
}

const MASKED_ROLES = ["viewer", "reviewer", "ops", "admin"];
const CASES = PUBLIC_FUNCTIONS.flatMap((entry) =>
  [...MASKED_ROLES, "key-read"]
    .filter((role) => allows(role, rolesFor(entry.name)))
    .map((role) => ({
      entry,
      role,
      name: entry.name as FunctionName,
    })),
).filter(({ name }) => !name.startsWith("reveals:"));
/** Functions whose answers hold nothing that people wrote. */
const IMPERSONAL: ReadonlySet<FunctionName> = new Set([
  "alertDeliveries:test",
  "apiKeys:create",
  "alerts:endSilence",
  "alerts:note",
  "alerts:silence",
  "alerts:states",
  "alerts:summary",
  "audit:record",
  "erasure:get",
  "erasure:list",
  "erasure:start",
  "labels:change",
  "metrics:range",
  "migrations:status",
  "migrations:step",
  "repair:days",
  "repair:queues",
  "repair:sessions",
  "repair:users",
  "reviewClaims:release",
  "reviewClaims:renew",
  "reviewClaims:saveDraft",
  "reviewQueues:addSessions",
  "reviewQueues:assign",
  "reviewQueues:create",
  "reviewQueues:fill",
  "reviewQueues:ofSession",
  "reviewQueues:preview",
  "reviewQueues:prioritise",
  "reviewQueues:removeItem",
  "reviewQueues:unassign",
  "rubrics:publish",
  "system:ping",
  "userSessions:daily",
  "userSessions:newer",
  "userSessions:summary",
  "users:summary",
]);

test.each(CASES)("$name shows a $role nothing in clear", async ({ entry, role, name }) => {
  const t = deployment();
  const args = await prepared(t, name, PERSONAL);
  const answer = await call(t, entry, args, role);
  expect(leaks(answer)).toEqual([]);
  // There was something to mask.
  const text = (JSON.stringify(answer) as string | undefined) ?? "";
  expect(/\[(?:email|phone|card)\]/.test(text)).toBe(!IMPERSONAL.has(name));
});

const REVEALS = PUBLIC_FUNCTIONS.filter(({ name }) => name.startsWith("reveals:"));

test.each(REVEALS)("$name shows a reviewer everything in clear", async (entry) => {
  const t = deployment();
  const args = await prepared(t, entry.name as FunctionName, PERSONAL);
  expect(leaks(await call(t, entry, args, "reviewer"))).not.toEqual([]);
});

test("search highlights are masked before they are cut into pieces", async () => {
  const t = deployment();
  await seed(t, PERSONAL);
  const hits = await as(t, "viewer").query(api.interactions.search, { query: "call thanks" });
  expect(hits.length).toBeGreaterThan(0);
  for (const { highlight } of hits) {
    expect(leaks(highlight.map(({ text }) => text).join(""))).toEqual([]);
  }
});

test("only services see clear text without a reveal", async () => {
  const t = deployment();
  const { clerkId } = await seed(t, PERSONAL);
  for (const role of ["ingest", "worker", "key-read-clear"]) {
    const user = await as(t, role).query(api.users.get, { clerkId });
    expect(user?.email).toBe(PERSONAL.email);
  }
});

test.each([
  ["write to ada@example.com.", "write to [email]."],
  ["ÄDA.lövelace@bücher.example!", "[email]!"],
  ["a@b, c@d.e", "[email], [email]"],
  ["jane at example dot com please", "[email] please"],
  ["call 555-1234", "call [phone]"],
  ["call 5551234567 now", "call [phone] now"],
  ["+44 20 7946 0958", "[phone]"],
  ["(030) 901820-12", "[phone]"],
  ["*_555-867-5309_*", "*_[phone]_*"],
  ["555-123-4567x12", "[phone]x12"],
  ["call555-123-4567now", "call[phone]now"],
  ["٠١٢٣٤٥٦٧٨٩", "[phone]"],
  ["five five five one two three four", "[phone]"],
  ["4111 1111 1111 1111", "[card]"],
  ["4111\u00a01111\u20111111\u200b1111", "[card]"],
  ["3782 822463 10005", "[card]"],
  ["4111,1111,1111,1111", "[card]"],
  ["5, 5, 5, 0, 1, 2, 3, 4", "[phone]"],
  ["4111_1111_1111_1111", "[card]"],
  ["4111:1111:1111:1111", "[card]"],
  ["4111 | 1111 | 1111 | 1111", "[card]"],
  ["415 • 555 • 0199", "[phone]"],
  ["415    555    0199", "[phone]"],
  ["4,111,111,111,111,111", "[card]"],
  ["card4111111111111111", "card[card]"],
  ["id_4111111111111111_x", "id_[card]_x"],
  ["4155550199abc", "[phone]abc"],
  ["4155550199x12", "[phone]x12"],
  ["4155550199-ext5", "[phone]-ext5"],
  ["user_a75dd7d49f2648e89cea449e43d1ca93@example.com", "[email]"],
  ["6f1c1f0a-1c1b-4c58-9d6a-0d8f4d3c2b1a @ example.com", "[email]"],
  ["jane @ example.com", "[email]"],
  ["jane @example . com or jane@ example.com", "jane @example . com or [email]"],
  ["mail jane (at) example (dot) com now", "mail [email] now"],
  ["jane[at]example[dot]co[dot]uk", "[email]"],
  ["jane (at) example.com", "[email]"],
  ["jane at example (dot) com", "[email]"],
  ["five five five 5 0 1 9 9", "[phone]"],
  ["five five five 0199 please", "[phone] please"],
  ["4 1 five five 5 0 1 nine nine", "[phone]"],
  [
    "at 14:05:33 on 2026-11-23 14:05 call 555-0199-22",
    "at 14:05:33 on 2026-11-23 14:05 call [phone]",
  ],
  ["2026-11-23 14:05:33 415-555-0199", "2026-11-23 14:05:33 [phone]"],
])("masks %j", (text, expected) => {
  expect(redactedText(text)).toBe(expected);
});

test.each([
  "order 1234567 of 2026-11-23 14:05:33",
  "2026-11-23T14:05:33.123Z took 12.5 ms",
  "request 0190a3b4-1234-7123-8123-123456789012",
  "gpt-4o-2024-08-06 and claude-3-5-sonnet-20241022",
  "user_2abcDEF3456789 sess_1699999999999",
  "audio/v1/2026/11/23/1234567890123456/12345678901234567890123456789012.ogg",
  "demo-2026-03-01-0007",
  "one two three",
  "look at this dot",
  "12 apples, 30 pears",
  "1,234,567 of 12,345,678.90 EUR",
  "1,234,567, 2,345,678 and 3,456,789,012",
  "12:30, 13:45, 14:00 and 10:00-11:30",
  "2026-11-23 14:05:33.123, 2026-11-24 09:00:00",
  "from 2026-11-01 - 2026-11-30",
  "in 2019, 2020, 2021, 5 times",
  "March 3, 2019, 10:30",
  "100.50, 200.75, 1200.00",
  "meet @ noon, look at this: (at) home",
  "one of 2020, two of 12345",
  "3 one 4",
  "k57a1234567890123b9c",
  "000000000000000000000010000users",
  "call-0190a3b4-1234-7123-8123-123456789012, 0190a3b4-1234-7123-8123-123456789013",
])("leaves %j alone", (text) => {
  expect(redactedText(text)).toBe(text);
});

test("masking is idempotent", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
      const once = redactedText(text);
      expect(redactedText(once)).toBe(once);
    }),
  );
});

test("a number is masked wherever it stands and however it is spaced", () => {
  const gap = fc.constantFrom("", " ", "-", ".", " - ", "\u00a0", "_", " | ", "    ");
  const numbers = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), gap), {
    minLength: 9,
    maxLength: 16,
  });
  const prefix = fc.constantFrom("", " ", "tel: ", ", ", "\n", "(", "*_");
  const suffix = fc.constantFrom("", " ", ", call", "\n", ")", "_*");
  fc.assert(
    fc.property(numbers, prefix, suffix, (digits, before, after) => {
      const text = digits.map(([digit, space]) => `${digit}${space}`).join("");
      fc.pre(!/(19|20)\d\d[-_]/.test(text));
      expect(redactedText(`${before}${text}${after}`)).not.toMatch(/\d/);
    }),
  );
});

const hex = (text: string) => text.charCodeAt(0).toString(16);
const each = (write: (char: string) => string) => (text: string) =>
  Array.from(text, write).join("");
const percented = each((char) => `%${hex(char).padStart(2, "0")}`);
/** How a transcript can hold an address or a number; each is undone by a usual decoder. */
const ENCODINGS: Record<string, (text: string) => string> = {
  plain: (text) => text,
  "percent-encoded": (text) => encodeURIComponent(text),
  "percent-encoded, each character": percented,
  "percent-encoded twice": (text) => encodeURIComponent(percented(text)),
  "decimal references": each((char) => `&#${char.charCodeAt(0)};`),
  "references in hexadecimal": each((char) => `&#X0${hex(char)};`),
  "references to signs": each((char) => SIGNS[char] ?? char),
  "references in references": each((char) => `&amp;#${char.charCodeAt(0)};`),
  "escapes of JSON": each((char) => (/\w/.test(char) ? char : `\\u00${hex(char)}`)),
  "full width": each((char) =>
    char === " " ? "\u3000" : String.fromCodePoint(char.charCodeAt(0) + 0xfee0),
  ),
  "with invisible characters": each((char) => `${char}\u200b`),
};
const SIGNS: Record<string, string> = {
  "@": "&commat;",
  ".": "&period;",
  "+": "&plus;",
  "-": "&hyphen;",
  "(": "&lpar;",
  ")": "&rpar;",
  " ": "&nbsp;",
};
const word = fc.stringMatching(/^[a-z]{2,8}$/);
const digit = fc.integer({ min: 0, max: 9 });
const local = fc.oneof(
  word,
  fc
    .tuple(word, fc.constantFrom(".", "+", "_", "-", "!", "=", "/"), word)
    .map((parts) => parts.join("")),
  fc
    .tuple(word, fc.constantFrom(" ", "@", "..", '\\"'), word)
    .map((parts) => `"${parts.join("")}"`),
);
const address = fc
  .tuple(local, word, fc.constantFrom("com", "example.org", "co.uk"))
  .map(([name, domain, end]) => `${name}@${domain}.${end}`);
const phone = fc
  .tuple(
    fc.constantFrom("+1 ", "+44 20 ", "(030) ", ""),
    fc.array(digit, { minLength: 3, maxLength: 3 }),
    fc.constantFrom("-", " ", ".", ") "),
    fc.array(digit, { minLength: 4, maxLength: 4 }),
  )
  .map(([prefix, first, gap, last]) => `${prefix}${first.join("")}${gap}${last.join("")}`)
  .filter((text) => !/(?:19|20)\d\d/.test(text));
const card = fc.constantFrom("4111 1111 1111 1111", "5500-0000-0000-0004", "378282246310005");

test.each(Object.entries(ENCODINGS))("an address is masked as a whole: %s", (_, encode) => {
  fc.assert(
    fc.property(address, (secret) => {
      expect(redactedText(`to ${encode(secret)} now`).replace(/\u200b/g, "")).toBe(
        "to [email] now",
      );
    }),
  );
});

test.each(Object.entries(ENCODINGS))("no digit of a number is left: %s", (_, encode) => {
  fc.assert(
    fc.property(fc.oneof(phone, card), (secret) => {
      const masked = redactedText(`call ${encode(secret)} now`).replace(/\u200b|%28|\\u0028/gi, "");
      expect(masked).toMatch(/^call (?:\(|（|&#40;|&lpar;)?\[(?:phone|card)\] now$/);
    }),
  );
});

test.each([
  ["jane dot doe at example dot com", "[email]"],
  ["jane underscore doe at sign my dash shop dot co dot uk", "[email]"],
  ["jane (@) example (.) com", "[email]"],
  ["jane(work)@example.com", "[email]"],
  ["jane@[192.168.0.1]", "[email]"],
  ["five five five dash one two three four", "[phone]"],
  ["q=555+867+5309", "q=[phone]"],
  ["5️⃣5️⃣5️⃣8️⃣6️⃣7️⃣5️⃣3️⃣0️⃣9️⃣", "[phone]️⃣"],
  ["②①②⑤⑤⑤⓪①⑨⑨", "[phone]"],
])("masks %j as well", (text, expected) => {
  expect(redactedText(text)).toBe(expected);
});

test("what is not personal keeps its encoding", () => {
  for (const text of [
    "50%20off &amp; more",
    "caf\u00e9 \\u00e9 &#8364;5",
    "ＡＢＣ １２",
    "%zz &#xffffff; %ff",
  ]) {
    expect(redactedText(text)).toBe(text);
  }
});

/** What a viewer sees who asks for one turn at a time: by page, by request, by search. */
async function shownSingly(t: Deployment, sessionId: string, words: number[]) {
  const viewer = as(t, "viewer");
  const texts: string[] = [];
  let cursor: string | null = null;
  do {
    const page: FunctionReturnType<typeof api.interactions.list> = await viewer.query(
      api.interactions.list,
      { sessionId, cursor, limit: 1 },
    );
    texts.push(...page.items.map(({ text }) => text));
    for (const { requestId } of page.items) {
      const asked = { interactionRequestId: requestId! };
      const found = await viewer.query(api.interactions.byRequestId, asked);
      texts.push(...found.map(({ text }) => text));
    }
    cursor = page.nextCursor;
  } while (cursor !== null);
  for (const word of words) {
    const hits = await viewer.query(api.interactions.search, { query: `${word}` });
    texts.push(...hits.map(({ interaction }) => interaction.text));
  }
  return texts;
}

test("a number that is spread over turns of one speaker is masked in each of them", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 10, max: 999 }), { minLength: 4, maxLength: 6 }),
      fc.constantFrom("", "uh-huh", "Yes, please"),
      async (pieces, between) => {
        const t = deployment();
        const sessionId = await addSession(t);
        const said = pieces.flatMap((piece) => [
          { speaker: "user" as const, text: `${piece}` },
          ...(between === "" ? [] : [{ speaker: "assistant" as const, text: between }]),
        ]);
        const interactions = said.map((spoken, sequence) =>
          turn(sequence, { ...spoken, requestId: `req_${"abcdefghijkl".charAt(sequence)}` }),
        );
        await as(t, "ingest").mutation(api.interactions.append, { sessionId, interactions });
        const page = { sessionId, cursor: null, limit: 100 };
        const shown = await as(t, "viewer").query(api.interactions.list, page);
        expect(shown.items.map(({ text }) => text).join(" ")).not.toMatch(/\d/);
        const clear = await as(t, "worker").query(api.interactions.list, page);
        expect(clear.items.map(({ text }) => text)).toEqual(said.map(({ text }) => text));
        for (const text of await shownSingly(t, sessionId, pieces)) expect(text).not.toMatch(/\d/);
      },
    ),
    { numRuns: 15 },
  );
  const turns = [
    { speaker: "user", text: "It is jane at" },
    { speaker: "user", text: "example dot com" },
    { speaker: "assistant", text: "How old are you?" },
    { speaker: "user", text: "42" },
    { speaker: "assistant", text: "And your postal code?" },
    { speaker: "user", text: "90210" },
  ];
  expect(redactedTurns(turns).map(({ text }) => text)).toEqual([
    "It is [email]",
    "[email]",
    ...turns.slice(2).map(({ text }) => text),
  ]);
});

const HIDDEN = "+49 30 901820";

test("a filter finds nothing that masking hides from its caller", async () => {
  const t = deployment();
  await addUser(t, "user_1", { email: "ada@example.org", name: HIDDEN });
  const hidden = { provider: HIDDEN, modelId: HIDDEN, endReason: HIDDEN };
  const id = await addSession(t, HIDDEN, hidden);
  const ingest = as(t, "ingest");
  await ingest.mutation(api.userSessions.update, { id, labels: [HIDDEN] });
  const said = turn(0, { requestId: HIDDEN, text: `call ${HIDDEN} now` });
  await ingest.mutation(api.interactions.append, { sessionId: id, interactions: [said] });
  const found = async (role: string) => {
    const caller = as(t, role);
    const page = { cursor: null, limit: 10 };
    const names = ["label", "provider", "modelId", "endReason"];
    const lists = names.map(async (name) => {
      const filter = { [name]: HIDDEN };
      return [
        (await caller.query(api.userSessions.list, { ...page, ...filter })).items.length,
        role === "worker"
          ? 1
          : (await caller.query(api.userSessions.newer, { after: 0, ...filter })).count,
      ];
    });
    return [
      ...(await Promise.all(lists)).flat(),
      (await caller.query(api.userSessions.byExternalId, { externalId: HIDDEN })) === null ? 0 : 1,
      (await caller.query(api.interactions.byRequestId, { interactionRequestId: HIDDEN })).length,
      (await caller.query(api.interactions.search, { query: HIDDEN })).length,
      (await caller.query(api.users.list, { ...page, search: "ada@example.org" })).items.length,
    ];
  };
  for (const role of MASKED_ROLES) expect(await found(role), role).toEqual(Array(12).fill(0));
  expect(await found("worker")).toEqual(Array(12).fill(1));
  await addUser(t, HIDDEN);
  const noted = { action: "user.view" as const, subjectType: "user", subjectId: HIDDEN };
  await refused(as(t, "viewer").mutation(api.audit.record, noted), "NOT_FOUND");
  const guess = { clerkId: HIDDEN, reason: "a guess" };
  await refused(as(t, "reviewer").mutation(api.reveals.ofUser, guess), "NOT_FOUND");
  const { id: rubricId } = await as(t, "admin").mutation(api.rubrics.publish, rubricArgs());
  const queue = { name: "Guess", rubricId, filters: { label: HIDDEN } };
  const { fields } = await refused(
    as(t, "admin").mutation(api.reviewQueues.create, queue),
    "VALIDATION",
  );
  expect(fields).toMatchObject([{ field: "filters.label" }]);
});

test("every query can find nothing", () => {
  for (const { name, kind, registered } of PUBLIC_FUNCTIONS) {
    if (kind !== "query" || name === "system:ping") continue;
    const { described } = registered as unknown as { described: { returns: GenericValidator } };
    expect(() => emptyAnswer(described.returns), name).not.toThrow();
  }
});

test("adversarial texts take linear time", () => {
  const texts = ["a.", "1 ", "@", "a@", "- ", "one ", "a at b dot ", "1-", "+(", "a_"];
  texts.push(
    "1, ",
    "1:",
    "12:30 ",
    "1,111,",
    "2020, ",
    "1.00, ",
    "2026-11-23 ",
    "one 1 ",
    "1 one ",
  );
  texts.push("a (at) ", "a (at) b", "a @ ", "a @ b", "(at) ", "a (at) b.c ", " (dot) ", "a     ");
  texts.push(
    "1     ",
    "1____",
    "1_a",
    "0190a3b4-",
    "12345678-1234-",
    "411111111",
    "x4111111111111111",
  );
  texts.push(
    '"',
    '"a',
    "a(",
    "(a)",
    "%40",
    "%",
    "&#64;",
    "&",
    "&#0",
    "a dot ",
    "a dash ",
    "\u200b",
  );
  texts.push("１", "a@[", "\\u0040", "one dash ", "%e2%80%8b", "a\u2028");
  for (const part of texts) {
    const text = part.repeat((32 * 1024) / part.length);
    expect(redactedText(text).length).toBeGreaterThan(0);
  }
});

test("masking keeps identifiers and structure", () => {
  const value = { id: "1234567890", items: [{ n: 5551234567, metadata: { n: 5551234567 } }] };
  expect(redacted(value)).toEqual({
    id: "1234567890",
    items: [{ n: 5551234567, metadata: { n: "[phone]" } }],
  });
});
