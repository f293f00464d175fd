import type { Random } from '@kohort/kernel-clock-random';
import type { EncodedTable } from '../encode/table-encoder';
import type { FieldType } from '../field-types';
import { linkageErrors } from '../linkage-errors';
import { blockRule, countPairs, type BlockRule } from './block-index';
import { blockKeys, type BlockKey } from './block-keys';

const { imul, max, min, round } = Math;

/** What limits the choice of blocking rules. */
export interface BlockingLimits {
  /** Pairs that all rules together may compare. */
  readonly mostPairs: number;
  /** Records of a block; larger blocks are left out and reported. */
  readonly blockCap: number;
}

/** The chosen rules with what was expected of them. */
export interface BlockingChoice {
  readonly rules: readonly BlockRule[];
  /** Share of imagined true pairs that at least one rule would bring together; see imaginePairs. */
  readonly expectedCoverage: number;
  readonly expectedPairs: number;
}

/** Imagined true pairs on which the rules are tried. */
const IMAGINED = 4096;
const WORDS = IMAGINED / 32;
/** Rules are counted on so many records at most, drawn at random. */
const SAMPLE = 50_000;
const MOST_RULES = 12;
/** Enough of the imagined pairs are brought together twice. */
const ENOUGH = 0.998;

/** Share of true pairs with a slip in a field, and with another value altogether; deliberately gloomy. */
const DAMAGE: Readonly<Record<FieldType, readonly [slip: number, other: number]>> = {
  name: [0.18, 0.1],
  text: [0.18, 0.1],
  address: [0.25, 0.12],
  house: [0.12, 0.15],
  date: [0.1, 0.08],
  phone: [0.1, 0.2],
  email: [0.1, 0.2],
  code: [0.12, 0.08],
  amount: [0.2, 0.2],
  category: [0.05, 0.15],
};
/** How often a part of a value survives a slip in the whole. */
const PART_SURVIVES: Readonly<Record<string, number>> = {
  sound: 0.45,
  start: 0.6,
  end: 0.5,
  word: 0.55,
  mailbox: 0.5,
  year: 0.6,
  month: 0.45,
  day: 0.4,
};

/** Share of records that have a key at all. */
function presentShare(table: EncodedTable, { field, ofValue }: BlockKey): number {
  const { counts = new Int32Array(0), missing = 0 } = table.fields[field] ?? {};
  let without = missing;
  ofValue?.forEach((key, value) => {
    if (key < 0) without += counts[value] as number;
  });
  return 1 - without / max(1, table.records);
}

/** For each key the imagined pairs that it would bring together, a bit a pair. */
function imaginePairs(table: EncodedTable, keys: readonly BlockKey[], random: Random): Uint32Array[] {
  const bits = keys.map(() => new Uint32Array(WORDS));
  const present = keys.map((key) => presentShare(table, key) ** 2);
  for (let p = 0; p < IMAGINED; p += 1) {
    for (let f = 0; f < table.fields.length; f += 1) {
      const field = table.fields[f] as EncodedTable['fields'][number];
      const [slip, other] = DAMAGE[field.type];
      const draw = random.next();
      const presence = random.next();
      const isOther = draw < other;
      const isSlipped = draw < other + slip;
      keys.forEach((key, k) => {
        if (key.field !== f) return;
        const luck = random.next();
        if (
          isOther ||
          presence > (present[k] as number) ||
          (isSlipped && (key.part === 'exact' || luck > (PART_SURVIVES[key.part] ?? 0.5)))
        )
          return;
        const word = bits[k] as Uint32Array;
        word[p >>> 5] = ((word[p >>> 5] as number) | (1 << (p & 31))) >>> 0;
      });
    }
  }
  return bits;
}

