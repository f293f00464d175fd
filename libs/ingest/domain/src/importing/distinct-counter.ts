const EXACT_UP_TO = 100_000;
const BITS = 2 ** 23;

/** FNV-1a with a final mix, so that the low bits are as good as the high ones. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * Counts different strings: exactly to 100,000, beyond that by linear counting on one megabyte of bits.
 *
 * Source  Whang, Vander-Zanden & Taylor 1990, linear-time probabilistic counting
 */
export class DistinctCounter {
  private exact: Set<string> | null = new Set();
  private bits: Uint8Array | null = null;

  add(text: string): void {
    if (this.exact) {
      this.exact.add(text);
      if (this.exact.size <= EXACT_UP_TO) return;
      const known = this.exact;
      this.exact = null;
      for (const item of known) this.mark(item);
      return;
    }
    this.mark(text);
  }

  estimate(): number {
    if (this.exact) return this.exact.size;
    let empty = 0;
    for (const byte of this.bits ?? []) for (let i = 0; i < 8; i += 1) if (!(byte & (1 << i))) empty += 1;
    return Math.round(-BITS * Math.log(Math.max(empty, 1) / BITS));
  }

  private mark(text: string): void {
    this.bits ??= new Uint8Array(BITS / 8);
    const place = hash(text) % BITS;
    this.bits[place >>> 3] = (this.bits[place >>> 3] ?? 0) | (1 << (place & 7));
  }
}
