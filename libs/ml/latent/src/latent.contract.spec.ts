import { seededRandom } from '@kohort/kernel-clock-random';
import { clusterExample, estimatorContract } from '@kohort/ml-conformance';
import { matrixOf, takeRows, type Matrix } from '@kohort/ml-core';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import { nmf } from './nmf/nmf';
import { nmfDefaults } from './nmf/nmf.params';
import { som } from './som/som';
import { somDefaults } from './som/som.params';
import { spectral } from './spectral/spectral';
import { spectralDefaults } from './spectral/spectral.params';
import { transitions } from './transitions/transitions';
import { transitionsDefaults } from './transitions/transitions.params';

/** Event counts of 160 persons with four habits over eight events. */
function fourHabits(seed: number): Matrix {
  const random = seededRandom(seed);
  const rows = Array.from({ length: 160 }, (_, i) => {
    const row = new Array<number>(8).fill(0);
    for (let event = 0; event < 20; event += 1) {
      const at = random.next() < 0.85 ? 2 * (i % 4) + random.int(2) : random.int(8);
      row[at] = (row[at] ?? 0) + 1;
    }
    return row;
  });
  return matrixOf(rows);
}
const habits = {
  example: fourHabits,
  matrixOf: (matrix: Matrix): Matrix => matrix,
  withMatrix: (_old: Matrix, matrix: Matrix): Matrix => matrix,
  reorder: (matrix: Matrix, order: readonly number[]): Matrix => takeRows(matrix, order),
};

estimatorContract(nmf, {
  ...habits,
  agreement: adjustedRandIndex,
  leastAgreement: { permuted: 1, scaled: 1 },
  refused: [
    {
      title: 'counts below 0',
      training: matrixOf([
        [1, 2],
        [3, -1],
        [0, 1],
      ]),
      params: { ...nmfDefaults, k: 2 },
      code: 'LATENT_NEGATIVE',
    },
    {
      title: 'no events at all',
      training: matrixOf(new Array(9).fill([0, 0, 0, 0])),
      params: nmfDefaults,
      code: 'LATENT_EMPTY',
    },
    { title: 'k > n', training: matrixOf([[1, 2, 3, 4]]), params: nmfDefaults, code: 'ML_TOO_FEW_ROWS' },
    { title: 'k > columns', training: matrixOf(new Array(9).fill([1])), params: nmfDefaults, code: 'ML_TOO_FEW_ROWS' },
    {
      title: 'a start of another size',
      training: fourHabits(1),
      params: { ...nmfDefaults, start: { method: 'given', amounts: [1], parts: [1] } },
      code: 'ML_SHAPE',
    },
  ],
  badParams: [
    { ...nmfDefaults, k: 0 },
    { ...nmfDefaults, maxIterations: 0 },
    { ...nmfDefaults, tolerance: -1 },
    { ...nmfDefaults, start: { method: 'random', restarts: 0 } },
  ],
});

const map = { ...somDefaults, width: 4, height: 4, groups: 4 };
estimatorContract(som, {
  ...clusterExample,
  params: map,
  agreement: adjustedRandIndex,
  leastAgreement: { permuted: 0.95, shifted: 0.95, scaled: 1 },
  refused: [
    { title: 'one row', training: matrixOf([[1, 2]]), params: somDefaults, code: 'ML_TOO_FEW_ROWS' },
    {
      title: 'rows that are all alike, in groups',
      training: matrixOf(new Array(9).fill([1, 2])),
      params: map,
      code: 'ML_TOO_FEW_ROWS',
    },
    { title: 'no columns', training: { data: new Float32Array(0), rows: 9, cols: 0 }, params: map, code: 'ML_SHAPE' },
    {
      title: 'values too large for float32 squares',
      training: matrixOf([[1e20], [1], [2]]),
      params: map,
      code: 'ML_SHAPE',
    },
  ],
  badParams: [
    { ...map, width: 0 },
    { ...map, rounds: 0 },
    { ...map, endRadius: 0 },
    { ...map, groups: 17 },
  ],
});

estimatorContract(spectral, {
  ...clusterExample,
  agreement: adjustedRandIndex,
  leastAgreement: { permuted: 1, shifted: 1, scaled: 1 },
  refused: [
    { title: 'k > n', training: matrixOf([[1], [2], [3]]), params: spectralDefaults, code: 'ML_TOO_FEW_ROWS' },
    {
      title: 'rows that are all alike',
      training: matrixOf(new Array(9).fill([1, 2])),
      params: spectralDefaults,
      code: 'LATENT_EMPTY',
    },
    {
      title: 'no columns',
      training: { data: new Float32Array(0), rows: 9, cols: 0 },
      params: spectralDefaults,
      code: 'ML_SHAPE',
    },
  ],
  badParams: [
    { ...spectralDefaults, k: 0 },
    { ...spectralDefaults, affinity: { method: 'neighbours', neighbours: 0 } },
    { ...spectralDefaults, affinity: { method: 'radial', gamma: -1 } },
    { ...spectralDefaults, mostRows: 1 },
    { ...spectralDefaults, restarts: 0 },
  ],
});

/** Steps of 160 persons with four habits among three events. */
function fourWalks(seed: number): Matrix {
  const random = seededRandom(seed);
  const rows = Array.from({ length: 160 }, (_, i) => {
    const row = new Array<number>(9).fill(0);
    for (let step = 0; step < 30; step += 1) {
      const at = random.next() < 0.85 ? 2 * (i % 4) + random.int(2) : random.int(9);
      row[at] = (row[at] ?? 0) + 1;
    }
    return row;
  });
  return matrixOf(rows);
}

estimatorContract(transitions, {
  ...habits,
  example: fourWalks,
  agreement: adjustedRandIndex,
  leastAgreement: { permuted: 1 },
  refused: [
    {
      title: 'steps below 0',
      training: matrixOf([[-1, 0, 0, 0]]),
      params: transitionsDefaults,
      code: 'LATENT_NEGATIVE',
    },
    {
      title: 'columns that are no square',
      training: matrixOf([[1, 2, 3]]),
      params: transitionsDefaults,
      code: 'ML_SHAPE',
    },
    {
      title: 'no step at all',
      training: matrixOf(new Array(9).fill([0, 0, 0, 0])),
      params: transitionsDefaults,
      code: 'LATENT_EMPTY',
    },
    { title: 'k > n', training: matrixOf([[1, 0, 0, 2]]), params: transitionsDefaults, code: 'ML_TOO_FEW_ROWS' },
  ],
  badParams: [
    { ...transitionsDefaults, k: 0 },
    { ...transitionsDefaults, smoothing: 0 },
    { ...transitionsDefaults, restarts: 0 },
  ],
});
