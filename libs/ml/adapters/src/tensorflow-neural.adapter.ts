import type { AdamOptimizer, Scalar, Tensor, Tensor2D, Variable } from '@tensorflow/tfjs';
import type { Matrix } from '@kohort/ml-core';
import {
  checkBatch,
  checkGradients,
  checkInput,
  checkNetwork,
  drawChance,
  type AnswerCost,
  type LayerChance,
  type Loss,
  type NetworkWeights,
  type NeuralBackend,
  type NeuralBatch,
  type NeuralPlan,
  type NeuralSession,
} from '@kohort/ml-neural';
import { loadTensorflow, type LoadedTensorflow, type Tensorflow, type TensorflowBackend } from './tensorflow.adapter';

/** Smallest share whose logarithm is asked for. */
const LEAST_SHARE = 1e-37;

/** The losses of `@kohort/ml-neural`; see there. */
function lossTensor(tf: Tensorflow, loss: Loss, { values, target }: { values: Tensor2D; target: Tensor2D }): Scalar {
  if (loss === 'squared-error') return values.sub(target).square().mean();
  if (loss === 'binary-entropy') {
    const tail = values.abs().neg().exp().log1p();
    return values.relu().sub(values.mul(target)).add(tail).mean();
  }
  const cross = tf.logSoftmax(values).mul(target).sum(1).neg().mean<Scalar>();
  if (loss === 'entropy') return cross;
  return cross.add(target.maximum(LEAST_SHARE).log().mul(target).sum(1).mean());
}

class TensorflowSession implements NeuralSession {
  private readonly variables: readonly { readonly kernel: Variable; readonly bias: Variable }[];
  /** Gradient descent remembers speeds of its own: TensorFlow's optimiser for it leaves a tensor behind. */
  private readonly optimiser: AdamOptimizer | { readonly speeds: readonly Variable[] };

  constructor(
    private readonly tf: Tensorflow,
    private readonly plan: NeuralPlan,
  ) {
    const { shape, weights, optimiser } = plan;
    this.variables = weights.map(({ kernel, bias }, at) => {
      const units = shape.layers[at]?.units ?? 0;
      return tf.tidy(() => ({
        kernel: tf.variable(tf.tensor2d(kernel.slice(), [kernel.length / units, units])),
        bias: tf.variable(tf.tensor1d(bias.slice())),
      }));
    });
    this.optimiser =
      optimiser.method === 'adam'
        ? tf.train.adam(optimiser.rate, optimiser.beta1 ?? 0.9, optimiser.beta2 ?? 0.999, 1e-7)
        : { speeds: tf.tidy(() => this.list().map((variable) => tf.variable(tf.zerosLike(variable), false))) };
  }

  private list(): Variable[] {
    return this.variables.flatMap(({ kernel, bias }) => [kernel, bias]);
  }

  private tensor({ data, rows, cols }: Matrix): Tensor2D {
    return this.tf.tensor2d(data.slice(), [rows, cols]);
  }

  /** Within a tidy: the last layer's values, and the divergence of sampled layers, a row's mean. */
  private run(input: Tensor2D, chance: readonly LayerChance[]): { values: Tensor2D; divergence: Scalar } {
    const { tf } = this;
    let divergence = tf.scalar(0);
    const values = this.variables.reduce<Tensor2D>((row, { kernel, bias }, at) => {
      const sums = tf.matMul<Tensor2D>(row, kernel.as2D(row.shape[1], -1)).add<Tensor2D>(bias);
      const { activation = 'linear', sampled, units = 0 } = this.plan.shape.layers[at] ?? {};
      const made = activation === 'linear' ? sums : sums[activation]<Tensor2D>();
      const { mask, noise } = chance[at] ?? {};
      if (!sampled) return mask ? made.mul<Tensor2D>(tf.tensor2d(mask, [row.shape[0], units])) : made;
      const [means, logs] = [made.slice([0, 0], [-1, units / 2]), made.slice([0, units / 2], [-1, units / 2])];
      const apart = means.square<Tensor2D>().add<Tensor2D>(logs.exp()).sub<Tensor2D>(logs).sub<Tensor2D>(1);
      divergence = divergence.add(apart.sum(1).mean().div(2));
      if (!noise) return means;
      return means.add(
        logs
          .div<Tensor2D>(2)
          .exp<Tensor2D>()
          .mul(tf.tensor2d(noise, [row.shape[0], units / 2])),
      );
    }, input);
    return { values, divergence };
  }

  /** Within a tidy: what answers cost, as a tensor with the gradients that `cost` tells. */
  private costOf(values: Tensor2D, cost: AnswerCost): Scalar {
    const [rows, cols] = values.shape;
    const found = cost({ data: Float32Array.from(values.dataSync()), rows, cols });
    checkGradients(found, { rows, cols });
    const pulled = values.mul<Tensor2D>(this.tensor({ data: found.gradients, rows, cols })).sum<Scalar>();
    return pulled.add(found.loss - (pulled.dataSync()[0] ?? NaN));
  }

