import {
  activateRows,
  adamStep,
  applySlopes,
  momentumStep,
  multiplyRows,
  poolOf,
  type KernelPool,
  type Matrix,
} from '@kohort/ml-core';
import { checkBatch, checkGradients, checkInput } from './check-batch';
import {
  eights,
  fours,
  openLayers,
  putWeights,
  strideOf,
  takeWeights,
  turnWeights,
  type LayerArena,
  type LayerViews,
} from './layer-arena';
import { drawChance, type LayerChance } from './layer-chance';
import { lossOf } from './loss';
import { checkNetwork, type NetworkWeights } from './network';
import type { NeuralBackend, NeuralBatch, NeuralPlan, NeuralSession } from './neural-backend.port';
import { drawRows, sampledSlopes } from './sampled-layer';

/** Epsilon of Adam, as in TensorFlow. */
const EPSILON = 1e-7;

class KernelSession implements NeuralSession {
  private readonly arena: LayerArena;
  /** Of the batch at hand, by layer; none in a forward pass. */
  private chance: readonly LayerChance[] = [];
  private steps = 0;

  constructor(
    pool: KernelPool,
    private readonly plan: NeuralPlan,
  ) {
    this.arena = openLayers(pool, plan);
    putWeights(this.arena.layers, plan.weights);
  }

  private rowsOf({ values, units, activation }: LayerViews, rows: number) {
    return { values, stride: strideOf(units), rows, width: units, activation };
  }

  /** Where a layer's input rows are. */
  private inputOf(at: number): Float32Array {
    const before = this.arena.layers[at - 1];
    if (!before) return this.arena.input;
    return before.sampled || this.chance[at - 1]?.mask ? before.onward : before.values;
  }

  private put({ data, cols }: Matrix, [from, to]: readonly [number, number]): void {
    const { input } = this.arena;
    const stride = strideOf(cols);
    for (let i = from; i < to; i += 1) {
      const at = (i - from) * stride;
      for (let j = 0; j < cols; j += 1) input[at + j] = data[i * cols + j] as number;
      input[at + cols] = 1;
    }
  }

  private run(count: number): void {
    const rows = fours(count);
    this.arena.layers.forEach((layer, at) => {
      const { inputs, units, weights, values } = layer;
      const from = { a: this.inputOf(at), aRow: strideOf(inputs), aStep: 1, b: weights, bRow: eights(units) };
      const to = { out: values, outRow: strideOf(units), rows, inner: inputs + 1, columns: eights(units) };
      multiplyRows(this.arena.job, { ...from, ...to });
      activateRows(this.arena.job, this.rowsOf(layer, rows));
      const { mask, noise } = this.chance[at] ?? {};
      if (layer.sampled) drawRows(layer, count, noise);
      else if (mask) this.drop(layer, mask, count);
    });
  }

  private drop({ units, values, onward }: LayerViews, mask: Float32Array, count: number): void {
    const stride = strideOf(units);
    for (let i = 0; i < count; i += 1) {
      const at = i * stride;
      for (let j = 0; j < units; j += 1) onward[at + j] = (values[at + j] as number) * (mask[i * units + j] as number);
      onward[at + units] = 1;
    }
  }

  /** Gradients of the last layer's values are there; fills those of all weights. Answers the divergence of sampled layers. */
  private runBack(count: number, pull: number): number {
    const { job, layers } = this.arena;
    const rows = fours(count);
    let divergence = 0;
    for (let at = layers.length - 1; at >= 0; at -= 1) {
      const layer = layers[at] as LayerViews;
      const { inputs, units, slopes, gradients, turned } = layer;
      const before = layers[at - 1];
      applySlopes(job, slopes, this.rowsOf(layer, count));
      const down = { a: this.inputOf(at), aRow: 1, aStep: strideOf(inputs), b: slopes, bRow: strideOf(units) };
      const to = { out: gradients, outRow: eights(units), rows: fours(inputs + 1), inner: count };
      multiplyRows(job, { ...down, ...to, columns: eights(units) });
      if (!before) continue;
      turnWeights(layer);
      const back = { a: slopes, aRow: strideOf(units), aStep: 1, b: turned, bRow: eights(inputs), inner: units };
      multiplyRows(job, { ...back, out: before.onwardSlopes, outRow: strideOf(inputs), rows, columns: eights(inputs) });
      const { mask, noise } = this.chance[at - 1] ?? {};
      if (before.sampled) divergence += sampledSlopes(before, { count, noise, pull });
      else if (mask) this.dropSlopes(before, mask, count);
    }
    return divergence;
  }

