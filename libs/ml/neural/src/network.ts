import { ACTIVATIONS, mlErrors, type Activation } from '@kohort/ml-core';
import type { Random } from '@kohort/kernel-clock-random';

/** One dense layer: activation(x · kernel + bias). */
export interface DenseLayer {
  readonly units: number;
  readonly activation: Activation;
  /** Share of the layer's values set to 0 in training, the others scaled up to keep the mean; 0 when left out. */
  readonly dropout?: number;
  /**
   * The layer's values are means and, in its second half, logarithms of variances. What goes on to the next layer is half as
   * wide: in training drawn from them, otherwise the means.
   */
  readonly sampled?: true;
}

/** Layers one after the other. */
export interface NetworkShape {
  readonly inputs: number;
  readonly layers: readonly DenseLayer[];
}

/** What one layer learns. */
export interface LayerWeights {
  /** inputs × units, row-major. */
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
}
export type NetworkWeights = readonly LayerWeights[];

/** How many values of a layer go on to the next. */
export const widthOn = ({ units, sampled }: DenseLayer): number => (sampled ? units / 2 : units);

/** The width of what goes into each layer. */
export const inputWidths = ({ inputs, layers }: NetworkShape): number[] => [
  inputs,
  ...layers.slice(0, -1).map((layer) => widthOn(layer)),
];

/** A network's widths as one says them: 30-64-32-5. */
export const saidWidths = ({ inputs, layers }: NetworkShape): string =>
  [inputs, ...layers.map(({ units }) => units)].join('-');

const isCount = (value: number): boolean => Number.isInteger(value) && value >= 1;

/**
 * Refuses a network that cannot be built, and weights that do not fit it.
 *
 * Throws  ML_PARAM for the layers, ML_SHAPE for the weights
 */
export function checkNetwork(shape: NetworkShape, weights?: NetworkWeights): void {
  const refuse = (parameter: string, must: string) => mlErrors.ML_PARAM({ estimator: 'a network', parameter, must });
  if (shape.layers.length < 1) throw refuse('layers', 'one at least');
  const widths = inputWidths(shape);
  if (![...widths, shape.layers.at(-1)?.units ?? 0].every(isCount)) throw refuse('widths', 'integers from 1');
  shape.layers.forEach(({ activation, dropout = 0, sampled, units }, at) => {
    if (!ACTIVATIONS.includes(activation)) throw refuse('activation', `one of ${ACTIVATIONS.join(', ')}`);
    if (!(dropout >= 0) || dropout >= 1) throw refuse('dropout', 'a share of one below 1');
    const fits = !sampled || (isCount(units / 2) && dropout === 0 && at < shape.layers.length - 1);
    if (!fits) throw refuse('sampled', 'a layer of two halves before the last, without dropout');
  });
  if (!weights) return;
  const fits =
    weights.length === shape.layers.length &&
    weights.every(({ kernel, bias }, at) => {
      const [inputs = 0, units = 0] = [widths[at], shape.layers[at]?.units];
      return kernel.length === inputs * units && bias.length === units;
    });
  if (!fits) throw mlErrors.ML_SHAPE({ what: 'weights', expected: saidWidths(shape), got: 'others' });
}

/**
 * Weights to begin with: uniform, with the variance that keeps values alike in size from layer to layer; biases 0.
 *
 * Throws  ML_PARAM
 * Source  Glorot & Bengio 2010; He et al. 2015 for layers of relu
 */
export function startWeights(shape: NetworkShape, random: Random): NetworkWeights {
  checkNetwork(shape);
  const widths = inputWidths(shape);
  return shape.layers.map(({ units, activation }, at) => {
    const inputs = widths[at] ?? 0;
    const reach = Math.sqrt(activation === 'relu' ? 6 / inputs : 6 / (inputs + units));
    const kernel = new Float32Array(inputs * units).map(() => (2 * random.next() - 1) * reach);
    return { kernel, bias: new Float32Array(units) };
  });
}
