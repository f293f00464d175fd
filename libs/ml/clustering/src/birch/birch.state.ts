import { z } from 'zod';
import type { Json } from '@kohort/kernel-contracts';
import { readState, type Matrix } from '@kohort/ml-core';

/** A fitted BIRCH: its subclusters and their clusters are all that `predict` needs. */
export interface BirchState {
  readonly version: 1;
  readonly cols: number;
  readonly k: number;
  /** The threshold that was used: the one asked for, or doubled until the subclusters were few enough. */
  readonly threshold: number;
  /** Means of the subclusters. */
  readonly subclusters: Matrix;
  /** Training rows in each. */
  readonly weights: Float64Array;
  /** The cluster of each subcluster. */
  readonly subclusterLabels: Int32Array;
  /** Training rows in each cluster. */
  readonly sizes: readonly number[];
}

const whole = z.number().int().nonnegative();
const schema = z
  .object({
    estimator: z.literal('birch'),
    version: z.literal(1),
    cols: whole.positive(),
    k: whole.positive(),
    threshold: z.number().positive(),
    subclusters: z.array(z.number()),
    weights: z.array(whole),
    subclusterLabels: z.array(whole),
    sizes: z.array(whole),
  })
  .refine(
    ({ cols, k, subclusters, weights, subclusterLabels, sizes }) =>
      weights.length > 0 &&
      subclusterLabels.length === weights.length &&
      subclusters.length === weights.length * cols &&
      sizes.length === k &&
      subclusterLabels.every((label) => label < k),
    { message: 'arrays do not fit each other' },
  );

/** The state as JSON; numbers keep every bit. */
export function birchToJson(state: BirchState): Json {
  const { version, cols, k, threshold, subclusters, weights, subclusterLabels, sizes } = state;
  const lists = { subclusters: [...subclusters.data], weights: [...weights], sizes: [...sizes] };
  return { estimator: 'birch', version, cols, k, threshold, ...lists, subclusterLabels: [...subclusterLabels] };
}

/** Reads what birchToJson wrote. Throws ML_STATE with the first thing wrong. */
export function birchFromJson(json: unknown): BirchState {
  const { version, cols, k, threshold, sizes, ...lists } = readState('birch', schema, json);
  const subclusters = { data: Float32Array.from(lists.subclusters), rows: lists.weights.length, cols };
  const subclusterLabels = Int32Array.from(lists.subclusterLabels);
  const weights = Float64Array.from(lists.weights);
  return { version, cols, k, threshold, subclusters, weights, subclusterLabels, sizes };
}
