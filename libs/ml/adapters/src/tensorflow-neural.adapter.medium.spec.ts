import { seededRandom } from '@kohort/kernel-clock-random';
import type { Matrix } from '@kohort/ml-core';
import {
  LOSSES,
  kernelBackend,
  startWeights,
  trainNetwork,
  type AnswerCost,
  type Loss,
  type NetworkShape,
  type NetworkWeights,
  type NeuralPlan,
} from '@kohort/ml-neural';
import { tensorflowBackend } from './tensorflow-neural.adapter';

const shape: NetworkShape = {
  inputs: 7,
  layers: [
    { units: 20, activation: 'relu', dropout: 0.25 },
    { units: 11, activation: 'tanh' },
    { units: 9, activation: 'softplus' },
    { units: 8, activation: 'sigmoid' },
    { units: 4, activation: 'linear' },
  ],
};

/** 50 rows and targets that every loss allows: shares that sum to 1. */
function rowsAndShares(): { input: Matrix; target: Matrix } {
  const random = seededRandom(1);
  const input = Float32Array.from({ length: 350 }, () => random.normal());
  const rows = Array.from({ length: 50 }, () => [0, 0, 0, 0].map(() => random.next()));
  const shares = rows.flatMap((row) => row.map((value) => value / row.reduce((sum, each) => sum + each, 0)));
  return { input: { data: input, rows: 50, cols: 7 }, target: { data: Float32Array.from(shares), rows: 50, cols: 4 } };
}

const planFor = (loss: Loss, optimiser: NeuralPlan['optimiser']): NeuralPlan => ({
  shape,
  weights: startWeights(shape, seededRandom(2)),
  loss,
  optimiser,
  batchRows: 50,
});

const flat = (weights: NetworkWeights): number[] => weights.flatMap(({ kernel, bias }) => [...kernel, ...bias]);
const gapOf = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  expect(a).toHaveLength(b.length);
  return Array.from(a).reduce((most, value, at) => Math.max(most, Math.abs(value - (b[at] ?? NaN))), 0);
};

describe.each(['wasm', 'cpu'] as const)('the own engine beside TensorFlow.js on %s', (prefer) => {
  it.each(LOSSES)('forward within 1e-5, loss and gradients of %s within 1e-4, steps alike', async (loss) => {
    const other = await tensorflowBackend(prefer);
    const { tf } = other.loaded;
    const before = tf.memory().numTensors;
    const { input, target } = rowsAndShares();
    for (const optimiser of [
      { method: 'adam', rate: 0.01 },
      { method: 'descent', rate: 0.1, momentum: 0.9 },
    ] as const) {
      const plan = planFor(loss, optimiser);
      const [own, theirs] = [await kernelBackend.open(plan), await other.open(plan)];
      expect(gapOf(own.forward(input), theirs.forward(input))).toBeLessThan(1e-5);
      const [a, b] = [own, theirs].map((session) => session.gradients({ input, target, random: seededRandom(3) }));
      expect(Math.abs((a?.loss ?? NaN) - (b?.loss ?? NaN))).toBeLessThan(1e-5);
      expect(gapOf(flat(a?.weights ?? []), flat(b?.weights ?? []))).toBeLessThan(1e-4);
      expect(Math.max(...flat(a?.weights ?? []).map(Math.abs))).toBeGreaterThan(1e-3);
      for (let at = 0; at < 5; at += 1) {
        for (const session of [own, theirs]) session.step({ input, target, random: seededRandom(at) });
      }
      expect(gapOf(own.forward(input), theirs.forward(input))).toBeLessThan(1e-3);
      own.release();
      theirs.release();
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe.each(['wasm', 'cpu'] as const)('a sampled layer on %s beside the own engine', (prefer) => {
  const sampled: NetworkShape = {
    inputs: 7,
    layers: [
      { units: 9, activation: 'tanh', dropout: 0.2 },
      { units: 6, activation: 'linear', sampled: true },
      { units: 8, activation: 'relu' },
      { units: 4, activation: 'linear' },
    ],
  };

  it('forward within 1e-5; loss, pull and gradients within 1e-4, of targets and of a cost that is told', async () => {
    const other = await tensorflowBackend(prefer);
    const { tf } = other.loaded;
    const before = tf.memory().numTensors;
    const { input, target } = rowsAndShares();
    const weights = startWeights(sampled, seededRandom(2));
    const plan: NeuralPlan = { ...planFor('squared-error', { method: 'adam', rate: 0.01 }), shape: sampled, weights };
    const [own, theirs] = [await kernelBackend.open(plan), await other.open(plan)];
    expect(gapOf(own.forward(input), theirs.forward(input))).toBeLessThan(1e-5);
    const cubes: AnswerCost = ({ data, rows }) => ({
      loss: data.reduce((sum, value) => sum + Math.abs(value) ** 3, 0) / rows,
      gradients: data.map((value) => (3 * value * Math.abs(value)) / rows),
    });
    for (const wanted of [target, cubes]) {
      const batch = () => ({ input, target: wanted, random: seededRandom(3), pull: 0.4 });
      const [a, b] = [own, theirs].map((session) => session.gradients(batch()));
      expect(Math.abs((a?.loss ?? NaN) / (b?.loss ?? NaN) - 1)).toBeLessThan(1e-5);
      expect(gapOf(flat(a?.weights ?? []), flat(b?.weights ?? []))).toBeLessThan(1e-4);
      expect(Math.max(...flat(a?.weights ?? []).map(Math.abs))).toBeGreaterThan(1e-3);
      for (const session of [own, theirs]) session.step(batch());
    }
    expect(gapOf(own.forward(input), theirs.forward(input))).toBeLessThan(1e-3);
    own.release();
    theirs.release();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('training on both engines', () => {
  it('ends within 5 % of each other, and the tensors stay as many', async () => {
    const other = await tensorflowBackend('wasm');
    const { tf } = other.loaded;
    const before = tf.memory().numTensors;
    const { input, target } = rowsAndShares();
    const plan = planFor('squared-error', { method: 'adam', rate: 0.01 });
    const training = { loss: plan.loss, epochs: 15, batchRows: 16, validationShare: 0.2, patience: 15 };
    const ends: number[] = [];
    for (const backend of [kernelBackend, other]) {
      const session = await backend.open(plan);
      const tensors = tf.memory().numTensors;
      const history = await trainNetwork(session, { input, target }, training, { random: seededRandom(4) });
      if (backend === other)
        expect(tf.memory().numTensors - tensors).toBeLessThanOrEqual(2 * 2 * plan.weights.length + 2);
      session.release();
      expect(history.losses.at(-1)).toBeLessThan((history.losses[0] ?? 0) * 0.7);
      ends.push(history.losses.at(-1) ?? NaN);
    }
    expect(Math.abs((ends[0] ?? NaN) / (ends[1] ?? NaN) - 1)).toBeLessThan(0.05);
    expect(tf.memory().numTensors).toBe(before);
  });
});
