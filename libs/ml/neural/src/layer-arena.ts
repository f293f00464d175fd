import { arenaBytes, type KernelJob, type KernelPool } from '@kohort/ml-core';
import { inputWidths, saidWidths, widthOn, type DenseLayer, type NetworkWeights } from './network';
import type { NeuralPlan } from './neural-backend.port';

export const fours = (count: number): number => Math.ceil(count / 4) * 4;
export const eights = (count: number): number => Math.ceil(count / 8) * 8;
/** From one row of values to the next: the width, the 1 the bias is multiplied with, and what fills up eight. */
export const strideOf = (width: number): number => eights(width + 1);

/** One layer in the arena. The bias is the last row of the weights: that of a constant input of 1. */
export interface LayerViews extends DenseLayer {
  readonly inputs: number;
  /** (inputs + 1, filled up to 4) × (units, filled up to 8); what fills up the columns stays 0. */
  readonly weights: Float32Array;
  readonly gradients: Float32Array;
  /** units × (inputs, filled up to 8), without the bias: what gradients go back through. */
  readonly turned: Float32Array;
  /** Rows of activated values, and what of them goes on: after dropout, or drawn from them; else the same array. */
  readonly values: Float32Array;
  readonly onward: Float32Array;
  /** Gradients of the values, and of what goes on where that is drawn. */
  readonly slopes: Float32Array;
  readonly onwardSlopes: Float32Array;
}

/** Everything one network needs, in one job's arena. */
export interface LayerArena {
  readonly job: KernelJob;
  readonly input: Float32Array;
  readonly layers: readonly LayerViews[];
  /** All layers' weights, gradients and what the optimiser remembers, one after the other. */
  readonly all: { readonly weights: Float32Array; readonly gradients: Float32Array };
  readonly memory: { readonly firsts: Float32Array; readonly seconds: Float32Array; readonly constants: Float32Array };
}

const weightLength = (inputs: number, units: number): number => fours(inputs + 1) * eights(units);

/** Throws ML_TOO_LARGE, ML_POOL_BUSY, ML_CANCELLED as KernelPool.openJob does. */
export function openLayers(pool: KernelPool, { shape, batchRows }: NeuralPlan): LayerArena {
  const widths = inputWidths(shape);
  const rows = fours(batchRows);
  const at = shape.layers.map(({ units }, i) => ({ inputs: widths[i] ?? 0, units }));
  const total = at.reduce((sum, { inputs, units }) => sum + weightLength(inputs, units), 0);
  const perLayer = at.flatMap(({ inputs, units }) => [
    units * eights(inputs),
    ...new Array<number>(4).fill(rows * strideOf(units)),
  ]);
  const lengths = [rows * strideOf(shape.inputs), total, total, total, total, 8, ...perLayer];
  const job = pool.openJob(arenaBytes(lengths.map((length) => 4 * length)), `a network of ${saidWidths(shape)}`);
  const zeros = (length: number): Float32Array => job.arena.f32(length).fill(0);
  const input = zeros(rows * strideOf(shape.inputs));
  const all = { weights: zeros(total), gradients: zeros(total) };
  const memory = { firsts: zeros(total), seconds: zeros(total), constants: zeros(8) };
  let from = 0;
  const layers = shape.layers.map((layer, i): LayerViews => {
    const { inputs, units } = at[i] ?? { inputs: 0, units: 0 };
    const to = from + weightLength(inputs, units);
    const [weights, gradients] = [all.weights.subarray(from, to), all.gradients.subarray(from, to)];
    from = to;
    const turned = zeros(units * eights(inputs));
    const [values, slopes] = [zeros(rows * strideOf(units)), zeros(rows * strideOf(units))];
    const changed = layer.sampled === true || (layer.dropout ?? 0) > 0;
    const onward = changed ? zeros(rows * strideOf(widthOn(layer))) : values;
    const onwardSlopes = layer.sampled ? zeros(rows * strideOf(widthOn(layer))) : slopes;
    return { ...layer, inputs, weights, gradients, turned, values, onward, slopes, onwardSlopes };
  });
  return { job, input, layers, all, memory };
}

/** Copies weights into the arena. */
export function putWeights(layers: readonly LayerViews[], weights: NetworkWeights): void {
  layers.forEach(({ inputs, units, weights: to }, at) => {
    const { kernel = new Float32Array(0), bias = kernel } = weights[at] ?? {};
    for (let i = 0; i < inputs; i += 1) to.set(kernel.subarray(i * units, (i + 1) * units), i * eights(units));
    to.set(bias, inputs * eights(units));
  });
}

/** Copies weights, or their gradients, out of the arena. */
export function takeWeights(layers: readonly LayerViews[], what: 'weights' | 'gradients'): NetworkWeights {
  return layers.map((layer) => {
    const { inputs, units } = layer;
    const [from, width] = [layer[what], eights(units)];
    const kernel = new Float32Array(inputs * units);
    for (let i = 0; i < inputs; i += 1) kernel.set(from.subarray(i * width, i * width + units), i * units);
    return { kernel, bias: Float32Array.from(from.subarray(inputs * width, inputs * width + units)) };
  });
}

/** Turns a layer's weights, without the bias, so that gradients can be multiplied with them. */
export function turnWeights({ inputs, units, weights, turned }: LayerViews): void {
  const [from, to] = [eights(units), eights(inputs)];
  for (let i = 0; i < inputs; i += 1) {
    for (let j = 0; j < units; j += 1) turned[j * to + i] = weights[i * from + j] as number;
  }
}
