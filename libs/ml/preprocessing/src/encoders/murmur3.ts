const rotate = (x: number, bits: number): number => (x << bits) | (x >>> (32 - bits));

/**
 * MurmurHash3 of bytes, 32 bits, x86 variant, as a signed integer.
 *
 * Source  Appleby 2011; held to scikit-learn's murmurhash3_32 by reference/encoders.golden.json
 */
export function murmur3(bytes: Uint8Array, seed = 0): number {
  const blocks = bytes.length >> 2;
  let hash = seed | 0;
  for (let i = 0; i < blocks; i += 1) {
    const at = i * 4;
    const word =
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24);
    hash ^= Math.imul(rotate(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593);
    hash = (Math.imul(rotate(hash, 13), 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let i = bytes.length - 1; i >= blocks * 4; i -= 1) tail = (tail << 8) | (bytes[i] as number);
  if ((bytes.length & 3) !== 0) hash ^= Math.imul(rotate(Math.imul(tail, 0xcc9e2d51), 15), 0x1b873593);
  hash ^= bytes.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
