import { highBits, lowBits } from './hash-text';

/** Different hashes up to which the count is exact. */
export const EXACT_DISTINCT = 50_000;
const P = 14;
const REGISTERS = 2 ** P;
/** Bits of a 53-bit hash that are left for the run of zeros. */
const Q = 39;

/** Standard error beyond the exact count: 1.04 / √16,384. */
export const DISTINCT_ERROR_SHARE = 1.04 / Math.sqrt(REGISTERS);

/** How many different values there are; `exact` or within a standard error of 0.8 %. */
export interface DistinctCount {
  readonly count: number;
  readonly exact: boolean;
}

/** Position of the first set bit, from 1, in the 39 bits above the register's number. */
function rankOf(hash: number): number {
  const upper = highBits(hash);
  if (upper !== 0) return Math.clz32(upper) - 11 + 1;
  const rest = lowBits(hash) >>> P;
  return 21 + (rest === 0 ? Q - 21 + 1 : Math.clz32(rest) - P + 1);
}

/**
 * Counts different hashes: exactly to 50,000, beyond that by HyperLogLog with 16,384 registers. Mergeable: the merge of
 * two equals the sketch of both streams.
 *
 * Cost    at most 50,000 numbers (or as many as asked for) or 16 KiB
 * Source  Flajolet et al. 2007; estimator of Ertl 2017, "New cardinality estimation algorithms for HyperLogLog sketches"
 */
export class DistinctSketch {
  private exact: Set<number> | null = new Set();
  private registers: Uint8Array | null = null;

  constructor(private readonly exactUpTo: number = EXACT_DISTINCT) {}

  add(hash: number): void {
    if (!this.exact) {
      this.mark(hash);
      return;
    }
    this.exact.add(hash);
    if (this.exact.size > this.exactUpTo) this.toRegisters();
  }

  merge(other: DistinctSketch): void {
    if (other.exact) {
      for (const hash of other.exact) this.add(hash);
      return;
    }
    this.toRegisters();
    const [own, theirs] = [this.registers, other.registers];
    if (own && theirs) theirs.forEach((rank, i) => (own[i] = Math.max(own[i] ?? 0, rank)));
  }

  result(): DistinctCount {
    if (this.exact) return { count: this.exact.size, exact: true };
    return { count: Math.round(estimate(this.registers ?? new Uint8Array(REGISTERS))), exact: false };
  }

  private toRegisters(): void {
    if (!this.exact) return;
    const known = this.exact;
    this.exact = null;
    this.registers = new Uint8Array(REGISTERS);
    for (const hash of known) this.mark(hash);
  }

  private mark(hash: number): void {
    if (!this.registers) return;
    const place = lowBits(hash) & (REGISTERS - 1);
    const rank = rankOf(hash);
    if (rank > (this.registers[place] ?? 0)) this.registers[place] = rank;
  }
}

function sigma(x: number): number {
  if (x === 1) return Infinity;
  let [power, y, z, last] = [x, 1, x, Number.NaN];
  while (z !== last) {
    power *= power;
    last = z;
    z += power * y;
    y += y;
  }
  return z;
}

function tau(x: number): number {
  if (x === 0 || x === 1) return 0;
  let [root, y, z, last] = [x, 1, 1 - x, Number.NaN];
  while (z !== last) {
    root = Math.sqrt(root);
    last = z;
    y /= 2;
    z -= (1 - root) ** 2 * y;
  }
  return z / 3;
}

function estimate(registers: Uint8Array): number {
  const tally = new Array<number>(Q + 2).fill(0);
  for (const rank of registers) tally[rank] = (tally[rank] ?? 0) + 1;
  let z = REGISTERS * tau(1 - (tally[Q + 1] ?? 0) / REGISTERS);
  for (let k = Q; k >= 1; k -= 1) z = 0.5 * (z + (tally[k] ?? 0));
  z += REGISTERS * sigma((tally[0] ?? 0) / REGISTERS);
  return (REGISTERS * REGISTERS) / (2 * Math.LN2 * z);
}
