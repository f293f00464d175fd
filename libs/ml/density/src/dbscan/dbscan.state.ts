import { z } from 'zod';
import type { Json } from '@kohort/kernel-contracts';
import { readState, type Matrix } from '@kohort/ml-core';

/** A fitted DBSCAN: its core rows and their clusters are all that `predict` needs. */
export interface DbscanState {
  readonly version: 1;
  readonly cols: number;
  readonly eps: number;
  readonly minPoints: number;
  /** Clusters found; 0 when every row is noise. */
  readonly k: number;
  /** Training rows in each cluster, border rows included. */
  readonly sizes: readonly number[];
  /** Training rows in none. */
  readonly noise: number;
  readonly core: Matrix;
  /** The cluster of each core row. */
  readonly coreLabels: Int32Array;
}

const whole = z.number().int().nonnegative();
const schema = z
  .object({
    estimator: z.literal('dbscan'),
    version: z.literal(1),
    cols: whole.positive(),
    eps: z.number().positive(),
    minPoints: whole.positive(),
    k: whole,
    sizes: z.array(whole),
    noise: whole,
    core: z.array(z.number()),
    coreLabels: z.array(whole),
  })
  .refine(
    ({ cols, k, sizes, core, coreLabels }) =>
      sizes.length === k && core.length === coreLabels.length * cols && coreLabels.every((label) => label < k),
    { message: 'arrays do not fit each other' },
  );

/** The state as JSON; numbers keep every bit. */
export function dbscanToJson(state: DbscanState): Json {
  const { version, cols, eps, minPoints, k, sizes, noise, core, coreLabels } = state;
  const lists = { sizes: [...sizes], core: [...core.data], coreLabels: [...coreLabels] };
  return { estimator: 'dbscan', version, cols, eps, minPoints, k, noise, ...lists };
}

/** Reads what dbscanToJson wrote. Throws ML_STATE with the first thing wrong. */
export function dbscanFromJson(json: unknown): DbscanState {
  const { version, cols, eps, minPoints, k, sizes, noise, core, coreLabels } = readState('dbscan', schema, json);
  const rows = { data: Float32Array.from(core), rows: coreLabels.length, cols };
  return { version, cols, eps, minPoints, k, sizes, noise, core: rows, coreLabels: Int32Array.from(coreLabels) };
}
