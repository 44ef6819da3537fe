/** Page cursors: opaque, bound to their query, and unreadable, because a key holds field values. */

import { createCipheriv, createDecipheriv, createHmac, hash } from "node:crypto";
import { FunctionError } from "./errors.ts";

/** Where a page ends: after this key, or at the end of the range. */
export type Position = Buffer | "end";

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const FINGERPRINT_BYTES = 16;

export class CursorCodec {
  readonly #secret: Buffer;

  constructor(secret: Buffer) {
    this.#secret = secret;
  }

  /** The same position of the same query always gives the same text. */
  encode(query: string, position: Position): string {
    const plain = Buffer.concat([
      fingerprint(query),
      position === "end" ? Buffer.from([0]) : Buffer.concat([Buffer.from([1]), position]),
    ]);
    const nonce = createHmac("sha256", this.#secret)
      .update(plain)
      .digest()
      .subarray(0, NONCE_BYTES);
    const cipher = createCipheriv("aes-256-gcm", this.#secret, nonce);
    const body = Buffer.concat([cipher.update(plain), cipher.final()]);
    return Buffer.concat([nonce, body, cipher.getAuthTag()]).toString("base64url");
  }

  /** @throws FunctionError with Convex's `InvalidCursor` data for a foreign or altered cursor. */
  decode(query: string, cursor: string): Position {
    const plain = this.#open(Buffer.from(cursor, "base64url"));
    if (!plain?.subarray(0, FINGERPRINT_BYTES).equals(fingerprint(query))) {
      throw new FunctionError(
        "InvalidCursor: Tried to run a query starting from a cursor, but it looks like this cursor is from a different query.",
        { isConvexSystemError: true, paginationError: "InvalidCursor" },
      );
    }
    const rest = plain.subarray(FINGERPRINT_BYTES);
    return rest[0] === 0 ? "end" : rest.subarray(1);
  }

  #open(bytes: Buffer): Buffer | null {
    if (bytes.length < NONCE_BYTES + TAG_BYTES) return null;
    const end = bytes.length - TAG_BYTES;
    const decipher = createDecipheriv(
      "aes-256-gcm",
      this.#secret,
      bytes.subarray(0, NONCE_BYTES),
    ).setAuthTag(bytes.subarray(end));
    try {
      return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, end)), decipher.final()]);
    } catch {
      return null;
    }
  }
}

function fingerprint(query: string): Buffer {
  return (hash("sha256", query, "buffer") as Buffer).subarray(0, FINGERPRINT_BYTES);
}