function bitCount(word: number): number {
  let x = word - ((word >>> 1) & 0x55555555);
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  return imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Imagined pairs brought together once and twice by the rules taken so far. */
class Coverage {
  readonly once = new Uint32Array(WORDS);
  readonly twice = new Uint32Array(WORDS);

  /** A second rule for a pair counts half: real damage comes in clusters, so that a rule fails more often than imagined. */
  gain(rule: Uint32Array): number {
    let sum = 0;
    for (let w = 0; w < WORDS; w += 1) {
      const bits = rule[w] as number;
      const once = this.once[w] as number;
      sum += bitCount(bits & ~once) + bitCount(bits & once & ~(this.twice[w] as number)) / 2;
    }
    return sum;
  }

  take(rule: Uint32Array): void {
    for (let w = 0; w < WORDS; w += 1) {
      const bits = rule[w] as number;
      this.twice[w] = ((this.twice[w] as number) | (bits & (this.once[w] as number))) >>> 0;
      this.once[w] = ((this.once[w] as number) | bits) >>> 0;
    }
  }

  count(covered: Uint32Array): number {
    return covered.reduce((sum, word) => sum + bitCount(word), 0);
  }
}

interface Candidate {
  readonly rule: BlockRule;
  readonly bits: Uint32Array;
  readonly pairs: number;
}

function sampleRecords(records: number, random: Random): Int32Array {
  if (records <= SAMPLE) return Int32Array.from({ length: records }, (_, i) => i);
  const chosen: number[] = [];
  // Selection sampling (Knuth, algorithm S): in order, each record equally likely.
  for (let i = 0; i < records && chosen.length < SAMPLE; i += 1) {
    if (random.next() * (records - i) < SAMPLE - chosen.length) chosen.push(i);
  }
  return Int32Array.from(chosen);
}

function candidates(table: EncodedTable, limits: BlockingLimits, random: Random): Candidate[] {
  const keys = blockKeys(table);
  const bits = imaginePairs(table, keys, random.split('imagined'));
  const records = sampleRecords(table.records, random.split('sample'));
  const scale = (table.records / records.length) ** 2;
  const cap = max(2, round((limits.blockCap * records.length) / table.records));
  const found: Candidate[] = [];
  const consider = (members: readonly number[]): boolean => {
    const rule = blockRule(members.map((k) => keys[k] as BlockKey));
    const { pairs, skippedPairs } = countPairs(table, rule, { records, cap });
    const isTooWide = (pairs + skippedPairs) * scale > limits.mostPairs;
    if (!isTooWide) {
      const joint = Uint32Array.from(
        bits[members[0] as number] as Uint32Array,
        (word, w) => members.reduce((both, k) => both & ((bits[k] as Uint32Array)[w] as number), word) >>> 0,
      );
      found.push({ rule, bits: joint, pairs: max(1, pairs * scale) });
    }
    return isTooWide;
  };
  keys.forEach((key, k) => {
    if (!consider([k])) return;
    // Only what is too wide alone is narrowed by a second key.
    keys.forEach((second, l) => {
      if (l > k && second.field !== key.field) consider([k, l]);
    });
  });
  return found;
}

/**
 * Chooses blocking rules from the fields alone: rules of one or two keys, taken one by one by how many imagined true
 * pairs they newly cover per pair compared, until nearly all are covered twice or the limit of pairs is reached.
 *
 * Imagined pairs: for each field a slip (parts of the value may survive), another value or a missing one, independent of
 * each other, with shares that are the same for every data set but for the missing ones, which are counted.
 *
 * Ties    the earlier rule in the order of the fields
 * Cost    one pass over at most 50,000 records per candidate rule
 * Throws  LINKAGE_NO_BLOCKING when every rule is too wide
 */
export function chooseBlocking(table: EncodedTable, limits: BlockingLimits, random: Random): BlockingChoice {
  let open = candidates(table, limits, random);
  if (open.length === 0) throw linkageErrors.LINKAGE_NO_BLOCKING({ most: limits.mostPairs });
  const coverage = new Coverage();
  const rules: BlockRule[] = [];
  let expectedPairs = 0;
  while (rules.length < MOST_RULES && coverage.count(coverage.twice) < ENOUGH * IMAGINED) {
    let best: Candidate | undefined;
    let bestWorth = 0;
    for (const candidate of open) {
      if (expectedPairs + candidate.pairs > limits.mostPairs) continue;
      const gain = coverage.gain(candidate.bits);
      // A rule of few pairs costs its walk over the records all the same.
      const worth = gain / (candidate.pairs + table.records * 2);
      if (gain > 0 && worth > bestWorth) {
        best = candidate;
        bestWorth = worth;
      }
    }
    if (!best) break;
    const { rule } = best;
    coverage.take(best.bits);
    // The rule itself and what only narrows it bring nothing new.
    open = open.filter((candidate) => !rule.keys.every((key) => candidate.rule.keys.includes(key)));
    expectedPairs += best.pairs;
    rules.push(rule);
  }
  if (rules.length === 0) throw linkageErrors.LINKAGE_NO_BLOCKING({ most: limits.mostPairs });
  const expectedCoverage = coverage.count(coverage.once) / IMAGINED;
  return { rules, expectedCoverage, expectedPairs: round(expectedPairs) };
}

/** Limits that suit a number of records: 60 pairs a record, of small tables 200, and blocks of at most 1,000. */
export function defaultLimits(records: number): BlockingLimits {
  return { mostPairs: max(records * 60, min(2_000_000, records * 200)), blockCap: 1_000 };
}
