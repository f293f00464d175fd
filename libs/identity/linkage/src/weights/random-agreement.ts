import type { Random } from '@kohort/kernel-clock-random';
import { PairComparison } from '../compare/pair-comparison';
import type { EncodedTable } from '../encode/table-encoder';
import { LEVEL, LEVELS } from '../field-types';

const MOST_PAIRS = 400_000;
/** Of small tables so many pairs a record are enough. */
const PAIRS_A_RECORD = 40;
/** Added to each count: a level never seen by chance is rare, not impossible. */
const PRIOR = 0.5;

/** Pairs that may be compared at all. */
export function allPairs({ records, split }: EncodedTable): number {
  return split < records ? split * (records - split) : (records * (records - 1)) / 2;
}

function exactShare(table: EncodedTable, f: number): number {
  const field = table.fields[f] as EncodedTable['fields'][number];
  const { split, records } = table;
  const first = new Int32Array(field.counts.length);
  let presentFirst = 0;
  if (split < records) {
    for (let i = 0; i < split; i += 1) {
      const value = field.values[i] as number;
      if (value < 0) continue;
      first[value] = (first[value] as number) + 1;
      presentFirst += 1;
    }
  }
  const present = records - field.missing;
  let same = 0;
  for (let value = 0; value < field.counts.length; value += 1) {
    const count = field.counts[value] as number;
    const inFirst = first[value] as number;
    same += split < records ? inFirst * (count - inFirst) : (count * (count - 1)) / 2;
  }
  const pairs = split < records ? presentFirst * (present - presentFirst) : (present * (present - 1)) / 2;
  return pairs > 0 ? same / pairs : 0;
}

/**
 * How often records drawn at random stand at each level: `exact` from the counts of values, the others from
 * at most 400,000 pairs.
 *
 * Shape   per field the shares of exact, close, alike, exchanged, differs among pairs in which it is present; sum 1
 */
export function randomAgreement(table: EncodedTable, random: Random): Float64Array[] {
  const comparison = new PairComparison(table);
  const levels = new Uint8Array(comparison.width);
  const counts = table.fields.map(() => new Float64Array(LEVELS - 1).fill(PRIOR));
  const { records, split } = table;
  const isTwoFiles = split < records;
  const pairs = Math.min(MOST_PAIRS, records * PAIRS_A_RECORD);
  for (let p = 0; p < pairs; p += 1) {
    const i = isTwoFiles ? random.int(split) : random.int(records);
    const j = isTwoFiles ? split + random.int(records - split) : random.int(records);
    if (i === j) continue;
    comparison.compare(i, j, levels);
    for (let f = 0; f < levels.length; f += 1) {
      const level = levels[f] as number;
      if (level === LEVEL.missing) continue;
      const count = counts[f] as Float64Array;
      count[level] = (count[level] as number) + 1;
    }
  }
  return counts.map((count, f) => {
    const exact = exactShare(table, f);
    const others = count.reduce((sum, x, level) => (level === LEVEL.exact ? sum : sum + x), 0);
    return count.map((x, level) => (level === LEVEL.exact ? exact : (x / others) * (1 - exact)));
  });
}