  private dropSlopes({ units, slopes }: LayerViews, mask: Float32Array, count: number): void {
    const stride = strideOf(units);
    for (let i = 0; i < count; i += 1) {
      for (let j = 0; j < units; j += 1) {
        slopes[i * stride + j] = (slopes[i * stride + j] as number) * (mask[i * units + j] as number);
      }
    }
  }

  private learn(batch: NeuralBatch): number {
    checkBatch(batch, this.plan);
    const { input, random, pull = 0 } = batch;
    this.chance = drawChance(this.plan.shape, input.rows, random);
    this.put(input, [0, input.rows]);
    this.run(input.rows);
    const loss = this.cost(batch);
    const divergence = this.runBack(input.rows, pull);
    this.chance = [];
    return loss + pull * divergence;
  }

  /** What the last layer's values cost; writes their gradients. */
  private cost({ input: { rows }, target }: NeuralBatch): number {
    const { units: cols, values, slopes: gradients } = this.arena.layers.at(-1) as LayerViews;
    const stride = strideOf(cols);
    if (typeof target !== 'function') {
      return lossOf(this.plan.loss, { values, stride, target: target.data, rows, cols, gradients });
    }
    const data = new Float32Array(rows * cols);
    this.read(data, [0, rows]);
    const found = target({ data, rows, cols });
    checkGradients(found, { rows, cols });
    for (let i = 0; i < rows; i += 1) gradients.set(found.gradients.subarray(i * cols, (i + 1) * cols), i * stride);
    return found.loss;
  }

  /** Copies the last layer's values for rows `from` to `to` of an answer. */
  private read(out: Float32Array, [from, to]: readonly [number, number]): void {
    const { units, values } = this.arena.layers.at(-1) as LayerViews;
    const stride = strideOf(units);
    for (let i = from; i < to; i += 1) {
      const at = (i - from) * stride;
      for (let j = 0; j < units; j += 1) out[i * units + j] = values[at + j] as number;
    }
  }

  forward(input: Matrix): Float32Array {
    checkInput(input, this.plan.shape.inputs);
    const { units } = this.arena.layers.at(-1) as LayerViews;
    const out = new Float32Array(input.rows * units);
    for (let from = 0; from < input.rows; from += this.plan.batchRows) {
      const to = Math.min(input.rows, from + this.plan.batchRows);
      this.put(input, [from, to]);
      this.run(to - from);
      this.read(out, [from, to]);
    }
    return out;
  }

  gradients(batch: NeuralBatch): { loss: number; weights: NetworkWeights } {
    return { loss: this.learn(batch), weights: takeWeights(this.arena.layers, 'gradients') };
  }

  step(batch: NeuralBatch): number {
    const loss = this.learn(batch);
    const { job, all, memory } = this.arena;
    const { optimiser } = this.plan;
    this.steps += 1;
    if (optimiser.method === 'adam') {
      const { rate, beta1 = 0.9, beta2 = 0.999 } = optimiser;
      const [first, second] = [1 - beta1 ** this.steps, 1 - beta2 ** this.steps];
      memory.constants.set([beta1, 1 - beta1, beta2, 1 - beta2, rate / first, 1 / second, EPSILON]);
      adamStep(job, { ...all, ...memory });
    } else {
      memory.constants.set([optimiser.momentum ?? 0, optimiser.rate]);
      momentumStep(job, { ...all, ...memory });
    }
    return loss;
  }

  weights(): NetworkWeights {
    return takeWeights(this.arena.layers, 'weights');
  }

  load(weights: NetworkWeights): void {
    checkNetwork(this.plan.shape, weights);
    putWeights(this.arena.layers, weights);
  }

  release(): void {
    this.arena.job.release();
  }
}

/**
 * The own engine: float32 on the kernels, the same bytes on any number of threads.
 *
 * Cost    O(rows · weights) a pass, three times that a step
 */
export const kernelBackend: NeuralBackend = {
  name: 'kernels',
  async open(plan, control = {}) {
    checkNetwork(plan.shape, plan.weights);
    return new KernelSession(poolOf(control), plan);
  },
};
