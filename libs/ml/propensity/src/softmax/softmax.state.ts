import { z } from 'zod';
import type { Json } from '@kohort/kernel-contracts';
import { readState } from '@kohort/ml-core';

/** A fitted regression over classes: all that `predict` needs, read-only. */
export interface FittedSoftmax {
  readonly version: 1;
  readonly classes: number;
  readonly cols: number;
  /** One for two classes (that of class 1 against class 0), else one a class. */
  readonly lines: number;
  /** cols × lines: log-odds a unit of the column. */
  readonly weights: Float64Array;
  readonly intercepts: Float64Array;
  readonly iterations: number;
  readonly converged: boolean;
  /** Penalised negative log-likelihood at the end. */
  readonly objective: number;
}

const schema = z
  .object({
    estimator: z.literal('softmax'),
    version: z.literal(1),
    classes: z.number().int().min(2),
    cols: z.number().int().positive(),
    lines: z.number().int().positive(),
    weights: z.array(z.number()),
    intercepts: z.array(z.number()),
    iterations: z.number().int().nonnegative(),
    converged: z.boolean(),
    objective: z.number(),
  })
  .refine((s) => s.lines === (s.classes === 2 ? 1 : s.classes), { message: 'lines do not fit the classes' })
  .refine((s) => s.weights.length === s.cols * s.lines && s.intercepts.length === s.lines, {
    message: 'arrays do not fit cols and lines',
  });

/** The fit as JSON; numbers keep every bit. */
export function softmaxToJson({ weights, intercepts, ...plain }: FittedSoftmax): Json {
  return { estimator: 'softmax', ...plain, weights: [...weights], intercepts: [...intercepts] };
}

/** Reads what softmaxToJson wrote. Throws ML_STATE with the first thing wrong. */
export function softmaxFromJson(json: unknown): FittedSoftmax {
  const { version, classes, cols, lines, weights, intercepts, iterations, converged, objective } = readState(
    'softmax',
    schema,
    json,
  );
  const arrays = { weights: Float64Array.from(weights), intercepts: Float64Array.from(intercepts) };
  return { version, classes, cols, lines, ...arrays, iterations, converged, objective };
}
