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
import type { Random } from '@kohort/kernel-clock-random';
import { checkBatch, checkInput } from './check-batch';
import { dropoutMask } from './dropout-mask';
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
import { lossOf } from './loss';
import { checkNetwork, type NetworkWeights } from './network';
import type { NeuralBackend, NeuralBatch, NeuralPlan, NeuralSession } from './neural-backend.port';

/** Epsilon of Adam, as in TensorFlow. */
const EPSILON = 1e-7;

class KernelSession implements NeuralSession {
  private readonly arena: LayerArena;
  /** Masks of the batch at hand, by layer; none in a forward pass. */
  private masks: readonly (Float32Array | undefined)[] = [];
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
    return this.masks[at - 1] ? before.dropped : before.values;
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
      const mask = this.masks[at];
      if (mask) this.drop(layer, mask, count);
    });
  }

  private drop({ units, values, dropped }: LayerViews, mask: Float32Array, count: number): void {
    const stride = strideOf(units);
    for (let i = 0; i < count; i += 1) {
      const at = i * stride;
      for (let j = 0; j < units; j += 1) dropped[at + j] = (values[at + j] as number) * (mask[i * units + j] as number);
      dropped[at + units] = 1;
    }
  }

  private draw(random: Random | undefined, count: number): void {
    const last = this.arena.layers.length - 1;
    this.masks = this.arena.layers.map(({ units, dropout = 0 }, at) =>
      random && dropout > 0 && at < last ? dropoutMask(random, count * units, dropout) : undefined,
    );
  }

  /** Gradients of the last layer's values are there; fills those of all weights. */
  private runBack(count: number): void {
    const { job, layers } = this.arena;
    const rows = fours(count);
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
      multiplyRows(job, { ...back, out: before.slopes, outRow: strideOf(inputs), rows, columns: eights(inputs) });
      const mask = this.masks[at - 1];
      if (mask) this.dropSlopes(before, mask, count);
    }
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
    const { input, target, random } = batch;
    const last = this.arena.layers.at(-1) as LayerViews;
    this.draw(random, input.rows);
    this.put(input, [0, input.rows]);
    this.run(input.rows);
    const stride = strideOf(last.units);
    const { values, slopes: gradients } = last;
    const shape = { rows: input.rows, cols: last.units };
    const loss = lossOf(this.plan.loss, { values, stride, target: target.data, ...shape, gradients });
    this.runBack(input.rows);
    this.masks = [];
    return loss;
  }

  forward(input: Matrix): Float32Array {
    checkInput(input, this.plan.shape.inputs);
    const { units, values } = this.arena.layers.at(-1) as LayerViews;
    const stride = strideOf(units);
    const out = new Float32Array(input.rows * units);
    for (let from = 0; from < input.rows; from += this.plan.batchRows) {
      const to = Math.min(input.rows, from + this.plan.batchRows);
      this.put(input, [from, to]);
      this.run(to - from);
      for (let i = from; i < to; i += 1) {
        const at = (i - from) * stride;
        for (let j = 0; j < units; j += 1) out[i * units + j] = values[at + j] as number;
      }
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
