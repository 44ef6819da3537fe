/** No function cuts a character, counts it as several, or takes what cannot be stored or shown. */
import fc from "fast-check";
import type { Value } from "convex/values";
import { describe, expect, test } from "vitest";
import { PUBLIC_FUNCTIONS, call } from "../tests/convex/catalogue.ts";
import { addSession, as, deployment, refused, turn } from "../tests/convex/harness.ts";
import { prepared } from "../tests/convex/samples.ts";
import { CHARACTERS, UNFIT, bounds, characters } from "../tests/convex/texts.ts";
import { api } from "./_generated/api.js";
import { Checks } from "./model/checks.ts";
import { highlighted } from "./model/interactions.ts";
import { allows, rolesFor } from "./model/permissions.ts";
import type { FunctionName } from "./model/permissions.ts";
import { redactedText } from "./model/redaction.ts";
import { firstCharacters, lastCharacters } from "./model/texts.ts";
import { questionOf } from "./model/words.ts";

/** Every text in a value, with the path to it. */
function texts(value: unknown, path = ""): [string, string][] {
  if (typeof value === "string") return [[path, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => texts(inner, `${path}/${name}`));
}

/** A copy of a value with the text at a path replaced. */
function replaced(value: unknown, path: string, text: string): unknown {
  if (path === "") return text;
  const [, name = "", ...rest] = path.split("/");
  const fields = value as Record<string, unknown>;
  const copy = Array.isArray(value) ? Object.assign([], fields) : { ...fields };
  copy[name] = replaced(copy[name], rest.map((part) => `/${part}`).join(""), text);
  return copy;
}

function callers(name: string): string[] {
  return ["viewer", "reviewer", "ops", "admin", "ingest", "worker"].filter((role) =>
    allows(role, rolesFor(name)),
  );
}

test("a highlight begins and ends between characters, and so does each of its pieces", () => {
  const word = fc.constantFrom("needle", "cafe\u0301", "𝒳𝒳");
  fc.assert(
    fc.property(characters, word, characters, (before, query, after) => {
      const text = `${before} ${query} ${after}`;
      const pieces = highlighted(text, questionOf(query)!);
      const shown = pieces.map((piece) => piece.text).join("");
      const start = text.indexOf(shown);
      expect(start).toBeGreaterThanOrEqual(0);
      expect(pieces.some(({ hit }) => hit)).toBe(true);
      const whole = bounds(text);
      let at = start;
      for (const piece of pieces) {
        expect(whole).toContain(at);
        at += piece.text.length;
      }
      expect(whole).toContain(at);
    }),
  );
});

test("the beginning and the end of a text are cut between characters", () => {
  fc.assert(
    fc.property(characters, fc.nat(80), (text, most) => {
      const whole = bounds(text);
      const first = firstCharacters(text, most);
      const last = lastCharacters(text, most);
      expect(text.startsWith(first) && text.endsWith(last)).toBe(true);
      expect(whole).toContain(first.length);
      expect(whole).toContain(text.length - last.length);
      expect(bounds(first).size - 1).toBe(Math.min(most, whole.size - 1));
      expect(bounds(last).size - 1).toBe(Math.min(most, whole.size - 1));
    }),
  );
});

test("a character with endless marks is cut between code points", () => {
  const text = `e${"\u0301".repeat(100_000)}😀${"\u0301".repeat(100_000)}`;
  for (const cut of [firstCharacters(text, 2), lastCharacters(text, 2)]) {
    expect(cut.length).toBeLessThan(1000);
    expect(cut.isWellFormed()).toBe(true);
  }
});

test("masking keeps every character that it does not mask, and cuts none", () => {
  fc.assert(
    fc.property(characters, characters, (before, after) => {
      const shown = redactedText(`${before} ada@example.org ${after}`);
      expect(shown.isWellFormed()).toBe(true);
      expect(shown).toContain("[email]");
    }),
  );
  expect(redactedText("call 𝟘𝟙𝟚𝟛𝟜𝟝𝟞𝟟")).toBe("call 𝟘𝟙𝟚𝟛𝟜𝟝𝟞𝟟");
  expect(redactedText("call 𝟘𝟙𝟚𝟛𝟜𝟝𝟞𝟟𝟠𝟡")).toBe("call [phone]");
});

test.each(["a", "😀", "e\u0301"])("limits of characters count code points: %j", (character) => {
  const size = Array.from(character).length;
  const problems = (count: number) => {
    const checks = new Checks();
    checks.text("name", character.repeat(count), 60);
    try {
      checks.done();
    } catch {
      return 1;
    }
    return 0;
  };
  expect(problems(60 / size)).toBe(0);
  expect(problems(60 / size + 1)).toBe(1);
});

const PERSONAL = {
  name: "Zoë 👩‍👩‍👧‍👦 𝒳",
  email: "zoë@example.org",
  text: `morning ${CHARACTERS.filter((character) => character !== "\n").join("")}`,
  metadata: { note: CHARACTERS.join("") },
};

describe("every function", () => {
  test.each(PUBLIC_FUNCTIONS)("$name answers in whole characters", async (entry) => {
    const name = entry.name as FunctionName;
    for (const role of callers(name)) {
      const t = deployment();
      const args = await prepared(t, name, PERSONAL);
      const answer = await call(t, entry, args, role);
      for (const [path, text] of texts(answer)) expect(text.isWellFormed(), path).toBe(true);
    }
  });

  test.each(PUBLIC_FUNCTIONS)("$name refuses unfit texts by name", async (entry) => {
    const name = entry.name as FunctionName;
    const [role] = callers(name);
    const t = deployment();
    const args = await prepared(t, name);
    for (const [path] of texts(args)) {
      for (const unfit of UNFIT) {
        const sent = replaced(args, path, `x${unfit}y`) as Record<string, Value>;
        const answer = call(t, entry, sent, role);
        // Values of closed sets are refused by their validators, before the function begins.
        const isClosed = await answer.then(
          () => false,
          (reason: unknown) => String(reason).includes("Validator error"),
        );
        if (isClosed) continue;
        const { fields } = await refused(answer, "VALIDATION");
        const named = path
          .slice(1)
          .replace(/\/(\d+)/g, "[$1]")
          .replaceAll("/", ".");
        expect(
          fields?.map(({ field }) => field),
          path,
        ).toContain(named);
      }
    }
  });
});

test("tabs and line breaks are text", async () => {
  const t = deployment();
  const text = "one\ttwo\r\nthree\n";
  const sessionId = await addSession(t);
  const interactions = [turn(0, { text })];
  await as(t, "ingest").mutation(api.interactions.append, { sessionId, interactions });
  const { items } = await as(t, "ingest").query(api.interactions.list, {
    sessionId,
    cursor: null,
    limit: 10,
  });
  expect(items[0]?.text).toBe(text);
});
