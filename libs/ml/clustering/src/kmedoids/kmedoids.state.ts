import { z } from 'zod';
import type { Json } from '@kohort/kernel-contracts';
import { readState, type Matrix } from '@kohort/ml-core';
import type { FittedDissimilarity } from './dissimilarity';

/** A fitted k-medoids: the medoids, rows of the training table, and how unlike rows are. */
export interface KmedoidsState {
  readonly version: 1;
  readonly cols: number;
  readonly k: number;
  readonly medoids: Matrix;
  readonly dissimilarity: FittedDissimilarity;
  /** Summed dissimilarity of the training rows to their medoids. */
  readonly cost: number;
  readonly sizes: readonly number[];
  /** Passes over all rows. */
  readonly passes: number;
  /** False when the passes ran out first: never assumed. */
  readonly converged: boolean;
  /** Set where the table was too large: the medoids are the best of samples. */
  readonly sampled: { readonly rows: number; readonly samples: number } | null;
}

const whole = z.number().int().nonnegative();
/** A missing value of a medoid is null: JSON knows no NaN. */
const cell = z.number().nullable();
const schema = z
  .object({
    estimator: z.literal('kmedoids'),
    version: z.literal(1),
    cols: whole.positive(),
    k: whole.positive(),
    medoids: z.array(cell),
    kind: z.enum(['euclidean', 'manhattan', 'gower']),
    ranges: z.array(z.number()),
    weights: z.array(z.number()),
    categories: z.array(z.boolean()),
    cost: z.number(),
    sizes: z.array(whole),
    passes: whole,
    converged: z.boolean(),
    sampled: z.object({ rows: whole, samples: whole }).nullable(),
  })
  .refine(
    ({ cols, k, medoids, ranges, weights, categories, sizes }) =>
      medoids.length === k * cols &&
      sizes.length === k &&
      [ranges, weights, categories].every((list) => list.length === cols),
    { message: 'arrays do not fit k and cols' },
  );

/** The state as JSON; numbers keep every bit. */
export function kmedoidsToJson(state: KmedoidsState): Json {
  const { version, cols, k, medoids, dissimilarity, cost, sizes, passes, converged, sampled } = state;
  const { kind, ranges, weights, categories } = dissimilarity;
  const how = { kind, ranges: [...ranges], weights: [...weights], categories: [...categories] };
  const rows = [...medoids.data].map((value) => (Number.isNaN(value) ? null : value));
  const lists = { medoids: rows, sizes: [...sizes], ...how };
  return { estimator: 'kmedoids', version, cols, k, ...lists, cost, passes, converged, sampled };
}

/** Reads what kmedoidsToJson wrote. Throws ML_STATE with the first thing wrong. */
export function kmedoidsFromJson(json: unknown): KmedoidsState {
  const s = readState('kmedoids', schema, json);
  const { version, cols, k, cost, sizes, passes, converged, sampled } = s;
  const { kind, ranges, weights, categories } = s;
  const medoids = { data: Float32Array.from(s.medoids, (value) => value ?? NaN), rows: k, cols };
  const dissimilarity = { kind, ranges, weights, categories };
  return { version, cols, k, medoids, dissimilarity, cost, sizes, passes, converged, sampled };
}
