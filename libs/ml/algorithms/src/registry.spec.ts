import { seededRandom } from '@kohort/kernel-clock-random';
import { fourGroups } from '@kohort/ml-conformance';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import type { ClusteringAlgorithm } from './clustering-algorithm';
import { nearestName } from './nearest-name';
import { OUTLIER_FROM } from './outlier-fences';
import { accountOfParams, paramsFromText, readParams } from './params-schema';
import { registerAlgorithm } from './register-algorithm';
import { ALGORITHM_NAMES } from './algorithm-names';
import { clusteringAlgorithm, clusteringModel } from './registry';
import { kmeansDefinition } from './families/centroid-algorithms';

const truth = Array.from({ length: 200 }, (_, i) => i % 4);
const matrix = fourGroups(3);
const kmeans = clusteringAlgorithm('kmeans');

describe('names', () => {
  it.each([
    ['k-means', 'kmeans'],
    ['KMEANS', 'kmeans'],
    ['hdbscn', 'hdbscan'],
    ['bayes', 'bayesian-mixture'],
    ['gaussian', 'gaussian-mixture'],
    ['kmedoid', 'kmedoids'],
  ])('%s most likely means %s', (given, meant) => {
    expect(nearestName(given, ALGORITHM_NAMES)).toBe(meant);
  });

  it('are suggested for unknown ones', () => {
    expect(() => clusteringAlgorithm('kmedoid')).toThrow('did you mean "kmedoids"?');
    expect(() => clusteringModel('nothing', {})).toThrow(expect.objectContaining({ code: 'ALGORITHM_UNKNOWN' }));
  });
});

describe('settings', () => {
  it.each<[string, Parameters<ClusteringAlgorithm['fit']>[1], string, string]>([
    ['kmeans', { seed: 1 }, 'k', 'a number of clusters must be given'],
    ['kmeans', { seed: 1, k: 2.5 }, 'k', 'must be a whole number from 1 to 4096'],
    ['hdbscan', { seed: 1, k: 3 }, 'k', 'finds the number of clusters itself'],
    ['kmeans', { seed: 1, k: 2, weights: [1, 2] }, 'weights', 'must be 3 numbers'],
    ['rfm-cells', { seed: 1, weights: [1, 2, 1] }, 'weights', 'mean nothing'],
    ['kmeans', { seed: 1, k: 2, categories: [1] }, 'categories', 'takes numbers only'],
    ['kmedoids', { seed: 1, k: 2, categories: [3] }, 'categories', 'must be from 0 to 2'],
    [
      'kmedoids',
      { seed: 1, k: 2, categories: [0], params: { dissimilarity: 'euclidean' } },
      'categories',
      'dissimilarity must be gower with categories',
    ],
    [
      'kmedoids',
      { seed: 1, k: 2, weights: [1, 2, 1], params: { dissimilarity: 'manhattan' } },
      'weights',
      'dissimilarity must be gower with weights',
    ],
    ['seeded-kmeans', { seed: 1, k: 2 }, 'known rows', 'seeds'],
    ['linked-kmeans', { seed: 1, k: 2 }, 'known rows', 'links'],
    ['kmeans', { seed: 1, k: 2, known: { mustLink: [[0, 1]] } }, 'known rows', 'heeds nothing'],
    ['kmeans', { seed: 1, k: 2, sizes: { min: 9, max: 8 } }, 'sizes', 'above the largest'],
    ['kmeans', { seed: 0.5, k: 2 }, 'seed', 'whole number'],
  ])('%s is told %j: %s', async (name, settings, setting, problem) => {
    const attempt = clusteringAlgorithm(name).fit(matrix, settings);
    await expect(attempt).rejects.toMatchObject({ code: 'ALGORITHM_SETTING', details: { setting } });
    await expect(attempt).rejects.toThrow(problem);
  });

  it('takes even weights wherever, and says before a fit what is not heeded', async () => {
    const params = { dissimilarity: 'manhattan' };
    const kmedoids = clusteringAlgorithm('kmedoids');
    const fitted = await kmedoids.fit(matrix, { k: 4, seed: 1, weights: [1, 1, 1], params });
    expect(adjustedRandIndex(truth, fitted.labels)).toBe(1);
    const columns = { categories: true, weights: true };
    expect(() => kmedoids.checkColumns({ ...columns, params })).toThrow('dissimilarity must be gower with categories');
    expect(() => kmedoids.checkColumns({ ...columns, params: {} })).not.toThrow();
    expect(() => kmeans.checkColumns({ ...columns, params: {} })).toThrow('it takes numbers only');
    expect(() => kmeans.checkColumns({ categories: false, weights: true, params: {} })).not.toThrow();
  });

  it('lets a weight of 0 leave a column out, and a large one rule', async () => {
    const random = seededRandom(4);
    const data = Float32Array.from({ length: 400 }, (_, at) => (at % 2 === 0 ? (at % 4) * 5 : 100 * random.normal()));
    const table = { data, rows: 200, cols: 2 };
    const groups = Array.from({ length: 200 }, (_, i) => i % 2);
    const plain = await kmeans.fit(table, { k: 2, seed: 1 });
    expect(adjustedRandIndex(groups, plain.labels)).toBeLessThan(0.2);
    const weighted = await kmeans.fit(table, { k: 2, seed: 1, weights: [1, 0] });
    expect(adjustedRandIndex(groups, weighted.labels)).toBe(1);
    const placed = await clusteringModel('kmeans', weighted.state).assign(table);
    expect([...placed.labels]).toEqual([...weighted.labels]);
  });

  it('keeps sizes where they are asked of bounded k-means, and points to it elsewhere', async () => {
    const uneven = { ...matrix, rows: 150, data: matrix.data.slice(0, 450) };
    const sizes = { min: 50, max: 50 };
    const kept = await clusteringAlgorithm('bounded-kmeans').fit(uneven, { k: 3, seed: 1, sizes });
    expect(kept.sizes).toEqual([50, 50, 50]);
    await expect(kmeans.fit(uneven, { k: 3, seed: 1, sizes })).rejects.toThrow('bounded-kmeans keeps sizes');
    const attempt = clusteringAlgorithm('bounded-kmeans').fit(uneven, { k: 3, seed: 1, sizes: { min: 51 } });
    await expect(attempt).rejects.toThrow('3 clusters of at least 51 rows, there are 150');
  });

  it('refuses ellipsoids in thousands of columns, and says what to take', async () => {
    const wide = { data: new Float32Array(3010), rows: 10, cols: 301 };
    const attempt = clusteringAlgorithm('gaussian-mixture').fit(wide, { k: 2, seed: 1 });
    await expect(attempt).rejects.toThrow('take covariance=diagonal');
  });
});

