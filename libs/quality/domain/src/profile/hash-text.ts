const TWO_32 = 2 ** 32;
const HIGH_BITS = 0x1fffff;

function finish(h: number): number {
  let mixed = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/**
 * A text as a whole number below 2^53: two murmur-style lanes over its code units. Not for secrets.
 *
 * Cost  O(length); two different texts of a million meet by chance with probability 6e-5
 */
export function hashText(text: string): number {
  let a = 0x9747b28c;
  let b = 0x3c6ef372 ^ text.length;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    a = (a << 13) | (a >>> 19);
    b = Math.imul(b ^ unit, 0x5bd1e995);
    b = (b << 17) | (b >>> 15);
  }
  return (finish(b) & HIGH_BITS) * TWO_32 + finish(a);
}

/** A hash of a sequence of hashes: the one so far, and the next. Order matters. */
export function combineHashes(seed: number, next: number): number {
  const nextHigh = Math.floor(next / TWO_32);
  const seedHigh = Math.floor(seed / TWO_32);
  // Bit operations take the low 32 bits of what is left.
  const low = Math.imul((seed - seedHigh * TWO_32) ^ Math.imul(next - nextHigh * TWO_32, 0xcc9e2d51), 0x1b873593);
  const high = Math.imul(seedHigh ^ Math.imul(nextHigh ^ low, 0x85ebca6b), 0xe6546b64);
  return (finish(high ^ 0x165667b1) & HIGH_BITS) * TWO_32 + finish(low ^ (high >>> 7));
}

/**
 * The hash of a row, cell by cell, in two lanes of whole 32-bit numbers: `combineHashes` for the many cells of a table,
 * finished once a row instead of once a cell.
 */
export class RowHash {
  private low = 0;
  private high = 0;

  /** Begins a row. */
  start(): void {
    this.low = 0x1b873593;
    this.high = 0x3c6ef372;
  }

  /** Takes the hash of a cell and the place of its column; cells may be left out, but their order matters. */
  add(hash: number, place: number): void {
    // A bit operation takes the low 32 bits of a number however large it is.
    const low = Math.imul(this.low ^ hash ^ Math.imul(place + 1, 0x9e3779b1), 0xcc9e2d51);
    const high = Math.imul(this.high ^ (hash / TWO_32) ^ low, 0x85ebca6b);
    this.low = (low << 15) | (low >>> 17);
    this.high = (high << 13) | (high >>> 19);
  }

  /** The hash of the row, a whole number below 2^53. */
  value(): number {
    return (finish(this.high ^ 0x165667b1) & HIGH_BITS) * TWO_32 + finish(this.low ^ (this.high >>> 7));
  }
}

/** The low 32 bits of a hash. */
export const lowBits = (hash: number): number => (hash % TWO_32) >>> 0;

/** The 21 bits of a hash above the low 32. */
export const highBits = (hash: number): number => Math.floor(hash / TWO_32);
