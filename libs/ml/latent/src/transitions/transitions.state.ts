import { z } from 'zod';
import { kmeansFromJson, kmeansToJson, type KmeansState } from '@kohort/ml-clustering';
import type { Json } from '@kohort/kernel-contracts';
import { readState } from '@kohort/ml-core';

/** Fitted sequence clusters: all that `predict` needs, read-only. */
export interface TransitionsState {
  readonly version: 1;
  readonly k: number;
  /** Events told apart; a row of the matrix has their square. */
  readonly events: number;
  readonly smoothing: number;
  /** events²: shares of all steps of all training rows. */
  readonly average: Float64Array;
  /** k × events²: each cluster's Markov matrices, a row of one sums to 1 (or is 0 where the cluster never was there). */
  readonly chains: Float64Array;
  /** The partition of the transition features. */
  readonly partition: KmeansState;
  readonly sizes: readonly number[];
}

const schema = z
  .object({
    estimator: z.literal('transitions'),
    version: z.literal(1),
    k: z.number().int().positive(),
    events: z.number().int().positive(),
    smoothing: z.number().positive(),
    average: z.array(z.number().nonnegative()),
    chains: z.array(z.number().nonnegative()),
    partition: z.json(),
    sizes: z.array(z.number().int().nonnegative()),
  })
  .refine(
    (s) => s.average.length === s.events ** 2 && s.chains.length === s.k * s.events ** 2 && s.sizes.length === s.k,
    { message: 'arrays do not fit k and events' },
  );

/** The state as JSON; numbers keep every bit. */
export function transitionsToJson(state: TransitionsState): Json {
  const { version, k, events, smoothing, average, chains, partition, sizes } = state;
  const arrays = { average: [...average], chains: [...chains], sizes: [...sizes] };
  return { estimator: 'transitions', version, k, events, smoothing, partition: kmeansToJson(partition), ...arrays };
}

/** Reads what transitionsToJson wrote. Throws ML_STATE with the first thing wrong. */
export function transitionsFromJson(json: unknown): TransitionsState {
  const read = readState('transitions', schema, json);
  return {
    ...read,
    average: Float64Array.from(read.average),
    chains: Float64Array.from(read.chains),
    partition: kmeansFromJson(read.partition),
  };
}
