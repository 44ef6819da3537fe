/**
 * Masking of e-mail addresses, phone and card numbers in whatever a function returns.
 *
 * There is one choke point: the wrappers of `functions.ts` pass every result through `redacted`
 * unless the caller's role sees clear text. All patterns are linear in the length of the text.
 */
import type { Value } from "convex/values";
import { isAudioKey } from "./audio.ts";

const MASKS = { email: "[email]", phone: "[phone]", card: "[card]" } as const;

const ADDRESS =
  /(?<![\p{L}\p{N}._%+'-])[\p{L}\p{N}._%+'-]+[@＠][\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*/gu;
const SPOKEN_ADDRESS =
  /(?<![\p{L}\p{N}._-])[\p{L}\p{N}._-]+ at [\p{L}\p{N}-]+(?: dot [\p{L}\p{N}-]+)+/giu;

const GAP = "[\\s.()/\\-\\u00ad\\u200b-\\u200d\\u2010-\\u2015\\u2212\\ufeff]";
/** At least seven digits with at most three separators between two of them. */
const NUMBER = new RegExp(`[+＋]?\\(?\\p{Nd}(?:${GAP}{0,3}\\p{Nd}){6,}`, "gu");
const WORD = "(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple)";
const SPOKEN_NUMBER = new RegExp(
  `(?<![\\p{L}\\p{N}])${WORD}(?:[\\s,.\\-]{1,3}${WORD}){6,}(?![\\p{L}\\p{N}])`,
  "giu",
);
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const TOKEN_CHARACTERS = /[0-9a-f-]/i;
/** Dates, alone or with an hour or a running number: the digit groups that are no phone number. */
const DATE = /^(?:19|20)\d\d([-/])(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])(?:[- /]\d{1,4})?$/;
/** Fields whose values this product makes itself, from random or hexadecimal characters. */
const OPAQUE = new Set([
  "id",
  "sessionId",
  "interactionId",
  "audioObjectId",
  "nextCursor",
  "sha256",
  "erasureId",
]);

/** Return the text with personal numbers and addresses masked. */
export function redactedText(text: string): string {
  if (isAudioKey(text)) return text;
  let result = text;
  if (/[@＠]/.test(result)) result = result.replace(ADDRESS, MASKS.email);
  if (/ dot /i.test(result)) result = result.replace(SPOKEN_ADDRESS, MASKS.email);
  if (/\p{Nd}/u.test(result)) result = result.replace(NUMBER, maskNumber);
  return result.replace(SPOKEN_NUMBER, (match) => numberMask(match.split(/[\s,.-]+/).length));
}

function maskNumber(match: string, offset: number, text: string): string {
  const digits = match.match(/\p{Nd}/gu)!.length;
  if (DATE.test(match) || isInsideUuid(text, offset, match.length)) return match;
  const isBare = /^\p{Nd}+$/u.test(match);
  // Runs without separators that are short are amounts, and inside of words parts of identifiers.
  if (isBare && (digits < 9 || isInsideWord(text, offset, match.length))) return match;
  return numberMask(digits);
}

function isInsideWord(text: string, offset: number, length: number): boolean {
  const before = text.slice(Math.max(0, offset - 2), offset);
  const after = text.slice(offset + length, offset + length + 2);
  return /[\p{L}\p{N}]_?$/u.test(before) || /^_?[\p{L}\p{N}]/u.test(after);
}

function numberMask(digits: number): string {
  return digits >= 13 ? MASKS.card : MASKS.phone;
}

function isInsideUuid(text: string, offset: number, length: number): boolean {
  let start = offset;
  let end = offset + length;
  while (start > 0 && offset - start < 36 && TOKEN_CHARACTERS.test(text[start - 1]!)) start -= 1;
  while (end < text.length && end - offset < 72 && TOKEN_CHARACTERS.test(text[end]!)) end += 1;
  return UUID.test(text.slice(start, end));
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

function redactedObject(object: Record<string, Value>, isFreeForm: boolean): Value {
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
