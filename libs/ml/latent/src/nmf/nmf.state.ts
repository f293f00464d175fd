import { z } from 'zod';
import type { Json } from '@kohort/kernel-contracts';
import { readState } from '@kohort/ml-core';

/** Fitted parts: all that `predict` needs, read-only. */
export interface NmfState {
  readonly version: 1;
  readonly k: number;
  readonly cols: number;
  /** k × cols: how often each event belongs to a part; a part sums to 1 (a part that took nothing is all 0). */
  readonly parts: Float64Array;
  /** Square root of the summed squared difference of the training counts from what the parts make of them. */
  readonly error: number;
  readonly iterations: number;
  readonly converged: boolean;
  /** Training rows whose largest part each is. */
  readonly sizes: readonly number[];
  /** Training rows without any event: label −1. */
  readonly empty: number;
}

const schema = z
  .object({
    estimator: z.literal('nmf'),
    version: z.literal(1),
    k: z.number().int().positive(),
    cols: z.number().int().positive(),
    parts: z.array(z.number().nonnegative()),
    error: z.number().nonnegative(),
    iterations: z.number().int().nonnegative(),
    converged: z.boolean(),
    sizes: z.array(z.number().int().nonnegative()),
    empty: z.number().int().nonnegative(),
  })
  .refine((s) => s.parts.length === s.k * s.cols && s.sizes.length === s.k, {
    message: 'arrays do not fit k and cols',
  });

/** The state as JSON; numbers keep every bit. */
export function nmfToJson({ version, k, cols, parts, error, iterations, converged, sizes, empty }: NmfState): Json {
  const arrays = { parts: [...parts], sizes: [...sizes] };
  return { estimator: 'nmf', version, k, cols, error, iterations, converged, empty, ...arrays };
}

/** Reads what nmfToJson wrote. Throws ML_STATE with the first thing wrong. */
export function nmfFromJson(json: unknown): NmfState {
  const read = readState('nmf', schema, json);
  return { ...read, parts: Float64Array.from(read.parts) };
}
