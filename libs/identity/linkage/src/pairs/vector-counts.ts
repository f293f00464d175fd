import { LEVELS } from '../field-types';

const { floor, imul } = Math;

/** How often each comparison vector was seen; flat, so that it crosses threads. */
export interface VectorCounts {
  /** Number of a vector in base LEVELS, field 0 last. */
  readonly codes: Float64Array;
  readonly counts: Float64Array;
}

/** Counts comparison vectors in an open table; no object a vector. */
export class VectorTally {
  private codes = new Float64Array(4096).fill(-1);
  private counts = new Float64Array(4096);
  private used = 0;

  add(code: number, by = 1): void {
    if (this.used * 2 > this.codes.length) this.grow();
    const slot = this.slotOf(code);
    if (this.codes[slot] === -1) {
      this.codes[slot] = code;
      this.used += 1;
    }
    this.counts[slot] = (this.counts[slot] as number) + by;
  }

  addAll({ codes, counts }: VectorCounts): void {
    codes.forEach((code, i) => this.add(code, counts[i]));
  }

  /** In rising order of the vectors, so that sums over them do not depend on threads. */
  finish(): VectorCounts {
    const codes = this.codes.filter((code) => code !== -1).sort();
    return { codes, counts: Float64Array.from(codes, (code) => this.counts[this.slotOf(code)] as number) };
  }

  private slotOf(code: number): number {
    const mask = this.codes.length - 1;
    const low = code % 4294967296;
    const high = (code - low) / 4294967296;
    let hash = imul(low ^ imul(high, 0x27d4eb2f), 0x9e3779b1);
    hash = (hash ^ (hash >>> 15)) & mask;
    while (this.codes[hash] !== -1 && this.codes[hash] !== code) hash = (hash + 1) & mask;
    return hash;
  }

  private grow(): void {
    const { codes, counts } = this;
    this.codes = new Float64Array(codes.length * 4).fill(-1);
    this.counts = new Float64Array(codes.length * 4);
    codes.forEach((code, i) => {
      if (code === -1) return;
      const slot = this.slotOf(code);
      this.codes[slot] = code;
      this.counts[slot] = counts[i] as number;
    });
  }
}

/** The levels of all vectors, row by row, one byte a field. */
export function vectorLevels({ codes }: VectorCounts, width: number): Uint8Array {
  const levels = new Uint8Array(codes.length * width);
  codes.forEach((code, v) => {
    let rest = code;
    for (let f = 0; f < width; f += 1) {
      levels[v * width + f] = rest % LEVELS;
      rest = floor(rest / LEVELS);
    }
  });
  return levels;
}
