/** Functions get the digests that Web Crypto defines, whatever they hand over. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { digestAtOnce } from "../../local/runtime/digest.ts";

const BYTES = new Uint8Array(3000).map((_, index) => index % 251);
const original = crypto.subtle.digest.bind(crypto.subtle);

beforeAll(digestAtOnce);

afterAll(() => {
  // The replacement is an own property over the prototype's method.
  delete (crypto.subtle as Partial<SubtleCrypto>).digest;
});

test.each([
  ["a buffer", BYTES.buffer],
  ["bytes", BYTES],
  ["a part of a buffer", BYTES.subarray(7, 100)],
  ["a view of wider elements", new Uint16Array(BYTES.buffer, 10, 50)],
  ["nothing", new Uint8Array()],
  ["more than is hashed at once", new Uint8Array(1024 * 1024 + 1)],
])("the digest of %s", async (_, data) => {
  for (const name of ["SHA-1", "sha-256", "SHA-384", "SHA-512"]) {
    expect(await crypto.subtle.digest(name, data)).toEqual(await original(name, data));
    expect(await crypto.subtle.digest({ name }, data)).toEqual(await original(name, data));
  }
});

test("data may change as soon as the digest was asked for", async () => {
  const data = BYTES.slice();
  const expected = await original("SHA-256", BYTES);
  const pending = crypto.subtle.digest("SHA-256", data);
  data.fill(0);
  expect(await pending).toEqual(expected);
});

test("what is no digest is refused as before", async () => {
  await expect(crypto.subtle.digest("MD5", BYTES)).rejects.toThrow("Unrecognized algorithm name");
  await expect(
    crypto.subtle.digest("SHA-256", "text" as unknown as Uint8Array<ArrayBuffer>),
  ).rejects.toThrow(TypeError);
});
