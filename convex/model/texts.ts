/**
 * Counting, cutting and refusing of texts. A limit of characters counts Unicode code points; what
 * people see cut is cut between characters as they see them (grapheme clusters).
 *
 * `Intl.Segmenter` is not used: without the data of ICU it ends the whole process, and Convex does
 * not promise these data.
 */
import { convexToJson } from "convex/values";
import type { Value } from "convex/values";
import type { FieldProblem } from "./errors.ts";

const encoder = new TextEncoder();

/** Bytes of a text in UTF-8. */
export function utf8Bytes(text: string): number {
  return encoder.encode(text).length;
}

/** Bytes of a value as JSON. */
export function sizeOf(value: Value): number {
  return utf8Bytes(JSON.stringify(convexToJson(value)));
}

/** Whether a text has at most `max` code points; no text has more of them than UTF-16 units. */
export function hasAtMost(text: string, max: number): boolean {
  return text.length <= max || (text.length <= 2 * max && Array.from(text).length <= max);
}

/** Code points of one character at most; longer ones (marks without end) are cut between them. */
const LONGEST = 32;
/** Signs that join a consonant to the next one (Unicode's Indic_Conjunct_Break=Linker). */
const LINKER = "[\\u094d\\u09cd\\u0acd\\u0b4d\\u0c4d\\u0d4d]";
/** One character as readers see it, after UAX #29: a base and what extends it. */
const CHARACTER = new RegExp(
  "(?:\\r\\n|\\p{RI}{2}|[\\u1100-\\u115f]+[\\u1160-\\u11a7]*[\\u11a8-\\u11ff]*|[^])" +
    "(?:[\\p{Grapheme_Extend}\\p{Mc}\\p{EMod}\\u200d]" +
    `|(?<=\\u200d)\\p{ExtPict}|(?<=${LINKER}\\u200d?)\\p{Lo}){0,${LONGEST}}`,
  "uy",
);
/** UTF-16 units that are looked at for the end of a text. */
const LOOK_BACK = 4096;

/** Where the characters of a text end, from `start` on, `most` of them at most. */
function* endsFrom(text: string, start: number, most: number): Generator<number> {
  CHARACTER.lastIndex = start;
  for (let count = 0; count < most && CHARACTER.test(text); count += 1) {
    const end = CHARACTER.lastIndex;
    yield end;
    CHARACTER.lastIndex = end;
  }
}

/** The first `most` characters of a text, as readers see them. */
export function firstCharacters(text: string, most: number): string {
  let end = 0;
  for (const at of endsFrom(text, 0, most)) end = at;
  return text.slice(0, end);
}

/** The last `most` characters of a text, as readers see them, within its last 4096 units. */
export function lastCharacters(text: string, most: number): string {
  let start = Math.max(0, text.length - LOOK_BACK);
  if (/[\udc00-\udfff]/.test(text.charAt(start))) start += 1;
  const bounds = [start, ...endsFrom(text, start, LOOK_BACK)];
  return text.slice(bounds[Math.max(0, bounds.length - 1 - most)]);
}

/** Where the character ends whose first code point is the one before `at`. */
export function characterEnd(text: string, at: number): number {
  const before = /[\udc00-\udfff]/.test(text.charAt(at - 1)) ? 2 : 1;
  const [end] = endsFrom(text, Math.max(0, at - before), 1);
  return end ?? at;
}

/** What no text may hold: halves of surrogate pairs, control characters but tabs and line breaks. */
const UNFIT = /[\p{Surrogate}\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/u;
const MESSAGE = "must not hold control characters or halves of surrogate pairs";

/** Name the texts of a value that can be neither stored nor shown as they are, at most `most`. */
export function unfitTexts(value: Value, most: number, path = ""): FieldProblem[] {
  if (typeof value === "string") {
    return UNFIT.test(value) ? [{ field: path, message: MESSAGE }] : [];
  }
  if (typeof value !== "object" || value === null || value instanceof ArrayBuffer) return [];
  const problems: FieldProblem[] = [];
  const note = (inner: Value, innerPath: string) => {
    if (problems.length < most) {
      problems.push(...unfitTexts(inner, most - problems.length, innerPath));
    }
  };
  if (Array.isArray(value)) value.forEach((item, index) => note(item, `${path}[${index}]`));
  else {
    // Names are ASCII without control characters: Convex takes no others.
    for (const [name, item] of Object.entries(value as Record<string, Value | undefined>)) {
      if (item !== undefined) note(item, path === "" ? name : `${path}.${name}`);
    }
  }
  return problems;
}
