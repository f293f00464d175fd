import { z } from 'zod';
import type { Json } from '@kohort/kernel-contracts';
import { readState } from '@kohort/ml-core';
import type { MixedColumns, Prototypes } from './prototypes';

/** A fitted k-prototypes: all that `predict` needs, read-only. */
export interface KprototypesState {
  readonly version: 1;
  readonly k: number;
  readonly cols: number;
  /** k × cols means and modes; NaN where a cluster has no value in a column. */
  readonly prototypes: Prototypes;
  readonly columns: MixedColumns;
  /** What one differing category weighs against squared differences, before the columns' weights. */
  readonly gamma: number;
  /** Summed cost of the training rows at their prototypes. */
  readonly cost: number;
  readonly iterations: number;
  /** False when the rounds ran out first: never assumed. */
  readonly converged: boolean;
  /** Training rows in each cluster. */
  readonly sizes: readonly number[];
}

const whole = z.number().int().nonnegative();
const schema = z
  .object({
    estimator: z.literal('kprototypes'),
    version: z.literal(1),
    k: whole.positive(),
    cols: whole.positive(),
    prototypes: z.array(z.number().nullable()),
    categories: z.array(z.boolean()),
    weights: z.array(z.number().nonnegative()),
    gamma: z.number().nonnegative(),
    cost: z.number().nonnegative(),
    iterations: whole,
    converged: z.boolean(),
    sizes: z.array(whole),
  })
  .refine(
    ({ k, cols, prototypes, categories, weights, sizes }) =>
      prototypes.length === k * cols &&
      sizes.length === k &&
      [categories, weights].every((list) => list.length === cols),
    { message: 'arrays do not fit k and cols' },
  );

/** The state as JSON; numbers keep every bit, a prototype without a value is null. */
export function kprototypesToJson(state: KprototypesState): Json {
  const { version, k, cols, prototypes, columns, gamma, cost, iterations, converged, sizes } = state;
  const lists = { categories: [...columns.categories], weights: [...columns.weights], sizes: [...sizes] };
  const cells = [...prototypes].map((value) => (Number.isNaN(value) ? null : value));
  return {
    estimator: 'kprototypes',
    version,
    k,
    cols,
    prototypes: cells,
    ...lists,
    gamma,
    cost,
    iterations,
    converged,
  };
}

/** Reads what kprototypesToJson wrote. Throws ML_STATE with the first thing wrong. */
export function kprototypesFromJson(json: unknown): KprototypesState {
  const s = readState('kprototypes', schema, json);
  const { version, k, cols, gamma, cost, iterations, converged, sizes, categories, weights } = s;
  const prototypes = Float64Array.from(s.prototypes, (value) => value ?? NaN);
  const columns = { categories, weights };
  return { version, k, cols, prototypes, columns, gamma, cost, iterations, converged, sizes };
}
