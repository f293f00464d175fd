import { z } from 'zod';
import type { Json } from '@kohort/kernel-contracts';
import { mlErrors } from '@kohort/ml-core';

/** A fitted k-means: all that `predict` needs, read-only. */
export interface KmeansState {
  readonly version: 1;
  readonly k: number;
  readonly cols: number;
  /** k × cols, row-major, in the units of the training matrix. */
  readonly centroids: Float64Array;
  /**
   * What is subtracted from rows and centroids before float32 arithmetic (near the training means): distances keep
   * their digits where data lie far from zero.
   */
  readonly origin: Float64Array;
  /** Sum of squared distances of the training rows to their centroids. */
  readonly inertia: number;
  /** Rounds of the start that was kept. */
  readonly iterations: number;
  /** False when the rounds ran out first: never assumed. */
  readonly converged: boolean;
  /** Training rows in each cluster. */
  readonly sizes: readonly number[];
}

const finite = z.number();
const stateSchema = z
  .object({
    estimator: z.literal('kmeans'),
    version: z.literal(1),
    k: z.number().int().positive(),
    cols: z.number().int().positive(),
    centroids: z.array(finite),
    origin: z.array(finite),
    inertia: finite.nonnegative(),
    iterations: z.number().int().nonnegative(),
    converged: z.boolean(),
    sizes: z.array(z.number().int().nonnegative()),
  })
  .refine((s) => s.centroids.length === s.k * s.cols && s.origin.length === s.cols && s.sizes.length === s.k, {
    message: 'arrays do not fit k and cols',
  });

/** The state as JSON; numbers keep every bit. */
export function kmeansToJson(state: KmeansState): Json {
  const { version, k, cols, inertia, iterations, converged, sizes } = state;
  const arrays = { centroids: [...state.centroids], origin: [...state.origin], sizes: [...sizes] };
  return { estimator: 'kmeans', version, k, cols, inertia, iterations, converged, ...arrays };
}

/** Reads what kmeansToJson wrote. Throws ML_STATE with the first thing wrong. */
export function kmeansFromJson(json: unknown): KmeansState {
  const parsed = stateSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const problem = issue ? `${issue.path.join('.')} ${issue.message}`.trim() : 'unreadable';
    throw mlErrors.ML_STATE({ estimator: 'kmeans', problem }, { cause: parsed.error });
  }
  const { version, k, cols, inertia, iterations, converged, sizes, ...arrays } = parsed.data;
  const centroids = Float64Array.from(arrays.centroids);
  const origin = Float64Array.from(arrays.origin);
  return { version, k, cols, centroids, origin, inertia, iterations, converged, sizes };
}
