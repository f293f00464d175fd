import { columnMeans, columnVariances, drawRows, takeRows, type Matrix } from '@kohort/ml-core';
import { lossOf, type NeuralSession, type TrainingPlan } from '@kohort/ml-neural';
import { codesOf, type Coder, type NeuralControl } from './coder';
import { codeWidth, epochsFor, type CoderParams } from './coder.params';
import { trainCoder, type TrainedCoder } from './train-coder';
import { deepErrors } from '../deep-errors';

/** The first half of a variational autoencoder: codes are drawn while it is trained, so that near rows keep near codes. */
export interface DrawnCoder extends TrainedCoder {
  /** Places of the code's values that tell something of the rows; the others stayed at the standard normal. */
  readonly used: readonly number[];
  /** Divergence of the codes from the standard normal, a row's mean, in nats: what a code tells of its row at most. */
  readonly divergence: number;
}

/** Rows on which the error is measured before an epoch. */
const MEASURED_ROWS = 2000;
/** Variance of the means above which a code's value is in use (Burda et al. 2016). */
const USED_VARIANCE = 0.01;
/** Nats a row below which codes do not tell even two groups of rows apart. */
const LEAST_DIVERGENCE = 0.1;
/** Least error that is believed: rows that come back exactly would leave the pull without weight. */
const LEAST_ERROR = 1e-4;

/** A coder whose last layer keeps the values before or behind its middle. */
function halfOf(coder: Coder, half: 'means' | 'logarithms'): Coder {
  const layers = coder.layers.map((layer, at) => {
    if (at < coder.layers.length - 1) return layer;
    const units = layer.units / 2;
    const from = half === 'means' ? 0 : units;
    const kept = (values: Float32Array) =>
      values.filter((_, place) => {
        const column = place % layer.units;
        return column >= from && column < from + units;
      });
    return { units, activation: layer.activation, kernel: kept(layer.kernel), bias: kept(layer.bias) };
  });
  return { ...coder, layers };
}

/**
 * The pull of each epoch: what makes the divergence weigh as in the likelihood of rows whose noise is as large as the error at
 * hand, rising from 0 in the first epochs, since a code that is pulled before it tells anything never tells anything.
 *
 * Source  Bowman et al. 2016 for the rise; Rybkin, Daniilidis & Levine 2021 for the noise that follows the error
 */
function pulls(
  { session, rows }: { session: NeuralSession; rows: Matrix },
  warmUpEpochs: number,
): Pick<TrainingPlan, 'pullOf' | 'keep'> {
  const { data: target, cols } = rows;
  const error = () =>
    lossOf('squared-error', { values: session.forward(rows), stride: cols, target, rows: rows.rows, cols });
  const rise = (epoch: number) => (warmUpEpochs > 0 ? Math.min(1, epoch / warmUpEpochs) : 1);
  const pullOf = (epoch: number) => (rise(epoch) * 2 * Math.max(LEAST_ERROR, error())) / cols;
  return { pullOf, keep: 'last' };
}

/** Divergence of rows' normal distributions from the standard one: a row's mean, in nats. */
function divergenceOf(means: Matrix, logarithms: Matrix): number {
  const sum = means.data.reduce((total, mean, at) => {
    const log = logarithms.data[at] as number;
    return total + (mean * mean + Math.exp(log) - log - 1) / 2;
  }, 0);
  return sum / means.rows;
}

/**
 * Trains a variational autoencoder, and keeps the half that gives the means of codes.
 *
 * Units   warmUp: share of the epochs in which the pull rises
 * Cost    three times epochs · rows · weights
 * Throws  DEEP_COLLAPSED when codes tell (next to) nothing of the rows; DEEP_DIVERGED, ML_TOO_LARGE, ML_CANCELLED
 * Source  Kingma & Welling 2014
 */
export async function trainDrawnCoder(
  matrix: Matrix,
  { estimator, params }: { estimator: string; params: CoderParams & { readonly k: number; readonly warmUp: number } },
  control: NeuralControl,
): Promise<DrawnCoder> {
  const width = codeWidth(params.code, { cols: matrix.cols, k: params.k });
  const warmUpEpochs = Math.round(params.warmUp * epochsFor(params, matrix.rows));
  const measured = drawRows(matrix.rows, MEASURED_ROWS, control.random.split('measured'));
  const kind = {
    estimator,
    code: { units: 2 * width, activation: 'linear', sampled: true },
    training: (session: NeuralSession, scaled: Matrix) =>
      pulls({ session, rows: takeRows(scaled, measured) }, warmUpEpochs),
  } as const;
  const { coder: both, ...trained } = await trainCoder(matrix, { params, kind }, control);
  const coder = halfOf(both, 'means');
  const means = await codesOf(coder, matrix, control);
  const divergence = divergenceOf(means, await codesOf(halfOf(both, 'logarithms'), matrix, control));
  const variances = columnVariances(means, columnMeans(means));
  const used = [...variances.keys()].filter((j) => (variances[j] as number) > USED_VARIANCE);
  const tells = used.length > 0 && divergence >= LEAST_DIVERGENCE;
  if (tells || params.k === 1) return { ...trained, coder, used, divergence };
  const problem = `its codes tell nothing of the rows (${divergence.toPrecision(2)} nats a row)`;
  throw deepErrors.DEEP_COLLAPSED({ estimator, problem });
}
