/**
 * Masking of e-mail addresses, phone and card numbers in whatever a function returns.
 *
 * There is one choke point: the wrappers of `functions.ts` pass every result through `redacted`
 * unless the caller's role sees clear text. What is searched is a decoded copy of each text
 * (`decoding.ts`); what is masked is the text. All patterns are linear in the length of the text.
 */
import type { Value } from "convex/values";
import { isAudioKey } from "./audio.ts";
import { TURN_END, decoded, partsOf, replaced } from "./decoding.ts";
import type { Copy, Span } from "./decoding.ts";

const MASKS = { email: "[email]", phone: "[phone]", card: "[card]" } as const;

/** What RFC 5322 allows before the sign without quotes, and letters of all scripts. */
const ATOMS = "[\\p{L}\\p{M}\\p{N}._%+'!#$&*/=?^`{|}~-]";
const LOCAL = `(?<!${ATOMS})${ATOMS}+`;
const LABEL = "[\\p{L}\\p{M}\\p{N}-]+";
const DOMAIN = `(?:${LABEL}(?:\\.${LABEL})*|\\[[^\\]\\s]{1,80}\\])`;
/** With a quoted part or a comment before the sign. */
const QUOTED_ADDRESS = new RegExp(
  `(?:${LOCAL})?(?:"(?:[^"\\\\\\r\\n]|\\\\.){1,64}"|\\([^()\\r\\n]{0,64}\\))@${DOMAIN}`,
  "gu",
);
const ADDRESS = new RegExp(`${LOCAL}@${DOMAIN}`, "gu");
const BRACKETED = (word: string) => `\\s{0,2}[(\\[{<]\\s?${word}\\s?[)\\]}>]\\s{0,2}`;
/** With blanks around the sign, or signs in words: only what has a dot is an address then. */
const SPACED_ADDRESS = new RegExp(
  `${LOCAL}(?:\\s{0,3}@\\s{0,3}|${BRACKETED("(?:at|@)")})` +
    `${LABEL}(?:(?:\\.|\\sdot\\s|${BRACKETED("(?:dot|\\.)")})${LABEL})+`,
  "giu",
);
/** Signs within a spoken name: "jane dot doe". */
const SPOKEN_SIGN = "(?:dot|period|underscore|dash|hyphen|minus|plus)";
const SPOKEN_ADDRESS = new RegExp(
  `${LOCAL}(?:\\s${SPOKEN_SIGN}\\s${ATOMS}+){0,4}\\sat(?:\\ssign)?\\s` +
    `${LABEL}(?:\\s(?:dash|hyphen)\\s${LABEL}){0,4}` +
    `(?:(?:\\s(?:dot|period)\\s|${BRACKETED("dot")})${LABEL})+`,
  "giu",
);