  /** Hands the loss and the gradients of kernels and biases on, and gives their memory back. */
  private learn<T>(batch: NeuralBatch, use: (gradients: Record<string, Tensor>) => T): { loss: number; used: T } {
    checkBatch(batch, this.plan);
    let used: { readonly value: T } | undefined;
    const { target, pull = 0 } = batch;
    const loss = this.tf.tidy(() => {
      const input = this.tensor(batch.input);
      const chance = drawChance(this.plan.shape, batch.input.rows, batch.random);
      const made = this.tf.variableGrads(() => {
        const { values, divergence } = this.run(input, chance);
        const cost =
          typeof target === 'function'
            ? this.costOf(values, target)
            : lossTensor(this.tf, this.plan.loss, { values, target: this.tensor(target) });
        return cost.add(divergence.mul(pull));
      }, this.list());
      used = { value: use(made.grads) };
      return made.value.dataSync()[0] ?? NaN;
    });
    return { loss, used: (used ?? { value: use({}) }).value };
  }

  forward(input: Matrix): Float32Array {
    checkInput(input, this.plan.shape.inputs);
    const units = this.plan.shape.layers.at(-1)?.units ?? 0;
    const out = new Float32Array(input.rows * units);
    for (let from = 0; from < input.rows; from += this.plan.batchRows) {
      const rows = Math.min(input.rows - from, this.plan.batchRows);
      const data = input.data.subarray(from * input.cols, (from + rows) * input.cols);
      const values = this.tf.tidy(() => this.run(this.tensor({ data, rows, cols: input.cols }), []).values.dataSync());
      out.set(values, from * units);
    }
    return out;
  }

  gradients(batch: NeuralBatch): { loss: number; weights: NetworkWeights } {
    const { loss, used } = this.learn(batch, (gradients) =>
      this.variables.map(({ kernel, bias }) => ({
        kernel: Float32Array.from(gradients[kernel.name]?.dataSync() ?? []),
        bias: Float32Array.from(gradients[bias.name]?.dataSync() ?? []),
      })),
    );
    return { loss, weights: used };
  }

  step(batch: NeuralBatch): number {
    return this.learn(batch, (gradients) => this.apply(gradients)).loss;
  }

  /** Within a tidy. */
  private apply(gradients: Record<string, Tensor>): void {
    const { optimiser } = this;
    if ('applyGradients' in optimiser) {
      optimiser.applyGradients(Object.entries(gradients).map(([name, tensor]) => ({ name, tensor })));
      return;
    }
    const plan = this.plan.optimiser;
    const momentum = plan.method === 'descent' ? (plan.momentum ?? 0) : 0;
    this.list().forEach((variable, at) => {
      const [speed, gradient] = [optimiser.speeds[at], gradients[variable.name]];
      if (!speed || !gradient) return;
      speed.assign(speed.mul(momentum).add(gradient));
      variable.assign(variable.sub(speed.mul(plan.rate)));
    });
  }

  weights(): NetworkWeights {
    return this.variables.map(({ kernel, bias }) => ({
      kernel: Float32Array.from(kernel.dataSync()),
      bias: Float32Array.from(bias.dataSync()),
    }));
  }

  load(weights: NetworkWeights): void {
    checkNetwork(this.plan.shape, weights);
    this.tf.tidy(() =>
      this.variables.forEach(({ kernel, bias }, at) => {
        const from = weights[at];
        if (!from) return;
        kernel.assign(this.tf.tensor(from.kernel.slice(), kernel.shape));
        bias.assign(this.tf.tensor1d(from.bias.slice()));
      }),
    );
  }

  release(): void {
    this.tf.dispose(this.list());
    if ('dispose' in this.optimiser) this.optimiser.dispose();
    else this.tf.dispose([...this.optimiser.speeds]);
  }
}

/**
 * TensorFlow.js behind the port of the own engine. To be used in a worker thread, as `loadTensorflow` says.
 *
 * Units   prefer: from the host's configuration; absent tries the native library, wasm, cpu in this order
 * Throws  TENSORFLOW_NOT_AVAILABLE
 */
export async function tensorflowBackend(
  prefer?: TensorflowBackend,
): Promise<NeuralBackend & { readonly loaded: LoadedTensorflow }> {
  const loaded = await loadTensorflow(prefer);
  return {
    name: `TensorFlow.js (${loaded.backend})`,
    loaded,
    async open(plan) {
      checkNetwork(plan.shape, plan.weights);
      return new TensorflowSession(loaded.tf, plan);
    },
  };
}
