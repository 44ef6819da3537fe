/** Which sessions a queue takes: a hash of its seed and the session's id, so that it can be told again. */

/** Hash of a text, evenly spread over 32 bits: FNV-1a, then the last steps of MurmurHash3. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Say whether a session is in the sample of `percent` of all. A larger sample holds a smaller one. */
export function isSampled(seed: string, id: string, percent: number): boolean {
  return hash32(`${seed}:${id}`) < (percent / 100) * 2 ** 32;
}
