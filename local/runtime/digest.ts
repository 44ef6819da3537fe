/**
 * `crypto.subtle.digest` for functions, computed at once. Node.js sends every digest to its thread
 * pool, and while a mutation waits for its answer nothing else may touch the database.
 */

import { hash } from "node:crypto";

const NAMES: Readonly<Record<string, string>> = {
  "SHA-1": "sha1",
  "SHA-256": "sha256",
  "SHA-384": "sha384",
  "SHA-512": "sha512",
};

/** Larger data is left to the thread pool, so that hashing does not hold up other requests. */
const MAX_BYTES = 1024 * 1024;

type Digest = SubtleCrypto["digest"];

/** Replaces the digest of this process; whatever is unusual goes on to Node.js's own. */
export function digestAtOnce(): void {
  const { subtle } = globalThis.crypto;
  const original = subtle.digest.bind(subtle);
  const digest: Digest = async (algorithm, data) => {
    const given = typeof algorithm === "string" ? algorithm : algorithm.name;
    const name = NAMES[given.toUpperCase()];
    const bytes = bytesOf(data);
    if (name === undefined || bytes === null || bytes.length > MAX_BYTES) {
      return original(algorithm, data);
    }
    return new Uint8Array(hash(name, bytes, "buffer")).buffer;
  };
  Object.defineProperty(subtle, "digest", { value: digest, writable: true, configurable: true });
}

function bytesOf(data: unknown): Uint8Array | null {
  if (ArrayBuffer.isView(data)) {
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
  return data instanceof ArrayBuffer ? new Uint8Array(data) : null;
}
