import { z } from 'zod';
import type { Json } from '@kohort/kernel-contracts';
import { readState, type Matrix } from '@kohort/ml-core';

/** A fitted OPTICS: the training rows, their labels, and how near a new row must be to each. */
export interface OpticsState {
  readonly version: 1;
  readonly cols: number;
  readonly minPoints: number;
  /** Clusters found; 0 when every row is noise. */
  readonly k: number;
  readonly sizes: readonly number[];
  readonly noise: number;
  readonly rows: Matrix;
  readonly labels: Int32Array;
  /** By training row: its core distance, or the height of the cut where the plot was cut. */
  readonly reach: Float64Array;
}

const whole = z.number().int().nonnegative();
const schema = z
  .object({
    estimator: z.literal('optics'),
    version: z.literal(1),
    cols: whole.positive(),
    minPoints: whole.positive(),
    k: whole,
    sizes: z.array(whole),
    noise: whole,
    rows: z.array(z.number()),
    labels: z.array(z.number().int().min(-1)),
    reach: z.array(z.number().nonnegative()),
  })
  .refine(
    ({ cols, k, sizes, rows, labels, reach }) =>
      labels.length > 0 &&
      sizes.length === k &&
      rows.length === labels.length * cols &&
      reach.length === labels.length &&
      labels.every((label) => label < k),
    { message: 'arrays do not fit each other' },
  );

/** The state as JSON; numbers keep every bit. */
export function opticsToJson(state: OpticsState): Json {
  const { version, cols, minPoints, k, sizes, noise, rows, labels, reach } = state;
  const lists = { sizes: [...sizes], rows: [...rows.data], labels: [...labels], reach: [...reach] };
  return { estimator: 'optics', version, cols, minPoints, k, noise, ...lists };
}

/** Reads what opticsToJson wrote. Throws ML_STATE with the first thing wrong. */
export function opticsFromJson(json: unknown): OpticsState {
  const { version, cols, minPoints, k, sizes, noise, rows, labels, reach } = readState('optics', schema, json);
  const lists = { labels: Int32Array.from(labels), reach: Float64Array.from(reach) };
  const matrix = { data: Float32Array.from(rows), rows: labels.length, cols };
  return { version, cols, minPoints, k, sizes, noise, rows: matrix, ...lists };
}
