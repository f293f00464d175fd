import { z } from 'zod';
import type { Json } from '@kohort/kernel-contracts';
import { readState } from '@kohort/ml-core';
import type { LabelSpreadingParams } from './label-spreading.params';

/** Spread labels: the training rows and what is believed of them. Read-only. */
export interface LabelSpreadingState {
  readonly version: 1;
  /** Number of labels. */
  readonly k: number;
  readonly cols: number;
  readonly affinity: LabelSpreadingParams['affinity'];
  /** n × cols: the training rows. */
  readonly rows: Float32Array;
  /** n × k: shares of one; 0 throughout for a row that no label reached. */
  readonly beliefs: Float64Array;
  readonly iterations: number;
  readonly converged: boolean;
}

const schema = z
  .object({
    estimator: z.literal('label-spreading'),
    version: z.literal(1),
    k: z.number().int().positive(),
    cols: z.number().int().positive(),
    affinity: z.discriminatedUnion('method', [
      z.object({ method: z.literal('neighbours'), neighbours: z.number().int().positive() }),
      z.object({ method: z.literal('radial'), gamma: z.number().positive() }),
    ]),
    rows: z.array(z.number()),
    beliefs: z.array(z.number().nonnegative()),
    iterations: z.number().int().nonnegative(),
    converged: z.boolean(),
  })
  .refine((s) => s.rows.length / s.cols === s.beliefs.length / s.k, { message: 'rows and beliefs do not fit' });

/** The state as JSON; numbers keep every bit. */
export function labelSpreadingToJson(state: LabelSpreadingState): Json {
  const { version, k, cols, affinity, rows, beliefs, iterations, converged } = state;
  const arrays = { rows: [...rows], beliefs: [...beliefs] };
  return {
    estimator: 'label-spreading',
    version,
    k,
    cols,
    affinity: { ...affinity },
    iterations,
    converged,
    ...arrays,
  };
}

/** Reads what labelSpreadingToJson wrote. Throws ML_STATE with the first thing wrong. */
export function labelSpreadingFromJson(json: unknown): LabelSpreadingState {
  const read = readState('label-spreading', schema, json);
  return { ...read, rows: Float32Array.from(read.rows), beliefs: Float64Array.from(read.beliefs) };
}
