import { seededRandom } from '@kohort/kernel-clock-random';
import { ACTIVATIONS, inlineKernelPool, startKernelPool, type Matrix } from '@kohort/ml-core';
import { dropoutMask } from './dropout-mask';
import { kernelBackend } from './kernel-backend';
import { LOSSES, lossOf, type Loss } from './loss';
import { startWeights, type NetworkShape, type NetworkWeights } from './network';
import type { NeuralPlan } from './neural-backend.port';

const matrixFrom = (rows: number, cols: number, next: () => number): Matrix => ({
  data: Float32Array.from({ length: rows * cols }, next),
  rows,
  cols,
});

/** Targets a loss allows: shares of a row for the entropies, 0..1 for the binary one. */
function targetsFor(loss: Loss, rows: number, cols: number): Matrix {
  const random = seededRandom(8);
  const target = matrixFrom(rows, cols, () => (loss === 'squared-error' ? random.normal() : random.next()));
  if (loss === 'squared-error' || loss === 'binary-entropy') return target;
  for (let i = 0; i < rows; i += 1) {
    const row = target.data.subarray(i * cols, (i + 1) * cols);
    const total = row.reduce((sum, value) => sum + value, 0);
    row.forEach((value, j) => (row[j] = value / total));
  }
  return target;
}

const activate: Record<(typeof ACTIVATIONS)[number], (x: number) => number> = {
  linear: (x) => x,
  relu: (x) => Math.max(0, x),
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  softplus: (x) => Math.log1p(Math.exp(x)),
};

/** The same network in double precision, one neuron after the other; masks by layer. */
function plainForward(
  { inputs, layers }: NetworkShape,
  weights: readonly { kernel: ArrayLike<number>; bias: ArrayLike<number> }[],
  { input, masks = [] }: { input: Matrix; masks?: readonly (Float32Array | undefined)[] },
): number[] {
  const out: number[] = [];
  for (let i = 0; i < input.rows; i += 1) {
    let row = Array.from(input.data.subarray(i * inputs, (i + 1) * inputs));
    layers.forEach(({ units, activation }, at) => {
      const { kernel = [], bias = [] } = weights[at] ?? {};
      const next: number[] = [];
      for (let j = 0; j < units; j += 1) {
        let sum = bias[j] ?? NaN;
        for (let t = 0; t < row.length; t += 1) sum += (row[t] ?? NaN) * (kernel[t * units + j] ?? NaN);
        next.push(activate[activation](sum) * (masks[at]?.[i * units + j] ?? 1));
      }
      row = next;
    });
    out.push(...row);
  }
  return out;
}

const wide = (weights: NetworkWeights) =>
  weights.map(({ kernel, bias }) => ({ kernel: Float64Array.from(kernel), bias: Float64Array.from(bias) }));

/** The loss of double-precision values: float32 would drown the differences. */
function plainLoss(loss: Loss, values: number[], target: Matrix): number {
  const { rows, cols, data } = target;
  let sum = 0;
  for (let i = 0; i < rows; i += 1) {
    const z = values.slice(i * cols, (i + 1) * cols);
    const log = Math.log(z.reduce((total, value) => total + Math.exp(value), 0));
    z.forEach((value, j) => {
      const t = data[i * cols + j] ?? NaN;
      if (loss === 'squared-error') sum += (value - t) ** 2 / cols;
      else if (loss === 'binary-entropy') sum += (Math.log1p(Math.exp(value)) - value * t) / cols;
      else sum += t * ((loss === 'divergence' ? Math.log(t) : 0) - value + log);
    });
  }
  return sum / rows;
}

const shape: NetworkShape = {
  inputs: 5,
  layers: [
    { units: 9, activation: 'tanh', dropout: 0.3 },
    { units: 7, activation: 'softplus' },
    { units: 8, activation: 'relu', dropout: 0.2 },
    { units: 6, activation: 'sigmoid' },
    { units: 3, activation: 'linear' },
  ],
};

function planFor(loss: Loss, seed = 1): NeuralPlan {
  const weights = startWeights(shape, seededRandom(seed));
  const random = seededRandom(seed + 1);
  const shifted = weights.map(({ kernel, bias }) => ({ kernel, bias: bias.map(() => random.normal() * 0.3) }));
  return { shape, weights: shifted, loss, optimiser: { method: 'adam', rate: 0.01 }, batchRows: 13 };
}

const input = matrixFrom(
  11,
  5,
  (
    (random) => () =>
      random.normal()
  )(seededRandom(3)),
);

