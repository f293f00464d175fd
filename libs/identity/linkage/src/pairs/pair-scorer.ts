import { PairComparison } from '../compare/pair-comparison';
import type { EncodedTable } from '../encode/table-encoder';
import { LEVEL, LEVELS } from '../field-types';
import { jointBits, type MatchModel } from '../weights/match-model';

const { max } = Math;

/** One field's part in a pair's weight. */
export interface FieldEvidence {
  readonly field: number;
  readonly level: number;
  /** Bits of the level, against random pairs. */
  readonly bits: number;
  /** Bits of the level, against neighbours. */
  readonly neighbourBits: number;
  /** Bits for the rarity of the value agreed on. */
  readonly rarityBits: number;
}

/**
 * Weighs pairs: the prior and, of each field, log2(m/u) of its level and the rarity of a value agreed on.
 *
 * Units   bits, prior included: 0 is even odds
 */
export class PairScorer {
  private readonly comparison: PairComparison;
  private readonly levels: Uint8Array;
  /** Fields in the order in which they decide most, and what the fields from each on can add at most. */
  private readonly order: Int32Array;
  private readonly mostFrom: Float64Array;
  private readonly hopeful: Float64Array;
  private readonly values: readonly Int32Array[];

  constructor(
    table: EncodedTable,
    private readonly model: MatchModel,
  ) {
    this.comparison = new PairComparison(table);
    const width = table.fields.length;
    this.levels = new Uint8Array(width);
    this.values = table.fields.map(({ values }) => values);
    const { bits, givenBits, rarity, chance } = model;
    // Before the exchange is looked at, a difference may still turn out to be one, and its partner to be missing.
    this.hopeful = Float64Array.from(bits, (alone, at) => max(alone, givenBits[at] as number));
    table.fields.forEach(({ vocabulary }, f) => {
      if (!table.fields.some((other, g) => g !== f && other.vocabulary === vocabulary)) return;
      for (const level of [LEVEL.differs, LEVEL.alike]) {
        const at = f * LEVELS + level;
        this.hopeful[at] = max(this.hopeful[at] as number, this.hopeful[f * LEVELS + LEVEL.exchanged] as number, 0);
      }
    });
    const most = Float64Array.from({ length: width }, (_, f) => {
      const levels = this.hopeful.subarray(f * LEVELS, (f + 1) * LEVELS);
      const rarest = (rarity[f] as Float32Array).reduce((a, b) => max(a, b), 0);
      return max((levels[LEVEL.exact] as number) + rarest, ...levels);
    });
    const gap = (f: number): number => {
      const share = chance.otherwise[f]?.[LEVEL.differs] ?? 0;
      return share * ((most[f] as number) - (this.hopeful[f * LEVELS + LEVEL.differs] as number));
    };
    this.order = Int32Array.from({ length: width }, (_, f) => f).sort((f, g) => gap(g) - gap(f) || f - g);
    this.mostFrom = new Float64Array(width + 1);
    for (let k = width - 1; k >= 0; k -= 1) {
      this.mostFrom[k] = (this.mostFrom[k + 1] as number) + (most[this.order[k] as number] as number);
    }
  }

  /** The weight, or -Infinity as soon as it is sure to stay below `least`. */
  weight(i: number, j: number, least: number): number {
    const { comparison, order, mostFrom, hopeful } = this;
    let hope = this.model.priorBits;
    for (let k = 0; k < order.length; k += 1) {
      if (hope + (mostFrom[k] as number) < least) return -Infinity;
      const f = order[k] as number;
      const level = comparison.levelOf(f, i, j);
      hope += hopeful[f * LEVELS + level] as number;
      if (level === LEVEL.exact) hope += this.rarityBits(f, i);
    }
    if (hope < least) return -Infinity;
    comparison.compare(i, j, this.levels);
    let random = this.model.priorBits;
    let neighbour = this.model.neighbourPriorBits;
    for (let f = 0; f < order.length; f += 1) {
      const level = this.levels[f] as number;
      random += this.bitsOf(f, level);
      neighbour += this.model.neighbourBits[f * LEVELS + level] as number;
      if (level === LEVEL.exact && !this.isGiven(f)) random += this.rarityBits(f, i);
    }
    return jointBits(random, neighbour);
  }

  /** The weight field by field, in the order of the fields. */
  explain(i: number, j: number): FieldEvidence[] {
    this.comparison.compare(i, j, this.levels);
    return Array.from(this.levels, (level, field) => ({
      field,
      level,
      bits: this.bitsOf(field, level),
      neighbourBits: this.model.neighbourBits[field * LEVELS + level] as number,
      rarityBits: level === LEVEL.exact && !this.isGiven(field) ? this.rarityBits(field, i) : 0,
    }));
  }

  /** True where the field on which this one depends agrees: its agreement is then hardly news, and its rarity none. */
  private isGiven(f: number): boolean {
    const parent = this.model.chance.parents[f] as number;
    return parent >= 0 && this.levels[parent] === LEVEL.exact;
  }

  private bitsOf(f: number, level: number): number {
    return (this.isGiven(f) ? this.model.givenBits : this.model.bits)[f * LEVELS + level] as number;
  }

  private rarityBits(f: number, i: number): number {
    return (this.model.rarity[f] as Float32Array)[(this.values[f] as Int32Array)[i] as number] as number;
  }
}

/** Pairs with their weights; flat, so that they cross threads. */
export interface WeighedPairs {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly bits: Float64Array;
}

/** Collects weighed pairs in arrays that grow. */
export class PairCollector {
  private first = new Int32Array(4096);
  private second = new Int32Array(4096);
  private bits = new Float64Array(4096);
  private size = 0;

  add(i: number, j: number, bits: number): void {
    if (this.size === this.first.length) {
      this.first = widened(this.first, Int32Array);
      this.second = widened(this.second, Int32Array);
      this.bits = widened(this.bits, Float64Array);
    }
    this.first[this.size] = i;
    this.second[this.size] = j;
    this.bits[this.size] = bits;
    this.size += 1;
  }

  finish(): WeighedPairs {
    const { size } = this;
    return { first: this.first.slice(0, size), second: this.second.slice(0, size), bits: this.bits.slice(0, size) };
  }
}

function widened<T extends Int32Array | Float64Array>(old: T, make: new (length: number) => T): T {
  const wide = new make(old.length * 2);
  wide.set(old);
  return wide;
}

/** Puts the pairs of all threads in one order: by first record, then by second. */
export function mergePairs(parts: readonly WeighedPairs[]): WeighedPairs {
  const total = parts.reduce((sum, { first }) => sum + first.length, 0);
  const first = new Int32Array(total);
  const second = new Int32Array(total);
  const bits = new Float64Array(total);
  let at = 0;
  for (const part of parts) {
    first.set(part.first, at);
    second.set(part.second, at);
    bits.set(part.bits, at);
    at += part.first.length;
  }
  const order = Uint32Array.from({ length: total }, (_, p) => p).sort(
    (p, q) => (first[p] as number) - (first[q] as number) || (second[p] as number) - (second[q] as number),
  );
  return {
    first: Int32Array.from(order, (p) => first[p] as number),
    second: Int32Array.from(order, (p) => second[p] as number),
    bits: Float64Array.from(order, (p) => bits[p] as number),
  };
}
