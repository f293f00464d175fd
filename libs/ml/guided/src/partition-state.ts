import { kmeansFromJson, kmeansToJson, type KmeansState } from '@kohort/ml-clustering';
import type { Json } from '@kohort/kernel-contracts';
import { labelSizes, mlErrors, readState, type Matrix } from '@kohort/ml-core';
import { z } from 'zod';
import type { GuidedEnd } from './guided-rounds';

/** A fitted partition by centroids, made under guidance: new rows go to the nearest centroid. */
export interface GuidedState {
  readonly version: 1;
  readonly partition: KmeansState;
}

/** Both directions of an estimator's JSON. */
export interface StateForm {
  readonly toJson: (state: GuidedState) => Json;
  /** Throws ML_STATE. */
  readonly fromJson: (json: unknown) => GuidedState;
}

/** The JSON of a guided partition under an estimator's name. */
export function stateForm(estimator: string): StateForm {
  const schema = z.object({ estimator: z.literal(estimator), version: z.literal(1), partition: z.json() });
  return {
    toJson: ({ version, partition }) => ({ estimator, version, partition: kmeansToJson(partition) }),
    fromJson: (json) => {
      const { version, partition } = readState(estimator, schema, json);
      return { version, partition: kmeansFromJson(partition) };
    },
  };
}

/** The partition of where guided rounds ended. */
export function partitionOf(end: GuidedEnd, origin: Float64Array, labels: Uint16Array): KmeansState {
  const cols = origin.length;
  const k = end.centroids.length / cols;
  const sizes = labelSizes(labels, k);
  const centroids = end.centroids.map((value, at) => value + (origin[at % cols] as number));
  const { inertia, iterations, converged } = end;
  return { version: 1, k, cols, centroids, origin, inertia, iterations, converged, sizes };
}

/** Throws ML_TOO_FEW_ROWS when there are fewer rows than clusters. */
export function requireRows(estimator: string, matrix: Matrix, k: number): void {
  if (matrix.rows >= k) return;
  throw mlErrors.ML_TOO_FEW_ROWS({ estimator: `${estimator} with k = ${k}`, needed: k, rows: matrix.rows });
}
