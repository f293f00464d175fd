import { seededRandom } from '@kohort/kernel-clock-random';
import type { LabelledPeople, PropensityInput } from '../src/propensity/fit-propensity';

/** Log-odds of the outcome, given a person's features. */
export type Truth = (x: { recency: number; visits: number; spend: number }) => number;

const features = ['recency', 'visits', 'spend', 'noise'];

/** People whose outcome follows a known law; a tenth of `spend` is missing and counts as 0 in the law. */
export function people(n: number, truth: Truth, seed: number): LabelledPeople {
  const random = seededRandom(seed);
  const data = new Float64Array(n * features.length);
  const labels = new Uint8Array(n);
  for (let row = 0; row < n; row += 1) {
    const recency = random.int(90);
    const visits = random.int(30);
    const spend = random.next() < 0.1 ? NaN : 40 + 20 * random.normal();
    data.set([recency, visits, spend, random.normal()], row * features.length);
    const z = truth({ recency, visits, spend: Number.isNaN(spend) ? 0 : spend });
    labels[row] = random.next() < 1 / (1 + Math.exp(-z)) ? 1 : 0;
  }
  return { features, data, labels };
}

/** An earlier and a later sample of the same world, and people of now. */
export function propensityWorld(n: number, truth: Truth): PropensityInput {
  return {
    train: people(n, truth, 1),
    test: people(n, truth, 2),
    now: people(n, truth, 3),
    event: 'Order Completed',
    horizonDays: 30,
    trainCut: Date.UTC(2026, 0, 1),
    testCut: Date.UTC(2026, 0, 31),
    seed: 9,
  };
}

export const linearTruth: Truth = ({ recency, visits }) => 0.15 * visits - 0.05 * recency;
export const crossedTruth: Truth = ({ recency, visits }) => (recency < 45 === visits < 15 ? 1.5 : -1.5);
