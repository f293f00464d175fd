import { seededRandom } from '@kohort/kernel-clock-random';
import { expectCells, goldenTable } from '../../test/golden-table';
import { averagePath } from './average-path';
import { isolationForest } from './isolation-forest';
import golden from './reference/isolation-forest.golden.json';

/** Average rank of each value, 1-based. */
function ranks(values: readonly number[]): number[] {
  const order = [...values.keys()].sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const out = new Array<number>(values.length).fill(0);
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && values[order[end] ?? 0] === values[order[start] ?? 0]) end += 1;
    for (let i = start; i < end; i += 1) out[order[i] ?? 0] = (start + 1 + end) / 2;
    start = end;
  }
  return out;
}

function rankCorrelation(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [ranks(a), ranks(b)];
  const middle = (x.length + 1) / 2;
  const sum = (f: (i: number) => number) => x.reduce((total, _, i) => total + f(i), 0);
  const dx = (i: number) => (x[i] ?? 0) - middle;
  const dy = (i: number) => (y[i] ?? 0) - middle;
  return sum((i) => dx(i) * dy(i)) / Math.sqrt(sum((i) => dx(i) ** 2) * sum((i) => dy(i) ** 2));
}

function areaUnderCurve(labels: readonly number[], scores: readonly number[]): number {
  const rank = ranks(scores);
  const positives = labels.filter((label) => label === 1).length;
  const sum = labels.reduce((total, label, i) => total + (label === 1 ? (rank[i] ?? 0) : 0), 0);
  return (sum - (positives * (positives + 1)) / 2) / (positives * (labels.length - positives));
}

describe('isolation forest against scikit-learn', () => {
  it('the average path', () => {
    expectCells([golden.sizes.map(averagePath)], [golden.averagePaths], 1e-9);
  });

  it.each(golden.cases.map((one) => [one.name, one] as const))('%s: alike ranks, planted outliers', async (_n, one) => {
    const random = seededRandom(12);
    const { table } = await isolationForest.fitTransform(goldenTable(one.columns), { trees: 300 }, { random });
    const [column] = table.columns;
    const scores = column?.kind === 'numeric' ? [...column.values] : [];
    expect(rankCorrelation(scores, one.scores)).toBeGreaterThan(golden.correlation);
    expect(areaUnderCurve(one.planted, scores)).toBeGreaterThan(one.auc - golden.aucLoss);
    // Scores are of one scale too: means over 300 trees differ by little.
    const apart = scores.map((score, i) => Math.abs(score - (one.scores[i] ?? NaN)));
    expect(Math.max(...apart)).toBeLessThan(0.05);
  });

  it('gives the same trees for the same seed, and others for another', async () => {
    const table = goldenTable(golden.cases[0]?.columns ?? []);
    const fit = async (seed: number) =>
      isolationForest.serialise(await isolationForest.fit(table, { trees: 5 }, { random: seededRandom(seed) }));
    expect(await fit(1)).toBe(await fit(1));
    expect(await fit(1)).not.toBe(await fit(2));
  });
});
