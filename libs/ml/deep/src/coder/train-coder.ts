import type { Matrix } from '@kohort/ml-core';
import {
  kernelBackend,
  startWeights,
  trainNetwork,
  type DenseLayer,
  type NetworkShape,
  type NeuralSession,
  type TrainingPlan,
} from '@kohort/ml-neural';
import { deepErrors } from '../deep-errors';
import { coderOf, rowScale, scaleRows, type Coder, type NeuralControl } from './coder';
import { epochsFor, type CoderParams } from './coder.params';

/** A coder that was trained to give rows back from their codes. */
export interface TrainedCoder {
  readonly coder: Coder;
  /**
   * Mean squared error of what came back, in squared spreads of the columns: 1 is knowing nothing of the rows. Drawn codes add
   * what their pull weighs.
   */
  readonly loss: number;
  readonly epochs: number;
}

/** How the code is made and pulled; the plain layer when left out. */
export interface CoderKind {
  readonly estimator: string;
  readonly code: DenseLayer;
  readonly training?: (session: NeuralSession, scaled: Matrix) => Pick<TrainingPlan, 'pullOf' | 'keep'>;
}

/** Epochs without a smaller loss after which training ends. */
const PATIENCE = 30;

const hidden = (units: number): DenseLayer => ({ units, activation: 'relu' });

/** Columns, the layers, the code, the layers turned round, columns. */
function shapeOf(cols: number, { layers }: CoderParams, code: DenseLayer): NetworkShape {
  const back = [...layers].reverse().map(hidden);
  return { inputs: cols, layers: [...layers.map(hidden), code, ...back, { units: cols, activation: 'linear' }] };
}

/**
 * Trains a network to give rows back from a code between its halves, and keeps the first half.
 *
 * Cost    three times epochs · rows · weights
 * Throws  DEEP_DIVERGED, ML_TOO_LARGE, ML_CANCELLED
 */
export async function trainCoder(
  matrix: Matrix,
  { params, kind }: { params: CoderParams; kind: CoderKind },
  control: NeuralControl,
): Promise<TrainedCoder> {
  const { backend = kernelBackend, random } = control;
  const scale = rowScale(matrix);
  const scaled = scaleRows(matrix, scale);
  const shape = shapeOf(matrix.cols, params, kind.code);
  const weights = startWeights(shape, random.split('weights'));
  const batchRows = Math.min(params.batchRows, matrix.rows);
  const optimiser = { method: 'adam', rate: params.rate } as const;
  const loss = 'squared-error';
  const session = await backend.open({ shape, weights, loss, optimiser, batchRows }, control);
  try {
    const epochs = epochsFor(params, matrix.rows);
    const plan = { loss, epochs, batchRows, validationShare: 0, patience: PATIENCE } as const;
    const more = kind.training?.(session, scaled) ?? {};
    const rows = { input: scaled, target: scaled };
    const { losses, bestEpoch } = await trainNetwork(session, rows, { ...plan, ...more }, control);
    const last = losses[more.keep === 'last' ? losses.length - 1 : bestEpoch] ?? NaN;
    if (!losses.every(Number.isFinite)) {
      throw deepErrors.DEEP_DIVERGED({ estimator: kind.estimator, epochs: losses.length });
    }
    const first = { inputs: shape.inputs, layers: shape.layers.slice(0, params.layers.length + 1) };
    return { coder: coderOf(scale, first, session.weights()), loss: last, epochs: losses.length };
  } finally {
    session.release();
  }
}
