/**
 * Document ids: lowercase Crockford base32 of varint(table number), 16 bytes and a two-byte
 * Fletcher-16 footer, as the Convex backend spells them.
 */

import { randomBytes } from "node:crypto";

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const INTERNAL_BYTES = 16;
const FOOTER_BYTES = 2;
const MIN_LENGTH = 31;
const MAX_LENGTH = 37;
const DAY_MS = 86_400_000;

/** Ids that were read lately: a transaction checks the same few again and again. */
const decoded = new Map<string, number>();
const MAX_DECODED = 1_000;

const DIGIT = new Map([...ALPHABET].map((letter, value) => [letter, value]));

/** Spells the id of a document from its table's number and its 16 internal bytes. */
export function encodeId(tableNumber: number, internal: Buffer): string {
  const table: number[] = [];
  let rest = tableNumber;
  while (rest >= 0x80) {
    table.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  table.push(rest);
  const body = Buffer.concat([Buffer.from(table), internal]);
  const footer = Buffer.alloc(FOOTER_BYTES);
  footer.writeUInt16LE(fletcher16(body));
  return encodeBase32(Buffer.concat([body, footer]));
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
  if (bytes.readUInt16LE(end) !== fletcher16(bytes.subarray(0, end))) return null;
  return encodeBase32(bytes) === id ? tableNumber : null;
}

/**
 * Makes the internal bytes of one transaction's documents: 14 random bytes and the day.
 * Documents of one transaction share a random prefix, so that they are neighbours in the id index
 * (one page to write instead of one per document) while transactions stay in random order.
 */
export class IdMaker {
  readonly #prefix = randomBytes(6);
  #pool = Buffer.alloc(0);
  #used = 0;

  next(now: number): Buffer {
    if (this.#used + 8 > this.#pool.length) {
      this.#pool = randomBytes(512);
      this.#used = 0;
    }
    const internal = Buffer.alloc(INTERNAL_BYTES);
    this.#prefix.copy(internal, 0);
    this.#pool.copy(internal, 6, this.#used, this.#used + 8);
    this.#used += 8;
    internal.writeUInt16BE(Math.floor(now / DAY_MS) & 0xffff, 14);
    return internal;
  }
}

function fletcher16(bytes: Buffer): number {
  let low = 0;
  let high = 0;
  for (const byte of bytes) {
    low = (low + byte) & 0xff;
    high = (high + low) & 0xff;
  }
  return (high << 8) | low;
}

function encodeBase32(bytes: Buffer): string {
  let text = "";
  let bits = 0;
  let pending = 0;
  for (const byte of bytes) {
    pending = ((pending << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET[(pending >> bits) & 31] as string;
    }
  }
  return bits > 0 ? text + (ALPHABET[(pending << (5 - bits)) & 31] as string) : text;
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
