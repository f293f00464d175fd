import { z } from 'zod';
import type { Json } from '@kohort/kernel-contracts';
import { readState } from '@kohort/ml-core';
import type { Coder } from '../coder/coder';
import { coderFromJson, coderSchema, coderToJson } from '../coder/coder.state';

export const DEC = 'dec';

/** A fitted embedding with its clusters: all that `predict` needs, read-only. */
export interface DecState {
  readonly version: 1;
  readonly coder: Coder;
  readonly k: number;
  /** k × the code's values, in the space of the codes. */
  readonly centres: Float64Array;
  /** Training rows in each cluster. */
  readonly sizes: readonly number[];
  readonly rounds: number;
  /** False when the rounds ran out first: never assumed. */
  readonly converged: boolean;
  /** Of the autoencoder it began from: mean squared error, 1 for knowing nothing of the rows, and the pull of drawn codes. */
  readonly loss: number;
  readonly epochs: number;
}

const schema = z
  .object({
    estimator: z.literal(DEC),
    version: z.literal(1),
    coder: coderSchema,
    k: z.number().int().positive(),
    centres: z.array(z.number()),
    sizes: z.array(z.number().int().nonnegative()),
    rounds: z.number().int().nonnegative(),
    converged: z.boolean(),
    loss: z.number(),
    epochs: z.number().int().nonnegative(),
  })
  .refine((s) => s.centres.length === s.k * (s.coder.layers.at(-1)?.units ?? 0) && s.sizes.length === s.k, {
    message: 'arrays do not fit k and the code',
  });

/** The state as JSON; numbers keep every bit. */
export function decToJson({ coder, centres, sizes, version, k, rounds, converged, loss, epochs }: DecState): Json {
  const arrays = { coder: coderToJson(coder), centres: [...centres], sizes: [...sizes] };
  return { estimator: DEC, version, k, ...arrays, rounds, converged, loss, epochs };
}

/** Reads what decToJson wrote. Throws ML_STATE with the first thing wrong. */
export function decFromJson(json: unknown): DecState {
  const { version, k, sizes, rounds, converged, loss, epochs, ...arrays } = readState(DEC, schema, json);
  const [coder, centres] = [coderFromJson(arrays.coder), Float64Array.from(arrays.centres)];
  return { version, coder, k, centres, sizes, rounds, converged, loss, epochs };
}
