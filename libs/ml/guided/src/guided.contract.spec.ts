import { seededRandom } from '@kohort/kernel-clock-random';
import { clusterExample, estimatorContract, fourGroups } from '@kohort/ml-conformance';
import { matrixOf, takeRows, type Matrix } from '@kohort/ml-core';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import { consensus } from './consensus/consensus';
import { consensusDefaults } from './consensus/consensus.params';
import { linkedKmeans, type LinkedRows } from './links/linked-kmeans';
import { linkedKmeansDefaults } from './links/linked-kmeans.params';
import { seededKmeans, type SeededRows } from './seeds/seeded-kmeans';
import { seededKmeansDefaults } from './seeds/seeded-kmeans.params';
import { labelSpreading, type LabelledRows } from './spreading/label-spreading';
import { labelSpreadingDefaults } from './spreading/label-spreading.params';

/** Six noisy clusterings of 150 rows into four. */
function clusterings(seed: number): Matrix {
  const random = seededRandom(seed);
  const rows = Array.from({ length: 150 }, (_, i) =>
    Array.from({ length: 6 }, () => (random.next() < 0.1 ? random.int(4) : i % 4)),
  );
  return matrixOf(rows);
}

for (const params of [
  { ...consensusDefaults, k: 4 },
  { k: 4, mostPatterns: 0 },
]) {
  estimatorContract(consensus, {
    params,
    example: clusterings,
    matrixOf: (matrix: Matrix): Matrix => matrix,
    withMatrix: (_old: Matrix, matrix: Matrix): Matrix => matrix,
    reorder: (matrix: Matrix, order: readonly number[]): Matrix => takeRows(matrix, order),
    agreement: adjustedRandIndex,
    leastAgreement: { permuted: 0.97, shifted: 1, scaled: 1 },
    refused: [
      { title: 'no rows', training: { data: new Float32Array(0), rows: 0, cols: 2 }, params, code: 'ML_TOO_FEW_ROWS' },
      { title: 'no clustering', training: { data: new Float32Array(0), rows: 9, cols: 0 }, params, code: 'ML_SHAPE' },
      {
        title: 'fewer different rows than k',
        training: matrixOf([[1], [1], [2]]),
        params: { ...consensusDefaults, k: 3 },
        code: 'ML_TOO_FEW_ROWS',
      },
    ],
    badParams: [
      { ...params, k: -1 },
      { ...params, mostPatterns: -1 },
    ],
  });
}

const few = matrixOf([[1], [2], [3]]);
const narrow: Matrix = { data: new Float32Array(0), rows: 9, cols: 0 };

/** Where each row of before stands after a reordering. */
function placesAfter(order: readonly number[]): number[] {
  const places = new Array<number>(order.length).fill(0);
  order.forEach((row, at) => (places[row] = at));
  return places;
}

const noLinks = { mustLink: [], cannotLink: [] };
estimatorContract(linkedKmeans, {
  example: (seed): LinkedRows => ({
    matrix: fourGroups(seed),
    mustLink: [
      [0, 4],
      [8, 12],
      [1, 5],
    ],
    cannotLink: [
      [0, 1],
      [2, 3],
      [8, 9],
    ],
  }),
  matrixOf: ({ matrix }) => matrix,
  withMatrix: (old, matrix) => ({ ...old, matrix }),
  reorder: ({ matrix, mustLink, cannotLink }, order) => {
    const places = placesAfter(order);
    const moved = (links: LinkedRows['mustLink']) =>
      links.map(([a, b]) => [places[a] as number, places[b] as number] as const);
    return { matrix: takeRows(matrix, order), mustLink: moved(mustLink), cannotLink: moved(cannotLink) };
  },
  agreement: adjustedRandIndex,
  leastAgreement: { permuted: 1, shifted: 1, scaled: 1 },
  refused: [
    { title: 'k > n', training: { matrix: few, ...noLinks }, params: linkedKmeansDefaults, code: 'ML_TOO_FEW_ROWS' },
    {
      title: 'rows linked to fewer groups than k',
      training: { matrix: few, mustLink: [[0, 1]], cannotLink: [] },
      params: { ...linkedKmeansDefaults, k: 3 },
      code: 'ML_TOO_FEW_ROWS',
    },
    { title: 'no columns', training: { matrix: narrow, ...noLinks }, params: linkedKmeansDefaults, code: 'ML_SHAPE' },
    {
      title: 'links that contradict each other',
      training: { matrix: few, mustLink: [[0, 1]], cannotLink: [[1, 0]] },
      params: { ...linkedKmeansDefaults, k: 2 },
      code: 'GUIDED_LINKS_CONFLICT',
    },
  ],
  badParams: [
    { ...linkedKmeansDefaults, k: 0 },
    { ...linkedKmeansDefaults, penalty: -1 },
    { ...linkedKmeansDefaults, restarts: 0 },
    { ...linkedKmeansDefaults, maxIterations: 0 },
  ],
});

