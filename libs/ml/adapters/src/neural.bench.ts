import { seededRandom } from '@kohort/kernel-clock-random';
import type { Matrix } from '@kohort/ml-core';
import { kernelBackend, startWeights, trainNetwork, type NetworkShape, type NeuralBackend } from '@kohort/ml-neural';
import type { TensorflowBackend } from './tensorflow.adapter';
import { tensorflowBackend } from './tensorflow-neural.adapter';

const INPUTS = 30;
const BATCH_ROWS = 256;

/** The cases of `npm run bench -- neural`: one epoch of an autoencoder; plain JavaScript is given fewer rows, as is the peer. */
export const neuralBenchCases = [
  { peer: 'wasm', rows: 50_000, rounds: 3, goalRatio: 1 / 8 },
  { peer: 'cpu', rows: 5_120, rounds: 3, goalRatio: 1 / 8 },
] as const satisfies readonly { peer: TensorflowBackend; rows: number; rounds: number; goalRatio: number }[];

/** 30-64-32-5-32-64-30, Adam, batches of 256. */
const shape: NetworkShape = {
  inputs: INPUTS,
  layers: [
    ...([64, 32] as const).map((units) => ({ units, activation: 'relu' }) as const),
    { units: 5, activation: 'linear' },
    ...([32, 64] as const).map((units) => ({ units, activation: 'relu' }) as const),
    { units: INPUTS, activation: 'linear' },
  ],
};

/** Seeded rows: five hidden values seen through thirty columns. */
export function neuralBenchRows(rows: number): Matrix {
  const random = seededRandom(42);
  const mix = Float64Array.from({ length: 5 * INPUTS }, () => random.normal());
  const data = new Float32Array(rows * INPUTS);
  for (let i = 0; i < rows; i += 1) {
    const hidden = Array.from({ length: 5 }, () => random.normal());
    for (let j = 0; j < INPUTS; j += 1) {
      const sum = hidden.reduce((total, value, at) => total + value * (mix[at * INPUTS + j] as number), 0);
      data[i * INPUTS + j] = Math.tanh(sum / 2) + 0.1 * random.normal();
    }
  }
  return { data, rows, cols: INPUTS };
}

/** The own engine, or TensorFlow.js; which backend of it computes is global to the process. */
export async function neuralBenchEngine(which: 'own' | TensorflowBackend): Promise<NeuralBackend> {
  return which === 'own' ? kernelBackend : tensorflowBackend(which);
}

/** Two epochs from equal weights in equal order, the second timed; the clock is the caller's. */
export async function runNeuralBench(
  backend: NeuralBackend,
  matrix: Matrix,
  clock: () => number,
): Promise<{ seconds: number; loss: number }> {
  const weights = startWeights(shape, seededRandom(1));
  const optimiser = { method: 'adam', rate: 1e-3 } as const;
  const session = await backend.open({ shape, weights, loss: 'squared-error', optimiser, batchRows: BATCH_ROWS });
  let began = clock();
  const seconds: number[] = [];
  const onProgress = () => {
    seconds.push(clock() - began);
    began = clock();
  };
  const plan = { loss: 'squared-error', epochs: 2, batchRows: BATCH_ROWS, validationShare: 0, patience: 2 } as const;
  const rows = { input: matrix, target: matrix };
  try {
    const { losses } = await trainNetwork(session, rows, plan, { random: seededRandom(2), onProgress });
    return { seconds: seconds[1] ?? NaN, loss: losses[1] ?? NaN };
  } finally {
    session.release();
  }
}