describe('rows above the limit', () => {
  const small = registerAlgorithm({ ...kmeansDefinition, rowLimit: 60 });

  it('are fitted on a sample by seed, and everyone is placed', async () => {
    const fitted = await small.fit(matrix, { k: 4, seed: 1 });
    expect(fitted.notes).toEqual(['Fitted on 60 of 200 rows drawn by seed; everyone was placed by the model.']);
    expect(adjustedRandIndex(truth, fitted.labels)).toBeGreaterThan(0.95);
    expect(fitted.sizes.reduce((sum, size) => sum + size, 0)).toBe(200);
    const again = await small.readModel(fitted.state).assign(matrix);
    expect([...again.labels]).toEqual([...fitted.labels]);
    expect((await small.fit(matrix, { k: 4, seed: 2 })).state).not.toEqual(fitted.state);
  });
});

describe('outliers', () => {
  it('are rows beyond the fence of their cluster, in training and later', async () => {
    const far = { data: Float32Array.from([...matrix.data, 60, 60, 60]), rows: 201, cols: 3 };
    const fitted = await kmeans.fit(matrix, { k: 4, seed: 1 });
    const placed = await clusteringModel('kmeans', fitted.state).assign(far);
    expect(placed.outlierScore[200]).toBeGreaterThan(0.99);
    const others = placed.outlierScore.slice(0, 200).filter((score) => score >= OUTLIER_FROM).length;
    expect(others).toBeLessThan(12);
  });

  it('are the rows in no cluster where density tells', async () => {
    const far = { data: Float32Array.from([...matrix.data, 60, 60, 60]), rows: 201, cols: 3 };
    const { labels, outlierScore, noise } = await clusteringAlgorithm('hdbscan').fit(far, { seed: 1 });
    expect(labels[200]).toBe(-1);
    expect(outlierScore[200]).toBeGreaterThan(0.9);
    expect(outlierScore.filter((score) => score >= OUTLIER_FROM)).toHaveLength(noise);
  });
});

describe('what is known', () => {
  it('of some rows names the clusters', async () => {
    const seeds = Int32Array.from({ length: 200 }, (_, i) => (i < 8 ? 3 - (i % 4) : -1));
    for (const name of ['seeded-kmeans', 'label-spreading']) {
      const algorithm = clusteringAlgorithm(name);
      const fitted = await algorithm.fit(matrix, { seed: 1, known: { seeds }, ...(algorithm.takesK ? { k: 4 } : {}) });
      const { labels, seedClusters } = fitted;
      expect(seedClusters).toHaveLength(4);
      const right = labels.filter((label, i) => label === seedClusters?.[3 - (i % 4)]).length;
      expect(right).toBeGreaterThan(190);
    }
  });

  it('forbids what links forbid, and says which cannot be', async () => {
    const known = { mustLink: [[0, 4]] as const, cannotLink: [[0, 4]] as const };
    const attempt = clusteringAlgorithm('linked-kmeans').fit(matrix, { k: 4, seed: 1, known });
    await expect(attempt).rejects.toMatchObject({ code: 'GUIDED_LINKS_CONFLICT', kind: 'unsuitable-data' });
  });
});

describe('stored models', () => {
  it('are refused when they are something else', async () => {
    const { state } = await kmeans.fit(matrix, { k: 4, seed: 1 });
    expect(() => clusteringModel('som', state)).toThrow(expect.objectContaining({ code: 'ALGORITHM_STATE' }));
    for (const json of [null, 3, [], {}, { algorithm: 'kmeans' }, { ...Object(state), model: {} }]) {
      expect(() => clusteringModel('kmeans', json)).toThrow(expect.objectContaining({ code: 'ML_STATE' }));
    }
  });
});

it.each([[{ layers: '64-32' }], [{ layers: '16' }]])(
  'reads the layers of a network as a command line gives them: %j',
  (texts) => {
    const { params } = clusteringAlgorithm('dec');
    expect(readParams('dec', params, paramsFromText(params, texts))).toMatchObject(texts);
    expect(() => readParams('dec', params, { layers: 'wide' })).toThrow('layers of dec: must be widths as in 64-32');
  },
);

it('tells parameters with what they are when left out', () => {
  const account = accountOfParams(clusteringAlgorithm('dbscan').params);
  expect(account.map(({ name, preset }) => `${name}=${preset}`)).toEqual(['eps=0.5', 'minPoints=5']);
  expect(account[0]?.help).toContain('distance within which');
});
