import {
  checkMatrix,
  checkWidth,
  columnMeans,
  columnVariances,
  type ComputeControl,
  type FitControl,
  type Matrix,
} from '@kohort/ml-core';
import {
  kernelBackend,
  type DenseLayer,
  type LayerWeights,
  type NetworkShape,
  type NetworkWeights,
  type NeuralBackend,
} from '@kohort/ml-neural';

/** What fitting a network is given beside the rows: the engine that trains, the own one when left out. */
export interface NeuralControl extends FitControl {
  readonly backend?: NeuralBackend;
}

/** Turns rows into codes: what every model of this library keeps. */
export interface Coder {
  /** Subtracted from the columns. */
  readonly centre: Float64Array;
  /** What every column is then divided by: one number, so columns keep the weight they came with. */
  readonly spread: number;
  readonly layers: readonly (DenseLayer & LayerWeights)[];
}

/** Rows put through a network at once when codes are asked for. */
const ROWS_AT_ONCE = 1024;

/** Where the columns lie and how far they spread: the root of their mean variance, 1 for rows that are all alike. */
export function rowScale(matrix: Matrix): Pick<Coder, 'centre' | 'spread'> {
  const centre = columnMeans(matrix);
  const variance = columnVariances(matrix, centre).reduce((sum, one) => sum + one, 0) / matrix.cols;
  return { centre, spread: variance > 0 ? Math.sqrt(variance) : 1 };
}

/** Rows as a network sees them. */
export function scaleRows(matrix: Matrix, { centre, spread }: Pick<Coder, 'centre' | 'spread'>): Matrix {
  const { data, cols } = matrix;
  return { ...matrix, data: data.map((value, at) => (value - (centre[at % cols] as number)) / spread) };
}

/** A network's first layers as a coder. */
export function coderOf(
  scale: Pick<Coder, 'centre' | 'spread'>,
  { layers }: NetworkShape,
  weights: NetworkWeights,
): Coder {
  const empty = new Float32Array(0);
  return {
    ...scale,
    layers: layers.map((layer, at) => ({ ...layer, ...(weights[at] ?? { kernel: empty, bias: empty }) })),
  };
}

/** A coder's network, without what it answers to rows. */
export function coderNetwork({ centre, layers }: Coder): { shape: NetworkShape; weights: NetworkWeights } {
  const plain = layers.map(({ units, activation }) => ({ units, activation }));
  return { shape: { inputs: centre.length, layers: plain }, weights: layers };
}

/**
 * The codes of rows, always by the own engine: a row's code is the same bit for bit alone, among others, after storing, and
 * whichever engine trained.
 *
 * Shape   matrix: n × the training columns; answers n × the units of the last layer
 * Cost    O(n · weights)
 * Throws  ML_SHAPE, ML_NOT_FINITE, ML_TOO_LARGE, ML_CANCELLED
 */
export async function codesOf(coder: Coder, matrix: Matrix, control: ComputeControl = {}): Promise<Matrix> {
  checkWidth(coder.centre.length, matrix);
  checkMatrix(matrix);
  const cols = coder.layers.at(-1)?.units ?? 0;
  if (matrix.rows === 0) return { data: new Float32Array(0), rows: 0, cols };
  const { shape, weights } = coderNetwork(coder);
  const optimiser = { method: 'descent', rate: 0 } as const;
  const batchRows = Math.min(ROWS_AT_ONCE, matrix.rows);
  const session = await kernelBackend.open({ shape, weights, loss: 'squared-error', optimiser, batchRows }, control);
  try {
    return { data: session.forward(scaleRows(matrix, coder)), rows: matrix.rows, cols };
  } finally {
    session.release();
  }
}