describe('the own engine', () => {
  it.each(ACTIVATIONS)(
    'computes a network of %s as double precision does, alone or in a larger batch',
    async (activation) => {
      const deep: NetworkShape = { inputs: 5, layers: [12, 3, 8].map((units) => ({ units, activation })) };
      const weights = startWeights(deep, seededRandom(2));
      const session = await kernelBackend.open({ ...planFor('squared-error'), shape: deep, weights, batchRows: 4 });
      const found = session.forward(input);
      const wanted = plainForward(deep, weights, { input });
      expect(found).toHaveLength(wanted.length);
      wanted.forEach((value, at) => expect(Math.abs((found[at] ?? NaN) - value)).toBeLessThan(2e-6));
      const alone = session.forward({ data: input.data.subarray(30, 35), rows: 1, cols: 5 });
      expect([...alone]).toEqual([...found.subarray(48, 56)]);
      session.release();
    },
  );

  it.each(LOSSES)(
    'gives the loss and gradients that differences of %s in double precision give, dropout included',
    async (loss) => {
      const plan = planFor(loss);
      const target = targetsFor(loss, 11, 3);
      const session = await kernelBackend.open(plan);
      const made = session.gradients({ input, target, random: seededRandom(5) });
      session.release();
      const chance = seededRandom(5);
      const masks = shape.layers.map(({ units, dropout = 0 }) =>
        dropout > 0 ? dropoutMask(chance, 11 * units, dropout) : undefined,
      );
      expect(masks[0]?.some((value) => value === 0)).toBe(true);
      const weights = wide(plan.weights);
      const lossAt = () => plainLoss(loss, plainForward(shape, weights, { input, masks }), target);
      expect(made.loss).toBeCloseTo(lossAt(), 5);
      weights.forEach(({ kernel, bias }, at) => {
        for (const [values, found] of [
          [kernel, made.weights[at]?.kernel],
          [bias, made.weights[at]?.bias],
        ] as const) {
          let most = 0;
          for (let place = at % 3; place < values.length; place += 3) {
            const value = values[place] ?? NaN;
            values[place] = value + 1e-6;
            const above = lossAt();
            values[place] = value - 1e-6;
            const slope = (above - lossAt()) / 2e-6;
            values[place] = value;
            most = Math.max(most, Math.abs((found?.[place] ?? NaN) - slope));
          }
          expect(most).toBeLessThan(2e-6);
        }
      });
    },
  );

  it.each([1, 2, 4])('takes the same steps bit for bit on %d threads', async (threads) => {
    const trained = async (pool = inlineKernelPool()) => {
      const big = matrixFrom(
        300,
        5,
        (
          (random) => () =>
            random.normal()
        )(seededRandom(4)),
      );
      const session = await kernelBackend.open({ ...planFor('squared-error'), batchRows: 300 }, { pool });
      const target = targetsFor('squared-error', 300, 3);
      for (let at = 0; at < 3; at += 1) session.step({ input: big, target, random: seededRandom(at) });
      const weights = session.weights().map(({ kernel, bias }) => [[...kernel], [...bias]]);
      session.release();
      return weights;
    };
    const pool = await startKernelPool({ threads, blocking: 'allowed' });
    expect(await trained(pool)).toEqual(await trained());
    await pool.close();
  });

  it('keeps what it was given, and takes and gives weights as they are', async () => {
    const plan = planFor('squared-error');
    const before = JSON.stringify(plan);
    const session = await kernelBackend.open(plan);
    expect(session.weights()).toEqual(plan.weights);
    session.step({ input, target: targetsFor('squared-error', 11, 3) });
    expect(session.weights()).not.toEqual(plan.weights);
    session.load(plan.weights);
    expect(session.weights()).toEqual(plan.weights);
    expect(JSON.stringify(plan)).toBe(before);
    session.release();
  });

  it('refuses what does not fit', async () => {
    const plan = planFor('squared-error');
    const one = { units: 1, activation: 'linear' } as const;
    const open = (change: Partial<NeuralPlan>) => kernelBackend.open({ ...plan, ...change });
    await expect(open({ shape: { inputs: 5, layers: [] } })).rejects.toMatchObject({ code: 'ML_PARAM' });
    await expect(open({ shape: { inputs: 0, layers: [one] } })).rejects.toMatchObject({ code: 'ML_PARAM' });
    await expect(open({ shape: { inputs: 5, layers: [{ ...one, dropout: 1 }] } })).rejects.toMatchObject({
      code: 'ML_PARAM',
    });
    await expect(open({ weights: plan.weights.slice(1) })).rejects.toMatchObject({ code: 'ML_SHAPE' });
    const session = await open({});
    const target = targetsFor('squared-error', 11, 3);
    const narrow = { ...input, data: input.data.subarray(0, 44), cols: 4 };
    expect(() => session.forward(narrow)).toThrow(expect.objectContaining({ code: 'ML_SHAPE' }));
    for (const batch of [
      { input: narrow, target },
      { input, target: targetsFor('squared-error', 10, 3) },
      { input: matrixFrom(14, 5, () => 1), target: matrixFrom(14, 3, () => 1) },
    ]) {
      expect(() => session.step(batch)).toThrow(expect.objectContaining({ code: 'ML_SHAPE' }));
    }
    session.release();
  });
});

describe('lossOf', () => {
  it('gives hand-computed losses', () => {
    const of = (loss: Loss, values: number[], target: number[]) =>
      lossOf(loss, {
        values: Float32Array.from(values),
        stride: 2,
        target: Float32Array.from(target),
        rows: 1,
        cols: 2,
      });
    expect(of('squared-error', [1, 2], [0, 4])).toBeCloseTo(2.5, 12);
    expect(of('binary-entropy', [0, 0], [1, 0])).toBeCloseTo(Math.log(2), 12);
    expect(of('entropy', [0, 0], [1, 0])).toBeCloseTo(Math.log(2), 12);
    expect(of('divergence', [0, 0], [0.5, 0.5])).toBeCloseTo(0, 12);
    expect(of('divergence', [Math.log(3), 0], [0.5, 0.5])).toBeCloseTo(0.5 * Math.log(4 / 3), 6);
  });
});
