import { seededRandom } from '@kohort/kernel-clock-random';
import type { Matrix } from '@kohort/ml-core';
import { kernelBackend } from './kernel-backend';
import { startWeights, type NetworkShape } from './network';
import { trainNetwork, type TrainingPlan } from './train-network';

const shape: NetworkShape = {
  inputs: 2,
  layers: [
    { units: 16, activation: 'tanh' },
    { units: 1, activation: 'linear' },
  ],
};
const plan: TrainingPlan = { loss: 'binary-entropy', epochs: 40, batchRows: 32, validationShare: 0, patience: 40 };

/** Points of the plane; 1 where the signs of both coordinates agree. */
function signs(rows: number): { input: Matrix; target: Matrix } {
  const random = seededRandom(6);
  const data = Float32Array.from({ length: rows * 2 }, () => 2 * random.next() - 1);
  const agree = Float32Array.from({ length: rows }, (_, i) =>
    (data[2 * i] ?? 0) * (data[2 * i + 1] ?? 0) > 0 ? 1 : 0,
  );
  return { input: { data, rows, cols: 2 }, target: { data: agree, rows, cols: 1 } };
}

const open = (rate = 0.03) =>
  kernelBackend.open({
    shape,
    weights: startWeights(shape, seededRandom(1)),
    loss: plan.loss,
    optimiser: { method: 'adam', rate },
    batchRows: plan.batchRows,
  });

describe('trainNetwork', () => {
  it('learns what no line can part, and tells how far it is', async () => {
    const data = signs(400);
    const session = await open();
    const seen: number[] = [];
    const onProgress = ({ done }: { done: number }) => seen.push(done);
    const { losses, bestEpoch, stoppedEarly } = await trainNetwork(session, data, plan, {
      random: seededRandom(2),
      onProgress,
    });
    const right = session.forward(data.input).filter((odds, i) => odds > 0 === (data.target.data[i] === 1)).length;
    session.release();
    expect(losses[0]).toBeGreaterThan(0.5);
    expect(losses.at(-1)).toBeLessThan(0.15);
    expect(right).toBeGreaterThan(380);
    expect(losses[bestEpoch]).toBe(Math.min(...losses));
    expect(stoppedEarly).toBe(false);
    expect(seen).toEqual(Array.from({ length: 40 }, (_, at) => at + 1));
  });

  it('does the same for the same seed, and something else for another', async () => {
    const run = async (seed: number) => {
      const session = await open();
      const history = await trainNetwork(session, signs(100), { ...plan, epochs: 3 }, { random: seededRandom(seed) });
      session.release();
      return history;
    };
    expect(await run(3)).toEqual(await run(3));
    expect((await run(3)).losses).not.toEqual((await run(4)).losses);
  });

  it('stops when the held rows get no better, and goes back to the best epoch', async () => {
    const random = seededRandom(9);
    const { input, target } = signs(60);
    const noise = { ...target, data: target.data.map(() => random.int(2)) };
    const session = await open(0.05);
    const stopping = { ...plan, epochs: 400, validationShare: 0.5, patience: 5 };
    const history = await trainNetwork(session, { input, target: noise }, stopping, { random: seededRandom(1) });
    session.release();
    const { validationLosses, bestEpoch, stoppedEarly } = history;
    expect(stoppedEarly).toBe(true);
    expect(validationLosses).toHaveLength(bestEpoch + 6);
    expect(Math.min(...validationLosses)).toBe(validationLosses[bestEpoch]);
  });

  it('ends when it is told to', async () => {
    const session = await open();
    const stop = new AbortController();
    const control = { random: seededRandom(1), signal: stop.signal, onProgress: () => stop.abort() };
    await expect(trainNetwork(session, signs(100), plan, control)).rejects.toMatchObject({ code: 'ML_CANCELLED' });
    session.release();
  });
});
