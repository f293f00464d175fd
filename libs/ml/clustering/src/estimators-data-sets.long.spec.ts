import { seededRandom } from '@kohort/kernel-clock-random';
import { hasDataSets, plantedSet, readCells, readReference, zScored } from '@kohort/ml-conformance';
import { matrixOf } from '@kohort/ml-core';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import { onlineRetailRfm } from '../test/online-retail-rfm';
import { boundedKmeans } from './bounded-kmeans/bounded-kmeans';
import { boundedKmeansDefaults } from './bounded-kmeans/bounded-kmeans.params';
import { kmedoids } from './kmedoids/kmedoids';
import { kmedoidsDefaults } from './kmedoids/kmedoids.params';
import { kprototypes } from './kprototypes/kprototypes';
import { kprototypesDefaults } from './kprototypes/kprototypes.params';
import { miniBatchKmeans } from './mini-batch-kmeans/mini-batch-kmeans';
import { miniBatchKmeansDefaults } from './mini-batch-kmeans/mini-batch-kmeans.params';

const control = () => ({ random: seededRandom(1) });

(hasDataSets ? describe : describe.skip)('clusterings of public data, against recomputed results', () => {
  it('online retail: mini-batches reach the inertia of k-means within 1 %', async () => {
    type ByK = Record<string, { readonly inertia: number }>;
    const reference = readReference<{ kmeans_log1p_zscored_rfm: { by_k: ByK } }>('online-retail');
    const matrix = matrixOf(zScored(onlineRetailRfm().rows.map((row) => row.map(Math.log1p))));
    for (const [k, { inertia }] of Object.entries(reference.kmeans_log1p_zscored_rfm.by_k)) {
      const params = { ...miniBatchKmeansDefaults, k: Number(k), fullRounds: 10 };
      expect((await miniBatchKmeans.fit(matrix, params, control())).inertia / inertia).toBeLessThan(1.01);
    }
  });

  it('a1: k-medoids of samples agrees with the truth nearly as well as k-means', async () => {
    type Result = { readonly kmeans: { readonly ari: number } };
    const wanted = readReference<{ a1: Result }>('clustering-benchmarks').a1;
    const { matrix, truth } = plantedSet('a1');
    const params = { ...kmedoidsDefaults, k: 20, mostRows: 500, sampleRows: 300, samples: 3 };
    const { labels } = await kmedoids.fit(matrix, params, control());
    expect(adjustedRandIndex(truth, labels)).toBeGreaterThan(wanted.kmeans.ari - 0.1);
  });

  it('unbalance: bounds are kept where groups have 100 to 2,000 rows', async () => {
    const { matrix } = plantedSet('unbalance');
    const params = { ...boundedKmeansDefaults, k: 8, minSize: 300, maxSize: 1500 };
    const { kmeans: fitted } = await boundedKmeans.fit(matrix, params, control());
    expect(Math.min(...fitted.sizes)).toBeGreaterThanOrEqual(300);
    expect(Math.max(...fitted.sizes)).toBeLessThanOrEqual(1500);
    expect(fitted.converged).toBe(true);
  });

  it('marketing campaign: numbers, categories and missing incomes together', async () => {
    const [header = [], ...cells] = readCells('marketing-campaign/customers.csv.gz');
    const column = (name: string) => cells.map((row) => row[header.indexOf(name)] ?? '');
    const number = (name: string) => column(name).map((cell) => (cell === '' ? NaN : Math.log1p(Number(cell))));
    const codes = (name: string) => {
      const levels = [...new Set(column(name))].sort();
      return column(name).map((cell) => levels.indexOf(cell));
    };
    const columns = [number('Income'), number('MntWines'), codes('Education'), codes('Marital_Status')];
    const matrix = matrixOf(cells.map((_, i) => columns.map((values) => values[i] as number)));
    const params = { ...kprototypesDefaults, k: 4, categories: [2, 3] };
    const fitted = await kprototypes.fit(matrix, params, control());
    expect(fitted.converged).toBe(true);
    expect(Math.min(...fitted.sizes)).toBeGreaterThan(50);
    expect(columns[0]?.filter(Number.isNaN)).toHaveLength(24);
  });
});
