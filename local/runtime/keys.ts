/**
 * Order-preserving encoding of Convex values: comparing two encodings byte by byte gives the order
 * undefined < null < int64 < float64 < boolean < string (UTF-8) < bytes < array < object.
 *
 * Every value starts with a tag and delimits itself, so that encodings can be concatenated into
 * index keys, and all keys with a given prefix of values form one contiguous range.
 */

import { decodeSpecial, specialOf, type Json, type JsonObject } from "./values.ts";

const TAG = {
  end: 0,
  undefined: 1,
  null: 2,
  int64: 3,
  float64: 4,
  false: 5,
  true: 6,
  string: 7,
  bytes: 8,
  array: 9,
  object: 10,
} as const;

/** Bytes of one piece of memory that keys are written into, one after the other. */
const PIECE_BYTES = 8192;

/** Writes keys: values are appended, then the key is taken. */
export class KeyWriter {
  #buffer = Buffer.allocUnsafeSlow(PIECE_BYTES);
  /** Where the key that is being written begins. */
  #start = 0;
  #length = 0;

  /** Appends one value; `undefined` is a missing field. */
  value(value: Json | undefined): this {
    if (value === undefined) this.#byte(TAG.undefined);
    else if (value === null) this.#byte(TAG.null);
    else if (typeof value === "string") this.#string(value);
    else if (typeof value === "number") this.#float(value);
    else if (typeof value === "boolean") this.#byte(value ? TAG.true : TAG.false);
    else if (Array.isArray(value)) this.#array(value);
    else this.#object(value);
    return this;
  }

  /** Appends a non-negative integer below 2**48 as six bytes without a tag. */
  sequence(value: number): this {
    this.#reserve(6);
    this.#buffer.writeUIntBE(value, this.#length, 6);
    this.#length += 6;
    return this;
  }

  /** The bytes so far; the writer is empty again and may be reused. */
  take(): Buffer {
    const key = this.#buffer.subarray(this.#start, this.#length);
    this.#start = this.#length;
    return key;
  }

  /** Makes room; keys that were taken stay where they are. */
  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const written = this.#length - this.#start;
    const next = Buffer.allocUnsafeSlow(Math.max(PIECE_BYTES, 2 * (written + bytes)));
    this.#buffer.copy(next, 0, this.#start, this.#length);
    this.#buffer = next;
    this.#start = 0;
    this.#length = written;
  }

  #byte(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#length] = value;
    this.#length += 1;
  }

  /** IEEE total order: the sign bit is flipped for positives, all bits for negatives. */
  #float(value: number): void {
    this.#reserve(9);
    const buffer = this.#buffer;
    buffer[this.#length] = TAG.float64;
    buffer.writeDoubleBE(value, this.#length + 1);
    flip(buffer, this.#length + 1);
    this.#length += 9;
  }

  #floatBytes(littleEndian: Buffer): void {
    this.#byte(TAG.float64);
    this.#reserve(8);
    for (let i = 0; i < 8; i += 1) this.#buffer[this.#length + i] = littleEndian[7 - i] as number;
    flip(this.#buffer, this.#length);
    this.#length += 8;
  }

  #integer(value: bigint): void {
    this.#byte(TAG.int64);
    this.#reserve(8);
    this.#buffer.writeBigUInt64BE(BigInt.asUintN(64, value) ^ (1n << 63n), this.#length);
    this.#length += 8;
  }

  #string(value: string): void {
    this.#byte(TAG.string);
    const bytes = Buffer.byteLength(value);
    this.#reserve(bytes + 1);
    if (value.includes("\0") || value.includes("\x01")) {
      this.#escaped(Buffer.from(value));
      return;
    }
    this.#length += this.#buffer.write(value, this.#length);
    this.#byte(TAG.end);
  }

  /**
   * The bytes 00 and 01 become 01 01 and 01 02; the end is 00, which sorts before any continuation.
   * The end is nowhere inside, so no value's encoding begins with that of another one: with 00 FF
   * for a zero byte, the range of all keys with the prefix "" would hold those of "\0" too.
   */
  #escaped(bytes: Buffer): void {
    for (const byte of bytes) {
      if (byte <= 1) this.#byte(1);
      this.#byte(byte <= 1 ? byte + 1 : byte);
    }
    this.#byte(TAG.end);
  }

  #array(items: Json[]): void {
    this.#byte(TAG.array);
    for (const item of items) this.value(item);
    this.#byte(TAG.end);
  }

  #object(value: JsonObject): void {
    const special = specialOf(value);
    if (special === "$integer") {
      this.#integer(decodeSpecial(value, special) as bigint);
    } else if (special === "$float") {
      this.#floatBytes(Buffer.from(value["$float"] as string, "base64"));
    } else if (special === "$bytes") {
      this.#byte(TAG.bytes);
      this.#escaped(decodeSpecial(value, special) as Buffer);
    } else {
      this.#byte(TAG.object);
      for (const key of Object.keys(value).sort()) this.value(key).value(value[key]);
      this.#byte(TAG.end);
    }
  }
}

function flip(buffer: Buffer, at: number): void {
  const first = buffer[at] as number;
  if (first < 0x80) {
    buffer[at] = first ^ 0x80;
    return;
  }
  for (let i = at; i < at + 8; i += 1) buffer[i] = (buffer[i] as number) ^ 0xff;
}

const shared = new KeyWriter();

/** The concatenated encodings of `values`. */
export function encodeKey(values: readonly (Json | undefined)[]): Buffer {
  for (const value of values) shared.value(value);
  return shared.take();
}

/** Whether two values are the same Convex value. */
export function sameValue(a: Json | undefined, b: Json | undefined): boolean {
  if (typeof a !== "object" || typeof b !== "object") return a === b;
  return compareValues(a, b) === 0;
}

/** Negative, zero or positive: the order of two values. */
export function compareValues(a: Json | undefined, b: Json | undefined): number {
  return Buffer.compare(encodeKey([a]), encodeKey([b]));
}

/** The smallest key that is greater than every key with this prefix; null if there is none. */
export function successor(prefix: Buffer): Buffer | null {
  let end = prefix.length;
  while (end > 0 && prefix[end - 1] === 0xff) end -= 1;
  if (end === 0) return null;
  const next = Buffer.from(prefix.subarray(0, end));
  next[end - 1] = (next[end - 1] as number) + 1;
  return next;
}
