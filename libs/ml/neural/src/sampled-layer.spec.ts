import { seededRandom } from '@kohort/kernel-clock-random';
import type { Matrix } from '@kohort/ml-core';
import { kernelBackend } from './kernel-backend';
import { drawChance } from './layer-chance';
import { startWeights, type NetworkShape, type NetworkWeights } from './network';
import type { AnswerCost, NeuralPlan } from './neural-backend.port';
import { trainNetwork } from './train-network';

/** Four columns, a code of three drawn values, and back. */
const shape: NetworkShape = {
  inputs: 4,
  layers: [
    { units: 6, activation: 'tanh', dropout: 0.2 },
    { units: 6, activation: 'linear', sampled: true },
    { units: 5, activation: 'softplus' },
    { units: 4, activation: 'linear' },
  ],
};
const normals = (rows: number, cols: number, seed: number): Matrix => {
  const random = seededRandom(seed);
  return { data: Float32Array.from({ length: rows * cols }, () => random.normal()), rows, cols };
};
const [input, target] = [normals(9, 4, 1), normals(9, 4, 2)];
const plan: NeuralPlan = {
  shape,
  weights: startWeights(shape, seededRandom(3)).map(({ kernel, bias }, at) => ({
    kernel,
    bias: bias.map((_, j) => Math.sin(3 * at + j) / 2),
  })),
  loss: 'squared-error',
  optimiser: { method: 'adam', rate: 0.01 },
  batchRows: 9,
};

type Wide = readonly { readonly kernel: Float64Array; readonly bias: Float64Array }[];

/** The same network in double precision with the noise given: squared error and divergence. */
function plainCost(weights: Wide, random?: ReturnType<typeof seededRandom>): { error: number; divergence: number } {
  const chance = drawChance(shape, input.rows, random);
  let [error, divergence] = [0, 0];
  for (let i = 0; i < input.rows; i += 1) {
    let row = Array.from(input.data.subarray(i * 4, i * 4 + 4));
    shape.layers.forEach(({ units, activation, sampled }, at) => {
      const { kernel = [], bias = [] } = weights[at] ?? {};
      const sums = Array.from({ length: units }, (_, j) =>
        row.reduce((sum, value, t) => sum + value * (kernel[t * units + j] ?? NaN), bias[j] ?? NaN),
      );
      const made = sums.map((sum) =>
        activation === 'tanh' ? Math.tanh(sum) : activation === 'softplus' ? Math.log1p(Math.exp(sum)) : sum,
      );
      row = made.map((value, j) => value * (chance[at]?.mask?.[i * units + j] ?? 1));
      if (!sampled) return;
      const logs = made.slice(units / 2);
      row = made.slice(0, units / 2).map((mean, j) => {
        const log = logs[j] ?? NaN;
        divergence += (mean ** 2 + Math.exp(log) - log - 1) / 2 / input.rows;
        return mean + Math.exp(log / 2) * (chance[at]?.noise?.[(i * units) / 2 + j] ?? 0);
      });
    });
    row.forEach((value, j) => (error += (value - (target.data[i * 4 + j] ?? NaN)) ** 2 / (input.rows * 4)));
  }
  return { error, divergence };
}

const wide = (weights: NetworkWeights): Wide =>
  weights.map(({ kernel, bias }) => ({ kernel: Float64Array.from(kernel), bias: Float64Array.from(bias) }));

