/**
 * Document ids: lowercase Crockford base32 of varint(table number), 16 bytes and a two-byte
 * Fletcher-16 footer, as the Convex backend spells them.
 */

import { randomFillSync } from "node:crypto";

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const INTERNAL_BYTES = 16;
const FOOTER_BYTES = 2;
const MIN_LENGTH = 31;
const MAX_LENGTH = 37;
const PREFIX_BYTES = 6;
/** Where in the internal bytes the day is. */
const DAY_AT = 14;
const DAY_MS = 86_400_000;

/** Reused for every id, so that making one allocates nothing but its text. */
const scratch = Buffer.alloc(5 + INTERNAL_BYTES + FOOTER_BYTES);
const letters = Buffer.alloc(MAX_LENGTH);
const random = Buffer.alloc(8192);
let randomUsed = random.length;

/** Ids that were read lately: a transaction checks the same few again and again. */
const decoded = new Map<string, number>();
const MAX_DECODED = 1_000;

const CODES = Buffer.from(ALPHABET);
const DIGIT = new Map(Array.from(ALPHABET).map((letter, value) => [letter, value]));

/** Spells the id of a document from its table's number and its 16 internal bytes. */
export function encodeId(tableNumber: number, internal: Buffer): string {
  let length = 0;
  let rest = tableNumber;
  while (rest >= 0x80) {
    scratch[length++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  scratch[length++] = rest;
  length += internal.copy(scratch, length);
  scratch.writeUInt16LE(fletcher16(scratch, length), length);
  return encodeBase32(scratch, length + FOOTER_BYTES);
}

/** The table number of an id, or null if the text is not the canonical spelling of an id. */
export function tableNumberOf(id: string): number | null {
  if (id.length < MIN_LENGTH || id.length > MAX_LENGTH) return null;
  const known = decoded.get(id);
  if (known !== undefined) return known;
  const number = decodeTableNumber(id);
  if (number !== null) {
    if (decoded.size >= MAX_DECODED) decoded.clear();
    decoded.set(id, number);
  }
  return number;
}

function decodeTableNumber(id: string): number | null {
  const bytes = decodeBase32(id);
  if (bytes === null) return null;
  let tableNumber = 0;
  let position = 0;
  for (;;) {
    const byte = bytes[position];
    if (byte === undefined || position >= 5) return null;
    tableNumber += (byte & 0x7f) * 2 ** (7 * position);
    position += 1;
    if (byte < 0x80) break;
  }
  const end = position + INTERNAL_BYTES;
  if (tableNumber === 0 || bytes.length !== end + FOOTER_BYTES) return null;
  if (bytes.readUInt16LE(end) !== fletcher16(bytes, end)) return null;
  return encodeBase32(bytes, bytes.length) === id ? tableNumber : null;
}

/**
 * Makes the internal bytes of one transaction's documents: 14 random bytes and the day.
 * Documents of one transaction share a random prefix, so that they are neighbours in the id index
 * (one page to write instead of one per document) while transactions stay in random order.
 */
export class IdMaker {
  readonly #internal = Buffer.alloc(INTERNAL_BYTES);

  constructor() {
    takeRandom(PREFIX_BYTES).copy(this.#internal);
  }

  /** The bytes of one more document, good until the next call. */
  next(now: number): Buffer {
    takeRandom(DAY_AT - PREFIX_BYTES).copy(this.#internal, PREFIX_BYTES);
    this.#internal.writeUInt16BE(Math.floor(now / DAY_MS) & 0xffff, DAY_AT);
    return this.#internal;
  }
}

/** Random bytes that nobody else gets, from a supply that is renewed in one piece. */
function takeRandom(count: number): Buffer {
  if (randomUsed + count > random.length) {
    randomFillSync(random);
    randomUsed = 0;
  }
  randomUsed += count;
  return random.subarray(randomUsed - count, randomUsed);
}

function fletcher16(bytes: Buffer, length: number): number {
  let low = 0;
  let high = 0;
  for (let i = 0; i < length; i += 1) {
    low = (low + (bytes[i] as number)) & 0xff;
    high = (high + low) & 0xff;
  }
  return (high << 8) | low;
}

function encodeBase32(bytes: Buffer, length: number): string {
  let written = 0;
  let bits = 0;
  let pending = 0;
  for (let i = 0; i < length; i += 1) {
    pending = ((pending << 8) | (bytes[i] as number)) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      letters[written++] = CODES[(pending >> bits) & 31] as number;
    }
  }
  if (bits > 0) letters[written++] = CODES[(pending << (5 - bits)) & 31] as number;
  return letters.toString("latin1", 0, written);
}

function decodeBase32(text: string): Buffer | null {
  const bytes = Buffer.alloc(Math.floor((text.length * 5) / 8));
  let bits = 0;
  let pending = 0;
  let length = 0;
  for (const letter of text) {
    const digit = DIGIT.get(letter);
    if (digit === undefined) return null;
    pending = ((pending << 5) | digit) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[length] = (pending >> bits) & 0xff;
      length += 1;
    }
  }
  return bytes.subarray(0, length);
}
