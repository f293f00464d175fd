import { seededRandom } from '@kohort/kernel-clock-random';
import { estimatorContract } from '@kohort/ml-conformance';
import { takeRows, type Matrix } from '@kohort/ml-core';
import { softmaxDefaults } from './softmax.params';
import { softmaxRegression, softmaxShares, type ClassedRows } from './softmax';

interface DenseRows extends ClassedRows {
  readonly matrix: Matrix;
}

/** 150 rows of 3 columns in three classes that overlap. */
function example(seed: number): DenseRows {
  const random = seededRandom(seed);
  const labels = Uint8Array.from({ length: 150 }, (_, row) => row % 3);
  const data = Float32Array.from(
    { length: 450 },
    (_, at) => random.normal() + (at % 3 === labels[Math.floor(at / 3)] ? 1.5 : 0),
  );
  return { matrix: { data, rows: 150, cols: 3 }, labels };
}

const input = example(2);
const sameClasses = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).filter((label, row) => label === b[row]).length / a.length;

estimatorContract(softmaxRegression, {
  example,
  matrixOf: (training) => ('data' in training.matrix ? training.matrix : input.matrix),
  withMatrix: (training, matrix) => ({ ...training, matrix }),
  reorder: (training, order) => ({
    matrix: 'data' in training.matrix ? takeRows(training.matrix, order) : input.matrix,
    labels: Array.from(order, (row) => training.labels[row] ?? NaN),
  }),
  agreement: sameClasses,
  leastAgreement: { permuted: 1 },
  refused: [
    { title: 'one class', training: { ...input, labels: new Uint8Array(150) }, code: 'SOFTMAX_EMPTY_CLASS' },
    {
      title: 'a class of nobody',
      training: { ...input, labels: Array.from(input.labels, (label) => label * 2) },
      code: 'SOFTMAX_EMPTY_CLASS',
    },
    { title: 'a class below 0', training: { ...input, labels: new Array<number>(150).fill(-1) }, code: 'ML_SHAPE' },
    { title: 'too few labels', training: { ...input, labels: [1] }, code: 'ML_SHAPE' },
  ].map((refused) => ({ ...refused, params: softmaxDefaults })),
  badParams: [{ c: 0 }, { tolerance: 2 }, { maxIterations: 0 }].map((bad) => ({ ...softmaxDefaults, ...bad })),
});

describe('probabilities of classes', () => {
  it('sum to 1 and follow the groups', async () => {
    const fitted = await softmaxRegression.fit(input, softmaxDefaults, { random: seededRandom(1) });
    const shares = softmaxShares(fitted, input.matrix);
    for (let row = 0; row < 150; row += 1) {
      expect(shares.subarray(row * 3, row * 3 + 3).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    }
    const predicted = await softmaxRegression.predict(fitted, input.matrix);
    expect(sameClasses(predicted, input.labels)).toBeGreaterThan(0.7);
  });
});
