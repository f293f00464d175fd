import type { KernelJob } from './pool/kernel-pool';

/** What a dense layer puts its sums through; the place in the list is the kernels' number for it. */
export const ACTIVATIONS = ['linear', 'relu', 'tanh', 'sigmoid', 'softplus'] as const;
export type Activation = (typeof ACTIVATIONS)[number];

/** Rows of one shard of a product or an activation. */
const SHARD_ROWS = 64;
/** Weights of one shard of an optimiser's step. */
const SHARD_WEIGHTS = 8192;

/**
 * A product of matrices that lie in a job's arena: out[r][j] = Σ_t a[r · aRow + t · aStep] · b[t · bRow + j]. With aRow the
 * width of `a` and aStep 1 it is read across, with the two changed about it is read down.
 */
export interface RowProduct {
  readonly a: Float32Array;
  readonly aRow: number;
  readonly aStep: number;
  readonly b: Float32Array;
  readonly bRow: number;
  readonly out: Float32Array;
  readonly outRow: number;
  /** A multiple of 4; so many rows of `a` and `out` there must be. */
  readonly rows: number;
  readonly inner: number;
  /** A multiple of 8; so many values a row of `b` and `out` there must be. */
  readonly columns: number;
}

/** Rows of one layer: `width` values and a 1 behind them. The stride is a multiple of 4 above the width. */
export interface DenseRows {
  readonly values: Float32Array;
  readonly stride: number;
  readonly rows: number;
  readonly width: number;
  readonly activation: Activation;
}

/** Weights, their gradients and what the optimiser remembers: arrays of one length, a multiple of 4, in a job's arena. */
export interface WeightStep {
  readonly weights: Float32Array;
  readonly gradients: Float32Array;
  readonly firsts: Float32Array;
  readonly seconds: Float32Array;
  readonly constants: Float32Array;
}

/**
 * Multiplies in float32; each value is summed in the order of t, so neither threads nor other rows change it.
 *
 * Throws  ML_CANCELLED
 */
export function multiplyRows(job: KernelJob, p: RowProduct): void {
  const from = [p.a.byteOffset, p.aRow, p.aStep, p.b.byteOffset, p.bRow];
  const to = [p.out.byteOffset, p.outRow, p.rows, p.inner, p.columns, SHARD_ROWS];
  job.run('multiplyRows', { count: Math.ceil(p.rows / SHARD_ROWS) }, [...from, ...to]);
}

const rowWords = ({ values, stride, rows, width, activation }: DenseRows): number[] => [
  values.byteOffset,
  stride,
  rows,
  width,
  ACTIVATIONS.indexOf(activation),
  SHARD_ROWS,
];

/** Puts the rows through their activation, in their place, and writes the 1 behind each. Throws ML_CANCELLED. */
export function activateRows(job: KernelJob, rows: DenseRows): void {
  job.run('activateRows', { count: Math.ceil(rows.rows / SHARD_ROWS) }, rowWords(rows));
}

/** Multiplies gradients, of the same stride, by the slopes of the activated rows. Throws ML_CANCELLED. */
export function applySlopes(job: KernelJob, gradients: Float32Array, rows: DenseRows): void {
  if (rows.activation === 'linear') return;
  const words = rowWords({ ...rows, values: gradients });
  job.run('applySlopes', { count: Math.ceil(rows.rows / SHARD_ROWS) }, [...words, rows.values.byteOffset]);
}

function runStep(job: KernelJob, kernel: 'adamStep' | 'momentumStep', step: WeightStep): void {
  const { weights, gradients, firsts, seconds, constants } = step;
  const views = [weights, gradients, firsts, seconds].map((view) => view.byteOffset);
  const count = Math.ceil(weights.length / SHARD_WEIGHTS);
  job.run(kernel, { count }, [...views, weights.length, SHARD_WEIGHTS, constants.byteOffset]);
}

/**
 * A step of Adam; constants: β1, 1 − β1, β2, 1 − β2, rate / (1 − β1^t), 1 / (1 − β2^t), ε.
 *
 * Throws  ML_CANCELLED
 * Source  Kingma & Ba 2015, with ε beside the corrected root
 */
export function adamStep(job: KernelJob, step: WeightStep): void {
  runStep(job, 'adamStep', step);
}

/** A step of gradient descent; constants: momentum, rate; `seconds` is not read. Throws ML_CANCELLED. */
export function momentumStep(job: KernelJob, step: WeightStep): void {
  runStep(job, 'momentumStep', step);
}
