/**
 * Masking of e-mail addresses, phone and card numbers in whatever a function returns.
 *
 * There is one choke point: the wrappers of `functions.ts` pass every result through `redacted`
 * unless the caller's role sees clear text. All patterns are linear in the length of the text.
 */
import type { Value } from "convex/values";
import { isAudioKey } from "./audio.ts";

const MASKS = { email: "[email]", phone: "[phone]", card: "[card]" } as const;

const LOCAL = "(?<![\\p{L}\\p{N}._%+'-])[\\p{L}\\p{N}._%+'-]+";
const LABEL = "[\\p{L}\\p{N}-]+";
const ADDRESS = new RegExp(`${LOCAL}[@＠]${LABEL}(?:\\.${LABEL})*`, "gu");
const BRACKETED = (word: string) => `\\s{0,2}[(\\[{<]\\s?${word}\\s?[)\\]}>]\\s{0,2}`;
/** With blanks around the sign, or signs in words: only what has a dot is an address then. */
const SPACED_ADDRESS = new RegExp(
  `${LOCAL}(?:\\s{0,3}[@＠]\\s{0,3}|${BRACKETED("at")})` +
    `${LABEL}(?:(?:\\.| dot |${BRACKETED("dot")})${LABEL})+`,
  "giu",
);
const SPOKEN_ADDRESS = new RegExp(
  `${LOCAL} at ${LABEL}(?:(?: dot |${BRACKETED("dot")})${LABEL})+`,
  "giu",
);

const GAP = "[\\s.,:_|•()/\\-\\u00ad\\u200b-\\u200d\\u2010-\\u2015\\u2212\\ufeff]";
/** At least seven digits with at most five separators between two of them. */
const NUMBER = new RegExp(`[+＋]?\\(?\\p{Nd}(?:${GAP}{0,5}\\p{Nd}){6,}`, "gu");
const WORD = "(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple)";
/** Number words, and groups of digits between them. */
const SPOKEN_NUMBER = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:${WORD}|\\p{Nd}{1,4})(?:[\\s,.\\-]{1,3}(?:${WORD}|\\p{Nd}{1,4})){3,}(?![\\p{L}\\p{N}])`,
  "giu",
);
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
  "nextCursor",
  "sha256",
  "erasureId",
  "incidentId",
]);

/** Return the text with personal numbers and addresses masked. */
export function redactedText(text: string): string {
  if (isAudioKey(text)) return text;
  // Tokens are every second part.
  return text
    .split(TOKEN)
    .map((part, index) => (index % 2 === 0 ? maskedPart(part) : part))
    .join("");
}

function maskedPart(text: string): string {
  let result = text;
  if (/[@＠]/.test(result)) result = result.replace(ADDRESS, MASKS.email);
  if (/[@＠]|at\s?[)\]}>]/i.test(result)) result = result.replace(SPACED_ADDRESS, MASKS.email);
  if (/dot/i.test(result)) result = result.replace(SPOKEN_ADDRESS, MASKS.email);
  result = result.replace(SPOKEN_NUMBER, maskSpoken);
  return /\p{Nd}/u.test(result) ? result.replace(NUMBER, maskNumber) : result;
}

/** Mask what has seven digits or more, two of them as words. */
function maskSpoken(match: string): string {
  const units = match.split(/[\s,.-]+/);
  const words = units.filter((unit) => /\p{L}/u.test(unit)).length;
  const digits = words + digitsOf(match);
  return words >= 2 && digits >= 7 ? numberMask(digits) : match;
}

function maskNumber(match: string, offset: number, text: string): string {
  if (isCard(match)) return MASKS.card;
  if (/^\p{Nd}+$/u.test(match)) return maskBare(match, offset, text);
  let result = "";
  let at = 0;
  for (const { 0: harmless, index } of match.matchAll(HARMLESS)) {
    result += maskRest(match.slice(at, index)) + harmless;
    at = index + harmless.length;
  }
  return result + maskRest(match.slice(at));
}

/** Short runs without separators are amounts, and inside of words parts of identifiers. */
function maskBare(match: string, offset: number, text: string): string {
  const digits = digitsOf(match);
  return digits >= 9 && !isInsideWord(text, offset, match.length) ? numberMask(digits) : match;
}

function maskRest(text: string): string {
  return text.replace(NUMBER, (match) => numberMask(digitsOf(match)));
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
