import { seededRandom } from '@kohort/kernel-clock-random';
import { applyScaling } from '@kohort/ml-clustering';
import { wideMatrixOf } from '@kohort/ml-core';
import { parseClusterModel, serialiseClusterModel } from './cluster-model';
import { clusterTable } from './cluster-table';
import { explainCluster } from './explain-cluster';

/** Three groups of 60, 30 and 15 rows; the last column is the same in everybody, a tenth of the second is missing. */
function people() {
  const random = seededRandom(4);
  const centres = [
    ...Array<number[]>(60).fill([0, 1]),
    ...Array<number[]>(30).fill([12, 5]),
    ...Array<number[]>(15).fill([0, 9]),
  ];
  const rows = centres.map(([x = 0, y = 0], i) => [
    x + random.normal(),
    i % 10 === 9 ? NaN : Math.exp(y + 0.3 * random.normal()),
    7,
  ]);
  return { featureNames: ['score', 'money', 'constant'], matrix: wideMatrixOf(rows), ids: rows.map((_, i) => `p${i}`) };
}

describe('explaining a cluster', () => {
  it('adds up to the difference of the squared distances, for the cluster that was assigned', async () => {
    const input = people();
    const result = await clusterTable(input, {
      algorithm: 'kmeans',
      k: 3,
      seed: 1,
      scaling: 'auto',
      missing: 'median',
    });
    const model = parseClusterModel(serialiseClusterModel(result.model));
    const scaled = applyScaling(model.scaling, input.matrix);
    const to = (row: number, cluster: number): number =>
      Math.hypot(...[0, 1].map((j) => (scaled.data[row * 2 + j] ?? NaN) - (model.centres[cluster * 2 + j] ?? NaN)));
    for (let row = 0; row < input.ids.length; row += 1) {
      const values = Float64Array.from(input.matrix.data.subarray(row * 3, row * 3 + 3));
      const { label, next, margin, reasons } = explainCluster(model, values);
      const [own = NaN, second = NaN] = [0, 1, 2].map((cluster) => to(row, cluster)).sort((a, b) => a - b);
      expect(label).toBe(result.labels[row]);
      expect(next).not.toBe(label);
      expect(margin).toBeCloseTo(second ** 2 - own ** 2, 6);
      expect(own).toBeCloseTo(result.distances[row] ?? NaN, 6);
      const sum = reasons.reduce((total, { contribution }) => total + contribution, 0);
      expect(Math.abs(sum - margin)).toBeLessThan(1e-6);
      expect(reasons.map(({ feature }) => feature)).not.toContain('constant');
    }
    const missing = explainCluster(model, Float64Array.of(12, NaN, 7));
    expect(missing.reasons.find(({ feature }) => feature === 'money')?.value).toBeNull();
    expect(missing.reasons[0]).toMatchObject({ feature: 'score', value: 12, direction: 'raises' });
  });

  it('has nothing to say where there is one cluster only', async () => {
    const { model } = await clusterTable(people(), {
      algorithm: 'kmeans',
      k: 2,
      seed: 1,
      scaling: 'auto',
      missing: 'median',
    });
    const alone = { ...model, centres: model.centres.slice(0, 2) };
    expect(explainCluster(alone, Float64Array.of(1, 2, 7))).toEqual({ label: 0, next: null, margin: 0, reasons: [] });
  });
});
