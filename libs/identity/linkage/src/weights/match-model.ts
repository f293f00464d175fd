import type { EncodedTable } from '../encode/table-encoder';
import { LEVEL, LEVELS } from '../field-types';
import type { ChanceModel } from './chance-model';
import type { ClassShares } from './class-shares';

const { log2, max, min } = Math;

/** Weights of a linkage, ready to score with; flat, so that it crosses threads. */
export interface MatchModel {
  /** log2 of the odds that two records drawn at random match. */
  readonly priorBits: number;
  /** Per field and level, log2(m / u); 0 for missing. */
  readonly bits: Float64Array;
  /** The same where the field on which it depends agrees exactly. */
  readonly givenBits: Float64Array;
  /** Per field, what an exact agreement on a value adds to its level's weight: rare values more, common ones less. */
  readonly rarity: readonly Float32Array[];
  /**
   * The same against neighbours: pairs that are not the same and yet agree more than chance lets them. Infinity where
   * the data show none.
   */
  readonly neighbourPriorBits: number;
  readonly neighbourBits: Float64Array;
  /** Per field, shares of levels among matches, random pairs and neighbours. */
  readonly m: readonly Float64Array[];
  readonly chance: ChanceModel;
  readonly n: readonly Float64Array[];
}

/** A rare value adds at most so many bits, and a common one takes away as many. */
const MOST_RARITY_BITS = 4;

/**
 * What agreement on each value of a field adds: log2 of how much rarer it is than the value on which two random records
 * that agree would agree. On average over such records the factor is 1, so that identifiers, where every value is as
 * rare as the next, stay as they are.
 */
function rarityOf(table: EncodedTable, f: number): Float32Array {
  const counts = table.fields[f]?.counts ?? new Int32Array(0);
  const bits = new Float32Array(new SharedArrayBuffer(max(4, counts.length * 4)));
  let agreeing = 0;
  let weighted = 0;
  for (const count of counts) {
    agreeing += count * (count - 1);
    weighted += count * (count - 1) * count;
  }
  if (agreeing === 0) return bits;
  const typical = weighted / agreeing;
  for (let value = 0; value < counts.length; value += 1) {
    const rarer = log2(typical / max(1, counts[value] as number));
    bits[value] = max(-MOST_RARITY_BITS, min(MOST_RARITY_BITS, rarer));
  }
  return bits;
}

/** The estimates of a linkage. */
export interface ModelEstimates extends ClassShares {
  readonly m: readonly Float64Array[];
  readonly chance: ChanceModel;
}

function bitsAgainst(m: readonly Float64Array[], others: readonly Float64Array[]): Float64Array {
  const bits = new Float64Array(m.length * LEVELS);
  for (let f = 0; f < m.length; f += 1) {
    for (let level = 0; level < LEVEL.missing; level += 1) {
      bits[f * LEVELS + level] = log2((m[f]?.[level] ?? 1) / (others[f]?.[level] ?? 1));
    }
  }
  return bits;
}

/** Puts the estimates of a linkage together. */
export function matchModel(table: EncodedTable, { m, chance, n, lambda, neighbours }: ModelEstimates): MatchModel {
  return {
    priorBits: log2(lambda / max(1e-9, 1 - lambda - neighbours)),
    bits: bitsAgainst(m, chance.otherwise),
    givenBits: bitsAgainst(m, chance.given),
    rarity: table.fields.map((_, f) => rarityOf(table, f)),
    // Fewer than the matches, they are no population of their own but what matches look like at their worst.
    neighbourPriorBits: neighbours > lambda ? log2(lambda / neighbours) : Infinity,
    neighbourBits: bitsAgainst(m, n),
    m,
    chance,
    n,
  };
}

/** The weight against both kinds of pairs that do not match, from the weights against each. */
export function jointBits(againstRandom: number, againstNeighbours: number): number {
  const low = min(againstRandom, againstNeighbours);
  const high = max(againstRandom, againstNeighbours);
  return low - log2(1 + 2 ** (low - high));
}

/** Probability of a match from the weight, prior included. */
export function probabilityOf(weightBits: number): number {
  return 1 / (1 + 2 ** -weightBits);
}

/** The weight, prior included, from which the probability is at least so much. */
export function weightOf(probability: number): number {
  return log2(probability / (1 - probability));
}
