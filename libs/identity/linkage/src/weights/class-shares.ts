import { LEVEL } from '../field-types';
import type { ChanceModel } from './chance-model';
import { logRatios, sumLogRatios } from './log-ratios';
import { vectorLevels, type VectorCounts } from '../pairs/vector-counts';

const { abs, exp, max, min } = Math;

const MOST_ROUNDS = 300;
const TOLERANCE = 1e-6;
/** Pseudo-pairs a level, spread as among random pairs. */
const PRIOR = 1;

/** What all candidate pairs together say once m and u are known. */
export interface ClassShares {
  /** Share of matches among all pairs. */
  readonly lambda: number;
  /** Share of neighbours among all pairs, and shares of levels among them. */
  readonly neighbours: number;
  readonly n: readonly Float64Array[];
}

/** Candidate pairs, the levels among matches and random pairs, and how many pairs could be compared at all. */
export interface ClassInput {
  readonly vectors: VectorCounts;
  readonly chance: ChanceModel;
  readonly m: readonly Float64Array[];
  readonly all: number;
}

/**
 * How many of all pairs match, and what sets neighbours apart: pairs that are not the same and yet agree more than chance
 * lets them, such as a family at one address or two firms of one house. They are a third class beside matches and random
 * pairs; m and u stay fixed, so the classes cannot change places.
 *
 * Cost    O(vectors × fields) a round, at most 300 rounds
 * Source  latent classes beyond two: Winkler 1993; Larsen & Rubin 2001
 */
export function classShares({ vectors, chance, m, all }: ClassInput): ClassShares {
  const { otherwise: alone, parents } = chance;
  const width = alone.length;
  const rows = vectors.codes.length;
  const levels = vectorLevels(vectors, width);
  const fields = alone.map((_, f) => f);
  /** log of how much likelier each vector is in a class than by chance. */
  const overChance = (shares: readonly Float64Array[]): Float64Array => {
    const ratios = logRatios(shares, chance);
    return Float64Array.from({ length: rows }, (_, row) =>
      sumLogRatios(levels, row * width, { ratios, parents, fields }),
    );
  };
  const asMatch = overChance(m);
  let n: Float64Array[] = alone.map((shares, f) => shares.map((share, level) => (share + (m[f]?.[level] ?? 0)) / 2));
  let lambda = 1e-4;
  let neighbours = 1e-4;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const asNeighbour = overChance(n);
    const sums = alone.map((shares) => shares.map((share) => share * PRIOR));
    let matches = 0;
    let near = 0;
    for (let row = 0; row < rows; row += 1) {
      const match = lambda * exp(asMatch[row] as number);
      const neighbour = neighbours * exp(asNeighbour[row] as number);
      const total = match + neighbour + max(1e-9, 1 - lambda - neighbours);
      const count = vectors.counts[row] as number;
      matches += (count * match) / total;
      const weight = (count * neighbour) / total;
      near += weight;
      for (let f = 0; f < width; f += 1) {
        const level = levels[row * width + f] as number;
        if (level === LEVEL.missing) continue;
        const sum = sums[f] as Float64Array;
        sum[level] = (sum[level] as number) + weight;
      }
    }
    const nextLambda = min(0.5, max(1e-12, matches / all));
    const nextNeighbours = min(0.4, max(1e-12, near / all));
    const isDone =
      abs(nextLambda - lambda) < TOLERANCE * lambda && abs(nextNeighbours - neighbours) < TOLERANCE * neighbours;
    lambda = nextLambda;
    neighbours = nextNeighbours;
    n = sums.map((sum) => {
      const total = sum.reduce((a, b) => a + b, 0);
      return sum.map((x) => x / total);
    });
    if (isDone) break;
  }
  return { lambda, neighbours, n };
}
