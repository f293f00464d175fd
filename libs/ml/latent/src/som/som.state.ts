import { z } from 'zod';
import type { Json } from '@kohort/kernel-contracts';
import { readState } from '@kohort/ml-core';

/** A fitted map: all that `predict` needs, read-only. Units run along the rows of the grid. */
export interface SomState {
  readonly version: 1;
  readonly width: number;
  readonly height: number;
  readonly grid: 'hexagonal' | 'rectangular';
  readonly cols: number;
  /** units × cols, in the units of the training matrix. */
  readonly prototypes: Float64Array;
  /** What is subtracted before float32 arithmetic. */
  readonly origin: Float64Array;
  /** The cluster of each unit: its group, or itself. */
  readonly clusters: readonly number[];
  /** Training rows nearest to each unit. */
  readonly hits: readonly number[];
  /** U-matrix: mean distance of each unit's prototype to those of its neighbours; ridges part clusters. */
  readonly ridges: readonly number[];
  /** Mean distance of the training rows to their units, in the units of the matrix. */
  readonly quantisationError: number;
}

const list = z.array(z.number());
const counts = z.array(z.number().int().nonnegative());
const schema = z
  .object({
    estimator: z.literal('som'),
    version: z.literal(1),
    width: z.number().int().positive(),
    height: z.number().int().positive(),
    grid: z.enum(['hexagonal', 'rectangular']),
    cols: z.number().int().positive(),
    prototypes: list,
    origin: list,
    clusters: counts,
    hits: counts,
    ridges: z.array(z.number().nonnegative()),
    quantisationError: z.number().nonnegative(),
  })
  .refine(
    (s) =>
      s.prototypes.length === s.width * s.height * s.cols &&
      s.origin.length === s.cols &&
      [s.clusters, s.hits, s.ridges].every((values) => values.length === s.width * s.height),
    { message: 'arrays do not fit the grid' },
  );

/** The state as JSON; numbers keep every bit. */
export function somToJson(state: SomState): Json {
  const { version, width, height, grid, cols, quantisationError } = state;
  const arrays = { prototypes: [...state.prototypes], origin: [...state.origin] };
  const byUnit = { clusters: [...state.clusters], hits: [...state.hits], ridges: [...state.ridges] };
  return { estimator: 'som', version, width, height, grid, cols, quantisationError, ...arrays, ...byUnit };
}

/** Reads what somToJson wrote. Throws ML_STATE with the first thing wrong. */
export function somFromJson(json: unknown): SomState {
  const read = readState('som', schema, json);
  return { ...read, prototypes: Float64Array.from(read.prototypes), origin: Float64Array.from(read.origin) };
}
