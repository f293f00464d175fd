import { LEVEL, LEVELS } from '../field-types';
import { logRatios, sumLogRatios } from './log-ratios';
import type { ChanceModel } from './chance-model';
import { vectorLevels, type VectorCounts } from '../pairs/vector-counts';

const { abs, exp, log, max, min } = Math;

/** Where EM starts: a good pair mostly agrees. */
const START = [0.75, 0.12, 0.06, 0.01, 0.06] as const;
const MOST_ROUNDS = 200;
const TOLERANCE = 1e-5;
/** Pseudo-pairs a level, so that no level's share becomes zero. */
const PRIOR = 0.05;
/**
 * In matches a field differs at most so often. Without the bound EM may call a large class of mere neighbours (same city,
 * nothing else) the matches, because the fields of neighbours depend on each other and the model says they do not.
 */
const MOST_DIFFERING = 0.5;

function bounded(shares: Float64Array): Float64Array {
  const differing = shares[LEVEL.differs] as number;
  if (differing <= MOST_DIFFERING) return shares;
  const scale = (1 - MOST_DIFFERING) / (1 - differing);
  return shares.map((share, level) => (level === LEVEL.differs ? MOST_DIFFERING : share * scale));
}

function largestGap(a: Float64Array, b: Float64Array): number {
  return a.reduce((most, x, level) => max(most, abs(x - (b[level] as number))), 0);
}

/** What EM learned from the pairs of one blocking pass. */
export interface MatchEstimate {
  /** Share of matches among the pairs. */
  readonly lambda: number;
  /** Per field, shares of levels among matches; null for a field held out. */
  readonly m: readonly (Float64Array | null)[];
  readonly pairs: number;
  readonly rounds: number;
  readonly hasConverged: boolean;
}

/** The share of matches and of levels among them. */
export interface EstimateInput {
  readonly vectors: VectorCounts;
  readonly chance: ChanceModel;
  /** Fields that agree because of the blocking: left out of the likelihood. */
  readonly heldOut: ReadonlySet<number>;
}

/**
 * Estimates m and the share of matches by EM with u fixed, missing fields left out of a vector.
 *
 * Because u comes from random pairs, the classes cannot change places: what EM calls a match is what u does not explain.
 *
 * Cost    O(vectors × fields) a round, at most 200 rounds
 * Source  Fellegi & Sunter 1969; Winkler 1988; u from random pairs and m by EM a blocking rule as Splink documents it
 */
export function estimateMatches({ vectors, chance, heldOut }: EstimateInput): MatchEstimate {
  const fields = chance.given;
  const width = fields.length;
  const rows = vectors.codes.length;
  const levels = vectorLevels(vectors, width);
  const pairs = vectors.counts.reduce((sum, count) => sum + count, 0);
  const free = fields.map((_, f) => f).filter((f) => !heldOut.has(f));
  let m: Float64Array[] = fields.map(() => Float64Array.from(START));
  let lambda = 0.2;
  let rounds = 0;
  let hasConverged = false;
  while (rounds < MOST_ROUNDS && !hasConverged && pairs > 0) {
    rounds += 1;
    const ratios = logRatios(m, chance);
    const prior = log(lambda / (1 - lambda));
    const sums = fields.map(() => new Float64Array(LEVELS - 1).fill(PRIOR));
    let matches = 0;
    for (let row = 0; row < rows; row += 1) {
      const odds = prior + sumLogRatios(levels, row * width, { ratios, parents: chance.parents, fields: free });
      const weight = (vectors.counts[row] as number) / (1 + exp(-odds));
      matches += weight;
      for (const f of free) {
        const level = levels[row * width + f] as number;
        if (level === LEVEL.missing) continue;
        const sum = sums[f] as Float64Array;
        sum[level] = (sum[level] as number) + weight;
      }
    }
    const next = sums.map((sum) => {
      const total = sum.reduce((a, b) => a + b, 0);
      return bounded(sum.map((x) => x / total));
    });
    const nextLambda = min(1 - 1e-9, max(1e-9, matches / pairs));
    const moved = max(
      abs(nextLambda - lambda),
      ...free.map((f) => largestGap(next[f] as Float64Array, m[f] as Float64Array)),
    );
    hasConverged = moved < TOLERANCE;
    m = next;
    lambda = nextLambda;
  }
  return { lambda, m: m.map((shares, f) => (heldOut.has(f) ? null : shares)), pairs, rounds, hasConverged };
}