describe('a sampled layer', () => {
  it.each([
    ['drawn', 5],
    ['as its means', undefined],
  ])('%s: loss and gradients are those of differences in double precision, the pull included', async (_name, seed) => {
    const chance = () => (seed === undefined ? {} : { random: seededRandom(seed) });
    const pull = 0.3;
    const session = await kernelBackend.open(plan);
    const made = session.gradients({ input, target, pull, ...chance() });
    session.release();
    const weights = wide(plan.weights);
    const cost = () => {
      const { error, divergence } = plainCost(weights, chance().random);
      return error + pull * divergence;
    };
    expect(made.loss).toBeCloseTo(cost(), 5);
    weights.forEach((layer, at) => {
      for (const part of ['kernel', 'bias'] as const) {
        const values = layer[part];
        for (let place = 0; place < values.length; place += 1) {
          const value = values[place] ?? NaN;
          values[place] = value + 1e-6;
          const above = cost();
          values[place] = value - 1e-6;
          const slope = (above - cost()) / 2e-6;
          values[place] = value;
          expect(Math.abs((made.weights[at]?.[part][place] ?? NaN) - slope)).toBeLessThan(2e-6);
        }
      }
    });
  });

  it('answers from the means, whatever was drawn before', async () => {
    const session = await kernelBackend.open(plan);
    const before = session.forward(input);
    session.gradients({ input, target, random: seededRandom(1) });
    expect([...session.forward(input)]).toEqual([...before]);
    session.release();
    const error = before.reduce((sum, value, at) => sum + (value - (target.data[at] ?? NaN)) ** 2 / before.length, 0);
    expect(error).toBeCloseTo(plainCost(wide(plan.weights)).error, 5);
  });

  it('is refused where it has no two halves, or nothing behind it', async () => {
    const sampled = { units: 6, activation: 'linear', sampled: true } as const;
    const one = { units: 4, activation: 'linear' } as const;
    for (const [parameter, layers] of [
      ['widths', [{ ...sampled, units: 5 }, one]],
      ['sampled', [{ ...sampled, dropout: 0.1 }, one]],
      ['sampled', [one, sampled]],
    ] as const) {
      const opening = kernelBackend.open({ ...plan, shape: { inputs: 4, layers } });
      await expect(opening).rejects.toMatchObject({ code: 'ML_PARAM', details: { parameter } });
    }
  });

  it('is pulled as each epoch says, and the last weights are kept where they shall be', async () => {
    const ends: number[] = [];
    for (const pull of [0, 10]) {
      const session = await kernelBackend.open(plan);
      const asked: number[] = [];
      const pullOf = (epoch: number) => {
        asked.push(epoch);
        return epoch === 0 ? 0 : pull;
      };
      const training = { loss: plan.loss, epochs: 30, batchRows: 9, validationShare: 0, patience: 30, pullOf };
      const { losses } = await trainNetwork(
        session,
        { input, target: input },
        { ...training, keep: 'last' },
        {
          random: seededRandom(7),
        },
      );
      const loaded = session.weights();
      session.release();
      expect(asked).toEqual(losses.map((_, epoch) => epoch));
      ends.push(plainCost(wide(loaded)).divergence);
    }
    expect(ends[1]).toBeLessThan((ends[0] ?? NaN) / 2);
  });
});

describe('what answers cost', () => {
  it('takes the place of the loss: its gradients go back as those of the loss do', async () => {
    const squares: AnswerCost = ({ data }) => ({
      loss: data.reduce((sum, value, at) => sum + (value - (target.data[at] ?? NaN)) ** 2, 0) / data.length,
      gradients: data.map((value, at) => (2 * (value - (target.data[at] ?? NaN))) / data.length),
    });
    const session = await kernelBackend.open(plan);
    const [told, asked] = [squares, target].map((one) => session.gradients({ input, target: one }));
    expect(told?.loss).toBeCloseTo(asked?.loss ?? NaN, 6);
    told?.weights.forEach(({ kernel }, at) =>
      kernel.forEach((value, place) => expect(value).toBeCloseTo(asked?.weights[at]?.kernel[place] ?? NaN, 6)),
    );
    const short: AnswerCost = () => ({ loss: 0, gradients: new Float32Array(3) });
    expect(() => session.step({ input, target: short })).toThrow(expect.objectContaining({ code: 'ML_SHAPE' }));
    session.release();
  });
});
