import type { Random } from '@kohort/kernel-clock-random';
import { PairComparison } from '../compare/pair-comparison';
import type { EncodedTable } from '../encode/table-encoder';
import { LEVEL } from '../field-types';

/**
 * How often levels come about by chance. A field may depend on one other: where two strangers live in one suburb, their
 * postcodes agree too, and that says nothing more.
 */
export interface ChanceModel {
  /** Field on which a field depends, -1 for none; no field depends on itself by any way. */
  readonly parents: Int32Array;
  /** Shares of levels where the parent agrees exactly. */
  readonly given: readonly Float64Array[];
  /** Shares of levels otherwise; of all pairs for a field without parent. */
  readonly otherwise: readonly Float64Array[];
}

/** Levels of all fields among random pairs that agree exactly in one field. */
export interface AgreeingPairs {
  readonly field: number;
  /** How many were drawn. */
  readonly pairs: number;
  /** Per field the shares of levels. */
  readonly shares: readonly Float64Array[];
}

/** Pairs drawn for each field, and of small tables for each record. */
const PAIRS_A_FIELD = 60_000;
const PAIRS_A_RECORD = 6;
/** Fewer agreeing pairs than this teach nothing. */
const LEAST_PAIRS = 500;
/** A dependence counts from one bit on: an agreement twice as likely as it would be alone. */
const LEAST_BITS = 1;
/** Where more of the agreeing pairs than this are matches, they say nothing about strangers. */
const MOST_MATCHES = 0.5;
/** Drawn pairs that must agree in the other field too, for it not to be chance about chance. */
const LEAST_TOGETHER = 30;
/** Where matches account for more than this of what agrees together, the rest is noise. */
const MOST_EXPLAINED = 0.5;
const PRIOR = 0.5;

/**
 * Draws pairs that agree exactly in each field in turn, and counts the levels of the others.
 *
 * Cost    at most 60,000 comparisons a field; fields with hardly an agreement are left out
 */
export function drawAgreeingPairs(table: EncodedTable, random: Random): AgreeingPairs[] {
  const comparison = new PairComparison(table);
  const levels = new Uint8Array(comparison.width);
  const isTwoFiles = table.split < table.records;
  return table.fields.flatMap(({ values, counts }, field): AgreeingPairs[] => {
    const starts = new Int32Array(counts.length + 1);
    const sums = new Float64Array(counts.length);
    let total = 0;
    counts.forEach((count, value) => {
      starts[value + 1] = (starts[value] as number) + count;
      total += count * (count - 1);
      sums[value] = total;
    });
    if (total / 2 < LEAST_PAIRS) return [];
    const order = new Int32Array(starts[counts.length] as number);
    const fill = Int32Array.from(starts);
    values.forEach((value, record) => {
      if (value < 0) return;
      order[fill[value] as number] = record;
      fill[value] = (fill[value] as number) + 1;
    });
    const shares = table.fields.map(() => new Float64Array(LEVEL.missing).fill(PRIOR));
    const draw = random.split(field);
    const pairs = Math.min(PAIRS_A_FIELD, table.records * PAIRS_A_RECORD);
    for (let p = 0; p < pairs; p += 1) {
      const wanted = draw.next() * total;
      let low = 0;
      let high = counts.length - 1;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if ((sums[middle] as number) <= wanted) low = middle + 1;
        else high = middle;
      }
      const start = starts[low] as number;
      const count = counts[low] as number;
      const x = draw.int(count);
      const y = (x + 1 + draw.int(count - 1)) % count;
      const i = Math.min(order[start + x] as number, order[start + y] as number);
      const j = Math.max(order[start + x] as number, order[start + y] as number);
      if (isTwoFiles && (i >= table.split || j < table.split)) continue;
      comparison.compare(i, j, levels);
      levels.forEach((level, f) => {
        const share = shares[f] as Float64Array;
        if (level !== LEVEL.missing) share[level] = (share[level] as number) + 1;
      });
    }
    return [{ field, pairs, shares: shares.map(normalised) }];
  });
}

function normalised(shares: Float64Array): Float64Array {
  const total = shares.reduce((a, b) => a + b, 0);
  return shares.map((share) => share / total);
}

/** What is known when a chance model is made. */
export interface ChanceInput {
  /** Shares of levels among random pairs, as drawn and free of matches. */
  readonly drawn: readonly Float64Array[];
  readonly clean: readonly Float64Array[];
  readonly agreeing: readonly AgreeingPairs[];
  readonly m: readonly Float64Array[];
  readonly lambda: number;
}

interface Dependence {
  readonly parent: number;
  readonly child: number;
  readonly bits: number;
  readonly given: Float64Array;
}

function dependences({ drawn, clean, agreeing, m, lambda }: ChanceInput): Dependence[] {
  return agreeing.flatMap(({ field: parent, pairs, shares }): Dependence[] => {
    const exact = drawn[parent]?.[LEVEL.exact] ?? 0;
    const matching = exact > 0 ? (lambda * (m[parent]?.[LEVEL.exact] ?? 0)) / exact : 1;
    if (matching > MOST_MATCHES) return [];
    return shares.flatMap((levels, child): Dependence[] => {
      if (child === parent) return [];
      const together = levels[LEVEL.exact] as number;
      const byMatches = matching * (m[child]?.[LEVEL.exact] ?? 0);
      if (together * pairs < LEAST_TOGETHER || byMatches > together * MOST_EXPLAINED) return [];
      const given = normalised(
        levels.map((share, level) => {
          const alone = clean[child]?.[level] ?? 0;
          // What is left after the matches are taken off is noisy where few are left.
          const left = (share - matching * (m[child]?.[level] ?? 0)) / (1 - matching);
          return Math.max(left, level === LEVEL.exact ? alone : alone / 100);
        }),
      );
      const bits = Math.log2((given[LEVEL.exact] ?? 1) / Math.max(1e-12, clean[child]?.[LEVEL.exact] ?? 1));
      return bits >= LEAST_BITS ? [{ parent, child, bits, given }] : [];
    });
  });
}

/**
 * Puts chance together: each field depends on at most one other, the strongest dependences first, none in a circle.
 *
 * Ties    the earlier field
 * Source  after the dependence trees of Chow & Liu 1968, greedily and on agreement alone
 */
export function chanceModel(input: ChanceInput): ChanceModel {
  const { clean, drawn } = input;
  const parents = new Int32Array(clean.length).fill(-1);
  const given = clean.map((shares) => shares);
  const otherwise = clean.map((shares) => shares);
  const isAbove = (field: number, above: number): boolean => {
    for (let at = field; at >= 0; at = parents[at] as number) if (at === above) return true;
    return false;
  };
  const found = dependences(input).sort((a, b) => b.bits - a.bits || a.child - b.child || a.parent - b.parent);
  for (const { parent, child, given: shares } of found) {
    if (parents[child] !== -1 || isAbove(parent, child)) continue;
    parents[child] = parent;
    given[child] = shares;
    const exact = drawn[parent]?.[LEVEL.exact] ?? 0;
    const alone = clean[child] as Float64Array;
    otherwise[child] = normalised(
      alone.map((share, level) => Math.max(share * 0.01, (share - exact * (shares[level] as number)) / (1 - exact))),
    );
  }
  return { parents, given, otherwise };
}
