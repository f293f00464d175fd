import {
  dissimilarity,
  kmedoids,
  kmedoidsDefaults,
  kprototypes,
  kprototypesDefaults,
  prototypeCosts,
} from '@kohort/ml-clustering';
import { z } from 'zod';
import { labelsOf } from '../algorithm-definition';
import { placeByDistance } from '../placement';
import { choice, realOrNull, whole } from '../params-schema';
import { registerAlgorithm } from '../register-algorithm';

const CONFIDENCE = 'how much nearer the own example is than the next one: 1 at the example, 0 half-way between two';

export const kmedoidsAlgorithm = registerAlgorithm({
  name: 'kmedoids',
  title: 'k-medoids',
  about:
    'Each group is built around one real, typical person; takes numbers and categories, and outliers do not move it.',
  family: 'medoids',
  input: 'mixed',
  takesK: true,
  findsK: false,
  marksNoise: false,
  weighing: 'own',
  rowLimit: 200_000,
  confidence: CONFIDENCE,
  params: z.object({
    dissimilarity: choice(
      ['gower', 'euclidean', 'manhattan'],
      'gower',
      'how unlike two rows are; gower for mixed columns',
    ),
    maxPasses: whole(1, 100_000, kmedoidsDefaults.maxPasses, 'most passes over all rows in search of a swap'),
    mostRows: whole(2, 20_000, kmedoidsDefaults.mostRows, 'rows up to which all pairs are measured; above it samples'),
    sampleRows: whole(2, 20_000, kmedoidsDefaults.sampleRows, 'rows of a sample of larger tables'),
    samples: whole(1, 100, kmedoidsDefaults.samples, 'samples drawn of larger tables'),
  }),
  deafTo: (asked) => (asked.dissimilarity === 'gower' ? undefined : 'dissimilarity must be gower'),
  async fit({ matrix, params: { dissimilarity: kind, ...rest }, k = 0, categories, weights, control }) {
    const how = kind === 'gower' ? { kind, categories, ...(weights ? { weights } : {}) } : { kind };
    const fitted = await kmedoids.fit(matrix, { ...rest, k, dissimilarity: how }, control);
    const { labels, ...state } = fitted;
    const { sampled, passes, converged } = state;
    const notes = [
      ...(sampled ? [`The examples are the best of ${sampled.samples} samples of ${sampled.rows} rows.`] : []),
      ...(converged ? [] : [`It stopped after ${passes} passes before it settled.`]),
    ];
    return { labels, state, clusters: k, notes };
  },
  async place(state, matrix, context) {
    const found = await labelsOf(kmedoids, { state, matrix, context });
    const { k, medoids, dissimilarity: how } = state;
    const distances = Float64Array.from({ length: matrix.rows * k }, (_, at) =>
      dissimilarity(how, [matrix, Math.floor(at / k)], [medoids, at % k]),
    );
    return placeByDistance(distances, found, context);
  },
  toJson: kmedoids.toJson,
  fromJson: kmedoids.fromJson,
});

export const kprototypesAlgorithm = registerAlgorithm({
  name: 'kprototypes',
  title: 'k-prototypes',
  about: 'k-means for tables of numbers and categories: averages for the one, most frequent values for the other.',
  family: 'centroids',
  input: 'mixed',
  takesK: true,
  findsK: false,
  marksNoise: false,
  weighing: 'own',
  rowLimit: 200_000,
  confidence: 'how much nearer the own prototype is than the next one: 1 at the prototype, 0 half-way between two',
  params: z.object({
    gamma: realOrNull(0, 1e12, 'what one differing category weighs against squared differences of numbers'),
    restarts: whole(1, 1000, 5, 'independent starts, the best is kept'),
    maxIterations: whole(1, 100_000, kprototypesDefaults.maxIterations, 'most rounds of one start'),
  }),
  async fit({ matrix, params: { restarts, ...rest }, k = 0, categories, weights = null, control }) {
    const start = { method: 'spread', restarts } as const;
    const fitted = await kprototypes.fit(matrix, { ...rest, k, categories, weights, start }, control);
    const { labels, ...state } = fitted;
    const notes = state.converged ? [] : [`It stopped after ${state.iterations} rounds before it settled.`];
    return { labels, state, clusters: k, notes };
  },
  async place(state, matrix, context) {
    const found = await labelsOf(kprototypes, { state, matrix, context });
    return placeByDistance(prototypeCosts(state, matrix).map(Math.sqrt), found, context);
  },
  toJson: kprototypes.toJson,
  fromJson: kprototypes.fromJson,
});
