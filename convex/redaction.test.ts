/** Whoever sees masked text gets no e-mail address, phone or card number from any function. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { PUBLIC_FUNCTIONS, call } from "../tests/convex/catalogue.ts";
import { as, deployment } from "../tests/convex/harness.ts";
import { prepared, seed } from "../tests/convex/samples.ts";
import { api } from "./_generated/api.js";
import { allows, rolesFor } from "./model/permissions.ts";
import type { FunctionName } from "./model/permissions.ts";
import { redacted, redactedText } from "./model/redaction.ts";

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

const MASKED_ROLES = ["viewer", "reviewer", "ops"];
const CASES = PUBLIC_FUNCTIONS.flatMap((entry) =>
  MASKED_ROLES.filter((role) => allows(role, rolesFor(entry.name))).map((role) => ({
    entry,
    role,
    name: entry.name as FunctionName,
  })),
).filter(({ name }) => !name.startsWith("reveals:"));
/** Functions whose answers hold nothing that people wrote. */
const IMPERSONAL: ReadonlySet<FunctionName> = new Set([
  "alertDeliveries:test",
  "alerts:endSilence",
  "alerts:note",
  "alerts:silence",
  "alerts:states",
  "alerts:summary",
  "audit:record",
  "metrics:range",
  "migrations:status",
  "reviewClaims:release",
  "reviewClaims:renew",
  "reviewClaims:saveDraft",
  "system:ping",
  "userSessions:daily",
  "userSessions:newer",
  "userSessions:summary",
  "users:summary",
]);

test.each(CASES)("$name shows a $role nothing in clear", async ({ entry, role, name }) => {
  const t = deployment();
  const args = await prepared(t, name, PERSONAL);
  expect(leaks(await call(t, entry, args, role))).toEqual([]);
  // There was something to mask: whoever sees clear text finds it in the same answer.
  const clear = leaks(await call(t, entry, args, "admin"));
  expect(clear.length > 0).toBe(!IMPERSONAL.has(name));
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

test("admins and services see clear text", async () => {
  const t = deployment();
  const { clerkId } = await seed(t, PERSONAL);
  for (const role of ["admin", "ingest", "worker"]) {
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
