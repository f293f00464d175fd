// Read once: where the global object is a sandbox's, each look at it costs more than a draw.
const { imul } = Math;

/** A seeded stream of random numbers. Same seed, same stream, on every machine and thread count. */
export interface Random {
  /** Uniform integer in 0..2^32-1. */
  uint32(): number;
  /** Uniform in [0, 1) with 53 bits. */
  next(): number;
  /** Uniform integer in 0..bound-1 without modulo bias; bound in 1..2^32. */
  int(bound: number): number;
  /** Standard normal (Marsaglia's polar method). */
  normal(): number;
  /** An independent stream named by `label`; does not advance this one. */
  split(label: string | number): Random;
}

/** SplitMix64-style expansion of a seed into the state of xoshiro128**, done in 32-bit steps (Steele et al. 2014). */
function expandSeed(seed: number): Uint32Array {
  const state = new Uint32Array(4);
  let x = (seed >>> 0) ^ imul((seed / 4294967296) >>> 0, 0x9e3779b1);
  for (let i = 0; i < 4; i += 1) {
    x = (x + 0x9e3779b9) >>> 0;
    let z = x;
    z = imul(z ^ (z >>> 16), 0x85ebca6b);
    z = imul(z ^ (z >>> 13), 0xc2b2ae35);
    state[i] = (z ^ (z >>> 16)) >>> 0;
  }
  if (state.every((word) => word === 0)) state[0] = 1;
  return state;
}

/** FNV-1a over UTF-16 units, to turn a stream's label into a seed offset. */
function hashLabel(label: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < label.length; i += 1) hash = imul(hash ^ label.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

const rotateLeft = (x: number, bits: number): number => ((x << bits) | (x >>> (32 - bits))) >>> 0;

class Xoshiro128StarStar implements Random {
  private spare: number | undefined;
  private readonly origin: Uint32Array;

  constructor(private readonly state: Uint32Array) {
    this.origin = Uint32Array.from(state);
  }

  uint32(): number {
    const s = this.state;
    const s0 = s[0] as number;
    const s1 = s[1] as number;
    const s2 = s[2] as number;
    const s3 = s[3] as number;
    const result = imul(rotateLeft(imul(s1, 5) >>> 0, 7), 9) >>> 0;
    const t = (s1 << 9) >>> 0;
    const n2 = s2 ^ s0;
    const n3 = s3 ^ s1;
    s[1] = s1 ^ n2;
    s[0] = s0 ^ n3;
    s[2] = n2 ^ t;
    s[3] = rotateLeft(n3 >>> 0, 11);
    return result;
  }

  next(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  int(bound: number): number {
    const limit = 4294967296 - (4294967296 % bound);
    let x = this.uint32();
    while (x >= limit) x = this.uint32();
    return x % bound;
  }

  normal(): number {
    if (this.spare !== undefined) {
      const kept = this.spare;
      this.spare = undefined;
      return kept;
    }
    for (;;) {
      const u = 2 * this.next() - 1;
      const v = 2 * this.next() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) {
        const factor = Math.sqrt((-2 * Math.log(s)) / s);
        this.spare = v * factor;
        return u * factor;
      }
    }
  }

  split(label: string | number): Random {
    const offset = hashLabel(String(label));
    const mixed = expandSeed(((this.origin[0] as number) ^ offset) >>> 0);
    for (let i = 0; i < 4; i += 1) {
      mixed[i] = ((mixed[i] as number) ^ rotateLeft(this.origin[(i + 1) % 4] as number, 7 * (i + 1))) >>> 0;
    }
    if (mixed.every((word) => word === 0)) mixed[0] = 1;
    return new Xoshiro128StarStar(mixed);
  }
}

/**
 * The workspace's one generator: xoshiro128** 1.1 (Blackman & Vigna 2018), seeded by 32-bit mixing.
 *
 * Shape   seed: any finite number, its lower and upper 32 bits are used
 */
export function seededRandom(seed: number): Random {
  return new Xoshiro128StarStar(expandSeed(seed));
}

/** Fisher–Yates in place; returns the same array. */
export function shuffle<T>(items: T[], random: Random): T[] {
  for (let i = items.length - 1; i > 0; i -= 1) {
    const j = random.int(i + 1);
    const held = items[i] as T;
    items[i] = items[j] as T;
    items[j] = held;
  }
  return items;
}