const GAP = "[\\s.,:_|•()/+\\-\\u00ad\\u200b-\\u200d\\u2010-\\u2015\\u2212\\ufeff]";
/** At least seven digits with at most five separators between two of them. */
const NUMBER = new RegExp(`[+＋]?\\(?\\p{Nd}(?:${GAP}{0,5}\\p{Nd}){6,}`, "gu");
const WORD = "(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple)";
/** Signs that are said between digits. */
const SAID = "(?:dash|hyphen|space|dot|point)";
const SPOKEN_GAP = "[\\s,.\\-]{1,3}";
/** Number words, and groups of digits between them. */
const SPOKEN_NUMBER = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:${WORD}|\\p{Nd}{1,4})` +
    `(?:${SPOKEN_GAP}(?:${SAID}${SPOKEN_GAP})?(?:${WORD}|\\p{Nd}{1,4})){3,}(?![\\p{L}\\p{N}])`,
  "giu",
);
const SAID_WORD = new RegExp(`^${SAID}$`, "i");
/** UUIDs and document ids: tokens that look like numbers only by chance. Not before an at sign. */
const TOKEN = new RegExp(
  "(?<![\\p{L}\\p{N}])([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|(?=\\d{0,31}[a-z])[0-9a-z]{32})" +
    "(?![\\p{L}\\p{N}]|\\s{0,3}[@＠])",
  "giu",
);

const day = (gap: string) => `${gap}(?:0[1-9]|1[0-2])${gap}(?:0[1-9]|[12]\\d|3[01])`;
const YEAR = "(?:19|20)\\d\\d";
const DATE = `${YEAR}(?:${day("-")}|${day("/")}|${day("_")})(?!\\d)`;
const TIME = "(?:[01]?\\d|2[0-3]):[0-5]\\d(?::[0-5]\\d(?:[.,]\\d{1,6})?)?(?![\\d:])";
const AMOUNT = "\\d{1,3}(?:,\\d{3})+(?!,?\\d)";
const LISTED = `(?:${YEAR}|\\d{1,6}\\.\\d\\d)`;
/**
 * What numbers are made of that are no phone or card number: dates, times, amounts with commas
 * between groups of three, lists of years or of amounts with cents.
 */
const HARMLESS = new RegExp(
  `(?<=^\\(?|,\\s?|:\\d\\d\\s)${DATE}(?:[\\s/,–-]{1,3}${DATE})*` +
    `|(?<![\\d:._|•])${TIME}` +
    `|(?<!\\d,?)${AMOUNT}` +
    `|(?<![\\d.])${LISTED}(?:, ${LISTED})+(?![\\d.])`,
  "gu",
);
/** Characters after a number that say whether it is a part of an identifier. */
const IDENTIFIER_TAIL = 40;
/** Fields whose values this product makes itself, from random or hexadecimal characters. */
const OPAQUE = new Set([
  "id",
  "sessionId",
  "interactionId",
  "audioObjectId",
  "cursor",
  "publicId",
  "nextCursor",
  "sha256",
  "erasureId",
  "incidentId",
]);

/** Return the text with personal numbers and addresses masked. */
export function redactedText(text: string): string {
  if (isAudioKey(text)) return text;
  return partsOf(decoded(text), TOKEN)
    .map(({ copy, isMatch }) => (isMatch ? copy : PASSES.reduce(pass, copy)).shown)
    .join("");
}

/** What is looked for, one after the other. */
const PASSES: ((text: string) => Span[])[] = [
  (text) => (text.includes("@") ? addresses(text, QUOTED_ADDRESS) : []),
  (text) => (text.includes("@") ? addresses(text, ADDRESS) : []),
  (text) => (/@|at\s?[)\]}>]/i.test(text) ? addresses(text, SPACED_ADDRESS) : []),
  (text) => (/dot|period/i.test(text) ? addresses(text, SPOKEN_ADDRESS) : []),
  (text) => [...text.matchAll(SPOKEN_NUMBER)].flatMap(spokenNumber),
  (text) => (/\p{Nd}/u.test(text) ? [...text.matchAll(NUMBER)].flatMap(numbersIn) : []),
];

function pass(copy: Copy, found: (text: string) => Span[]): Copy {
  return replaced(copy, found(copy.read));
}

function addresses(text: string, pattern: RegExp): Span[] {
  return [...text.matchAll(pattern)].map((match) => spanOf(match, MASKS.email));
}

function spanOf({ 0: found, index }: RegExpExecArray, mask: string, offset = 0): Span {
  return { start: offset + index, end: offset + index + found.length, mask };
}

/** Mask what has seven digits or more, two of them as words. */
function spokenNumber(match: RegExpExecArray): Span[] {
  const units = match[0].split(/[\s,.-]+/).filter((unit) => !SAID_WORD.test(unit));
  const words = units.filter((unit) => /\p{L}/u.test(unit)).length;
  const digits = words + digitsOf(match[0]);
  return words >= 2 && digits >= 7 ? [spanOf(match, numberMask(digits))] : [];
}

function numbersIn(match: RegExpExecArray): Span[] {
  const { 0: found, index, input } = match;
  if (isCard(found)) return [spanOf(match, MASKS.card)];
  if (/^\p{Nd}+$/u.test(found)) {
    return isPersonal(found, index, input) ? [spanOf(match, numberMask(digitsOf(found)))] : [];
  }
  const spans: Span[] = [];
  let at = 0;
  for (const harmless of found.matchAll(HARMLESS)) {
    spans.push(...restOf(found.slice(at, harmless.index), index + at));
    at = harmless.index + harmless[0].length;
  }
  return [...spans, ...restOf(found.slice(at), index + at)];
}

function restOf(text: string, offset: number): Span[] {
  return [...text.matchAll(NUMBER)].map((match) =>
    spanOf(match, numberMask(digitsOf(match[0])), offset),
  );
}

/** Short runs without separators are amounts, and inside of words parts of identifiers. */
function isPersonal(found: string, offset: number, text: string): boolean {
  return digitsOf(found) >= 9 && !isInsideWord(text, offset, found.length);
}

function digitsOf(text: string): number {
  return text.match(/\p{Nd}/gu)?.length ?? 0;
}

/** Letters after a number do not hide it, unless more digits follow: then it is an identifier. */
function isInsideWord(text: string, offset: number, length: number): boolean {
  // Three units: a letter may take two of them.
  const before = text.slice(Math.max(0, offset - 3), offset);
  const after = text.slice(offset + length, offset + length + IDENTIFIER_TAIL);
  if (/[\p{L}\p{N}]_?$/u.test(before)) return true;
  return /^_?\p{L}+\p{N}/u.test(after) && !/^_?(?:x|ext)\p{Nd}/iu.test(after);
}

/** Say whether it is digits or groups of three that have the check digit of a card number. */
function isCard(match: string): boolean {
  if (!/^\d+$|^\d{1,3}(?:,\d{3})+$/.test(match)) return false;
  const digits = match.replaceAll(",", "");
  // Cards begin with 2 to 9; what begins with 1 is a time in milliseconds.
  if (!/^[2-9]\d{12,18}$/.test(digits)) return false;
  let sum = 0;
  for (let place = 0; place < digits.length; place += 1) {
    const digit = Number(digits[digits.length - 1 - place]);
    sum += place % 2 === 0 ? digit : digit > 4 ? 2 * digit - 9 : 2 * digit;
  }
  return sum % 10 === 0;
}

function numberMask(digits: number): string {
  return digits >= 13 ? MASKS.card : MASKS.phone;
}

type Turn = { speaker: string; text: string };

/**
 * Mask what one speaker spreads over turns that follow one another, with at most an
 * acknowledgement ("uh-huh") of others or a call of a tool in between. What remains is masked turn by turn.
 */
export function redactedTurns<Item extends Turn>(turns: Item[]): Item[] {
  const result = [...turns];
  for (const run of runsOf(turns)) {
    const joined = run.map((index) => turns[index]!.text).join(TURN_END);
    const texts = redactedText(joined).split(TURN_END);
    if (texts.length !== run.length) continue;
    run.forEach((index, place) => {
      result[index] = { ...turns[index]!, text: texts[place]! };
    });
  }
  return result;
}

/** Places of turns of one speaker that follow one another, two at least. */
function runsOf(turns: Turn[]): number[][] {
  const open = new Map<string, number[]>();
  const runs: number[][] = [];
  turns.forEach(({ speaker, text }, index) => {
    for (const [other, run] of open) {
      if (other !== speaker && !isAside({ speaker, text })) {
        open.delete(other);
        runs.push(run);
      }
    }
    open.set(speaker, [...(open.get(speaker) ?? []), index]);
  });
  return [...runs, ...open.values()].filter((run) => run.length > 1);
}

/** Whether a turn does not end what others say: an acknowledgement, or a tool that is called. */
export function isAside({ speaker, text }: Turn): boolean {
  return speaker === "tool" || isAcknowledgement(text);
}

function isAcknowledgement(text: string): boolean {
  return !/\p{N}/u.test(text) && text.trim().split(/\s+/u).length <= 2;
}

/**
 * Say whether arguments ask for what masking would change: whoever sees masked text must not learn
 * by asking whether it is there.
 */
export function asksForMasked(args: Record<string, Value | undefined>): boolean {
  return JSON.stringify(redacted(args)) !== JSON.stringify(args);
}

/**
 * Return a copy of a function's result with every string masked, and the free-form part
 * (`metadata`, `details`) masked in its keys and numbers as well.
 */
export function redacted<Result>(result: Result): Result {
  return redactedValue(result as Value, false) as Result;
}

function redactedValue(value: Value, isFreeForm: boolean): Value {
  if (typeof value === "string") return redactedText(value);
  if (typeof value === "number" && isFreeForm) return redactedNumber(value);
  if (Array.isArray(value)) return value.map((item) => redactedValue(item, isFreeForm));
  if (typeof value === "object" && value !== null && !(value instanceof ArrayBuffer)) {
    return redactedObject(value as Record<string, Value>, isFreeForm);
  }
  return value;
}

function redactedObject(object: Record<string, Value | undefined>, isFreeForm: boolean): Value {
  const result: Record<string, Value> = {};
  for (const [name, value] of Object.entries(object)) {
    if (value === undefined) continue;
    if (!isFreeForm && OPAQUE.has(name)) result[name] = value;
    else {
      const inner = isFreeForm || name === "metadata" || name === "details";
      result[isFreeForm ? redactedText(name) : name] = redactedValue(value, inner);
    }
  }
  return result;
}

function redactedNumber(value: number): Value {
  const text = String(value);
  const masked = redactedText(text);
  return masked === text ? value : masked;
}