estimatorContract(seededKmeans, {
  example: (seed): SeededRows => {
    const matrix = fourGroups(seed);
    return { matrix, seeds: Array.from({ length: matrix.rows }, (_, i) => (i < 8 ? i % 4 : -1)) };
  },
  matrixOf: ({ matrix }) => matrix,
  withMatrix: (old, matrix) => ({ ...old, matrix }),
  reorder: ({ matrix, seeds }, order) => ({
    matrix: takeRows(matrix, order),
    seeds: order.map((row) => seeds[row] as number),
  }),
  agreement: adjustedRandIndex,
  leastAgreement: { permuted: 1, shifted: 1, scaled: 1 },
  refused: [
    {
      title: 'k > n',
      training: { matrix: few, seeds: [0, 1, 2] },
      params: seededKmeansDefaults,
      code: 'ML_TOO_FEW_ROWS',
    },
    {
      title: 'no seed',
      training: { matrix: few, seeds: [-1, -1, -1] },
      params: { ...seededKmeansDefaults, k: 2 },
      code: 'GUIDED_SEEDS',
    },
    { title: 'no columns', training: { matrix: narrow, seeds: [] }, params: seededKmeansDefaults, code: 'ML_SHAPE' },
  ],
  badParams: [
    { ...seededKmeansDefaults, k: 0 },
    { ...seededKmeansDefaults, maxIterations: 0 },
  ],
});

estimatorContract(labelSpreading, {
  example: (seed): LabelledRows => {
    const matrix = clusterExample.example(seed);
    return { matrix, labels: Array.from({ length: matrix.rows }, (_, i) => (i < 12 ? i % 4 : -1)) };
  },
  matrixOf: ({ matrix }) => matrix,
  withMatrix: (old, matrix) => ({ ...old, matrix }),
  reorder: ({ matrix, labels }, order) => ({
    matrix: takeRows(matrix, order),
    labels: order.map((row) => labels[row] as number),
  }),
  agreement: adjustedRandIndex,
  leastAgreement: { permuted: 1, shifted: 1, scaled: 1 },
  refused: [
    {
      title: 'one row',
      training: { matrix: matrixOf([[1]]), labels: [0] },
      params: labelSpreadingDefaults,
      code: 'ML_TOO_FEW_ROWS',
    },
    {
      title: 'no known label',
      training: { matrix: few, labels: [-1, -1, -1] },
      params: labelSpreadingDefaults,
      code: 'GUIDED_SEEDS',
    },
    { title: 'no columns', training: { matrix: narrow, labels: [] }, params: labelSpreadingDefaults, code: 'ML_SHAPE' },
  ],
  badParams: [
    { ...labelSpreadingDefaults, clamping: 1 },
    { ...labelSpreadingDefaults, maxIterations: 0 },
    { ...labelSpreadingDefaults, affinity: { method: 'neighbours', neighbours: 0 } },
    { ...labelSpreadingDefaults, affinity: { method: 'radial', gamma: 0 } },
  ],
});
