/**
 * A text beside what is read of it: percent-encoding, character references of HTML, escapes of JSON,
 * full-width and other compatible characters decoded, invisible ones left out. Each place of what is
 * read knows where it stands in the text.
 */

/** `read[i]` stands at `shown[from[i]]` up to `shown[to[i]]`; without them, both are the same. */
export type Copy = { shown: string; read: string; places: { from: number[]; to: number[] } | null };
/** A part of what is read, and what takes its place. */
export type Span = { start: number; end: number; mask: string };

/** Encoded twice and three times is seen as well. */
const ROUNDS = 3;
/** Between turns that are masked as one text; nothing that is said holds it. */
export const TURN_END = "\u2028";

const BYTE = "%[89ab][\\da-f]";
const PERCENT =
  `%[0-7][\\da-f]|%(?:c[2-9a-f]|d[\\da-f])${BYTE}|%e[\\da-f](?:${BYTE}){2}` +
  `|%f[0-4](?:${BYTE}){3}`;
/** Of the named references those that addresses and numbers are written with. */
const NAMED: Record<string, string> = {
  amp: "&",
  colon: ":",
  comma: ",",
  commat: "@",
  dash: "-",
  hyphen: "-",
  lowbar: "_",
  lpar: "(",
  nbsp: " ",
  period: ".",
  plus: "+",
  quot: '"',
  rpar: ")",
  shy: "",
  sol: "/",
};
const REFERENCE = `&(?:#x0*[\\da-f]{1,6}|#0*\\d{1,7}|(?:${Object.keys(NAMED).join("|")})(?![a-z]));?`;
const ESCAPE = "\\\\u[\\da-f]{4}|\\\\x[\\da-f]{2}|\\\\[nrt/]";
const INVISIBLE = "\\p{Default_Ignorable_Code_Point}\\u20e3";
const ENCODED = new RegExp(`${PERCENT}|${REFERENCE}|${ESCAPE}|[^\\x00-\\x7f]`, "giu");
const ASCII_ENCODED = new RegExp(`${PERCENT}|${REFERENCE}|${ESCAPE}`, "iu");
const IS_INVISIBLE = new RegExp(`[${INVISIBLE}]`, "u");

/** Decode a text. */
export function decoded(text: string): Copy {
  let copy: Copy = { shown: text, read: text, places: null };
  for (let round = 0; round < ROUNDS; round += 1) {
    if (!isEncoded(copy.read)) break;
    copy = decodedOnce(copy);
  }
  return copy;
}

function isEncoded(text: string): boolean {
  if (ASCII_ENCODED.test(text)) return true;
  return IS_INVISIBLE.test(text) || text.includes("。") || text.normalize("NFKC") !== text;
}

function decodedOnce(copy: Copy): Copy {
  const from: number[] = [];
  const to: number[] = [];
  let read = "";
  let at = 0;
  const keep = (end: number) => {
    read += copy.read.slice(at, end);
    for (; at < end; at += 1) {
      from.push(fromOf(copy, at));
      to.push(toOf(copy, at));
    }
  };
  for (const { 0: found, index } of copy.read.matchAll(ENCODED)) {
    const character = meaningOf(found);
    if (character === found) continue;
    keep(index);
    at = index + found.length;
    read += character;
    for (let unit = 0; unit < character.length; unit += 1) {
      from.push(fromOf(copy, index));
      to.push(toOf(copy, at - 1));
    }
  }
  keep(copy.read.length);
  return { shown: copy.shown, read, places: { from, to } };
}

function meaningOf(found: string): string {
  if (found.startsWith("%")) return meant(() => decodeURIComponent(found)) ?? found;
  if (found.length === 2 && found.startsWith("\\")) return found.endsWith("/") ? "/" : " ";
  if (found.startsWith("\\")) return String.fromCharCode(parseInt(found.slice(2), 16));
  if (found.startsWith("&")) return referenced(found.slice(1).replace(/;$/, "")) ?? found;
  if (IS_INVISIBLE.test(found)) return "";
  return found === "。" ? "." : found.normalize("NFKC").replaceAll("。", ".");
}

function referenced(name: string): string | undefined {
  if (!name.startsWith("#")) return NAMED[name.toLowerCase()];
  const isHex = /^#x/i.test(name);
  const code = parseInt(name.slice(isHex ? 2 : 1), isHex ? 16 : 10);
  return meant(() => String.fromCodePoint(code));
}

/** What a decoder makes of bytes; undefined where they mean nothing. */
function meant(decode: () => string): string | undefined {
  try {
    return decode();
  } catch {
    return undefined;
  }
}

function fromOf({ places }: Copy, at: number): number {
  return places === null ? at : places.from[at]!;
}

function toOf({ places }: Copy, at: number): number {
  return places === null ? at + 1 : places.to[at]!;
}

/** Cut a copy into what a pattern finds in what is read, and the rest. */
export function partsOf(copy: Copy, pattern: RegExp): { copy: Copy; isMatch: boolean }[] {
  const parts: { copy: Copy; isMatch: boolean }[] = [];
  let at = 0;
  let shownAt = 0;
  const cut = (end: number, shownEnd: number, isMatch: boolean) => {
    const shift = shownAt;
    const moved = (places: number[]) => places.slice(at, end).map((place) => place - shift);
    const places =
      copy.places === null ? null : { from: moved(copy.places.from), to: moved(copy.places.to) };
    const shown = copy.shown.slice(shownAt, shownEnd);
    parts.push({ copy: { shown, read: copy.read.slice(at, end), places }, isMatch });
    at = end;
    shownAt = shownEnd;
  };
  for (const { 0: found, index } of copy.read.matchAll(pattern)) {
    cut(index, fromOf(copy, index), false);
    cut(index + found.length, toOf(copy, index + found.length - 1), true);
  }
  cut(copy.read.length, copy.shown.length, false);
  return parts;
}

/** Replace parts of what is read, and what they stand for in the text. Ends of turns remain. */
export function replaced(copy: Copy, spans: Span[]): Copy {
  if (spans.length === 0) return copy;
  const from: number[] = [];
  const to: number[] = [];
  let [shown, read, at, shownAt] = ["", "", 0, 0];
  const keep = (end: number, shownEnd: number) => {
    const shift = shown.length - shownAt;
    read += copy.read.slice(at, end);
    for (; at < end; at += 1) {
      from.push(fromOf(copy, at) + shift);
      to.push(toOf(copy, at) + shift);
    }
    shown += copy.shown.slice(shownAt, shownEnd);
    shownAt = Math.max(shownAt, shownEnd);
  };
  for (const { start, end, mask } of spans) {
    keep(start, fromOf(copy, start));
    const ends = copy.read.slice(start, end).split(TURN_END).length;
    const masks = Array.from({ length: ends }, () => mask).join(TURN_END);
    for (let unit = 0; unit < masks.length; unit += 1) {
      from.push(shown.length + unit);
      to.push(shown.length + unit + 1);
    }
    shown += masks;
    read += masks;
    at = end;
    shownAt = Math.max(shownAt, toOf(copy, end - 1));
  }
  keep(copy.read.length, copy.shown.length);
  return { shown, read, places: copy.places === null ? null : { from, to } };
}
