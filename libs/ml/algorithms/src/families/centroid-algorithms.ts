import {
  boundedKmeans,
  boundedKmeansDefaults,
  kmeans,
  kmeansDefaults,
  kmeansDistances,
  miniBatchKmeans,
  miniBatchKmeansDefaults,
  type KmeansState,
} from '@kohort/ml-clustering';
import type { Matrix } from '@kohort/ml-core';
import { z } from 'zod';
import { defineAlgorithm, labelsOf, type FitResult } from '../algorithm-definition';
import { placeByDistance, type PlaceContext } from '../placement';
import { real, whole, wholeOrNull } from '../params-schema';
import { registerAlgorithm } from '../register-algorithm';

const CONFIDENCE = 'how much nearer the own centre is than the next one: 1 at the centre, 0 half-way between two';
/** Multiply-adds that extra starts of a small table may cost: about a tenth of a second. */
const EXTRA_STARTS_WORK = 1.5e7;

/** Starts of k-means when none are asked for: more for small tables, where they cost nothing. */
export function kmeansStarts({ rows, data }: Matrix, k: number): number {
  if (rows > 200_000) return 3;
  return Math.min(100, Math.max(10, Math.round(EXTRA_STARTS_WORK / (data.length * k))));
}

const unsettled = ({ converged, iterations }: { converged: boolean; iterations: number }): string[] =>
  converged ? [] : [`It stopped after ${iterations} rounds before it settled.`];

async function placeByCentroid(state: KmeansState, matrix: Matrix, context: PlaceContext) {
  const found = await labelsOf(kmeans, { state, matrix, context });
  return placeByDistance(kmeansDistances(state, matrix), found, context);
}

/** Centroids by k-means: the same for all that end in a k-means state. */
export const centroidForm = { place: placeByCentroid, toJson: kmeans.toJson, fromJson: kmeans.fromJson };

/** The result of a fit that ends in a k-means state. */
export function centroidResult(
  { labels, ...state }: KmeansState & { readonly labels: ArrayLike<number> },
  notes: readonly string[] = [],
): FitResult<KmeansState> {
  return { labels, state, clusters: state.k, notes: [...unsettled(state), ...notes] };
}

/** k-means as the registry knows it. */
export const kmeansDefinition = defineAlgorithm({
  name: 'kmeans',
  title: 'k-means',
  about: 'Compact groups of similar size around their averages; fast and easy to explain.',
  family: 'centroids',
  input: 'numbers',
  takesK: true,
  findsK: false,
  marksNoise: false,
  rowLimit: 5_000_000,
  confidence: CONFIDENCE,
  params: z.object({
    restarts: wholeOrNull(1, 1000, 'independent starts, the best is kept; 10 to 100 by size, 3 beyond 200,000 rows'),
    maxIterations: whole(1, 100_000, kmeansDefaults.maxIterations, 'most rounds of one start'),
    tolerance: real(0, 1, kmeansDefaults.tolerance, 'shift at which a start ends, as a share of the mean variance'),
  }),
  async fit({ matrix, params: { restarts, ...rest }, k = 0, control }) {
    const start = { method: 'k-means++', restarts: restarts ?? kmeansStarts(matrix, k) } as const;
    return centroidResult(await kmeans.fit(matrix, { k, start, ...rest }, control));
  },
  ...centroidForm,
});

export const kmeansAlgorithm = registerAlgorithm(kmeansDefinition);

export const miniBatchKmeansAlgorithm = registerAlgorithm({
  name: 'mini-batch-kmeans',
  title: 'Mini-batch k-means',
  about: 'k-means from small random batches: nearly the same groups for very large tables in a fraction of the time.',
  family: 'centroids',
  input: 'numbers',
  takesK: true,
  findsK: false,
  marksNoise: false,
  rowLimit: 5_000_000,
  confidence: CONFIDENCE,
  params: z.object({
    batchRows: whole(1, 1_000_000, miniBatchKmeansDefaults.batchRows, 'rows of one batch'),
    batches: whole(1, 100_000, miniBatchKmeansDefaults.batches, 'batches of one start'),
    restarts: whole(1, 1000, miniBatchKmeansDefaults.restarts, 'independent starts; the best on a sample is kept'),
    fullRounds: whole(1, 1000, miniBatchKmeansDefaults.fullRounds, 'rounds over all rows at the end'),
  }),
  async fit({ matrix, params, k = 0, control }) {
    // A batch larger than the table would only draw its rows again and again.
    const batchRows = Math.max(1, Math.min(params.batchRows, matrix.rows));
    const { labels, ...state } = await miniBatchKmeans.fit(matrix, { ...params, batchRows, k }, control);
    return { labels, state, clusters: state.k };
  },
  place: placeByCentroid,
  toJson: miniBatchKmeans.toJson,
  fromJson: miniBatchKmeans.fromJson,
});

export const boundedKmeansAlgorithm = registerAlgorithm({
  name: 'bounded-kmeans',
  title: 'k-means with sizes',
  about: 'k-means whose groups have at least and at most as many people as you say.',
  family: 'centroids',
  input: 'numbers',
  takesK: true,
  findsK: false,
  marksNoise: false,
  keepsSizes: true,
  weighing: 'own',
  rowLimit: 100_000,
  confidence: CONFIDENCE,
  params: z.object({
    restarts: whole(1, 1000, boundedKmeansDefaults.restarts, 'independent starts without bounds'),
    maxIterations: whole(1, 10_000, boundedKmeansDefaults.maxIterations, 'most rounds within the bounds'),
  }),
  async fit({ matrix, params, k = 0, sizes, weights = null, control }) {
    const bounds = { minSize: sizes.min ?? boundedKmeansDefaults.minSize, maxSize: sizes.max ?? null };
    const { labels, ...state } = await boundedKmeans.fit(matrix, { ...params, ...bounds, k, weights }, control);
    return { labels, state, clusters: k, notes: unsettled(state.kmeans) };
  },
  async place(state, matrix, context) {
    const found = await labelsOf(boundedKmeans, { state, matrix, context });
    const data = matrix.data.map((value, at) => value * (state.factors[at % matrix.cols] as number));
    return placeByDistance(kmeansDistances(state.kmeans, { ...matrix, data }), found, context);
  },
  toJson: boundedKmeans.toJson,
  fromJson: boundedKmeans.fromJson,
});
