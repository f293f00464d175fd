import { seededRandom } from '@kohort/kernel-clock-random';
import { estimatorContract } from '@kohort/ml-conformance';
import { takeRows } from '@kohort/ml-core';
import { fitLogistic, logisticRegression, type LogisticTraining } from './logistic';
import { logisticDefaults } from './logistic.params';

const ROWS = 200;
const COLS = 3;

function example(seed: number): LogisticTraining {
  const random = seededRandom(seed);
  const data = Float32Array.from({ length: ROWS * COLS }, () => random.normal());
  const labels = Uint8Array.from({ length: ROWS }, (_, row) => {
    const z = 1.2 * (data[row * COLS] ?? 0) - 0.8 * (data[row * COLS + 1] ?? 0);
    return random.next() < 1 / (1 + Math.exp(-z)) ? 1 : 0;
  });
  return { matrix: { rows: ROWS, cols: COLS, data }, labels };
}

/** 1 minus the largest difference of two probabilities of one row. */
function agreement(first: ArrayLike<number>, second: ArrayLike<number>): number {
  expect(first).toHaveLength(second.length);
  return 1 - Math.max(...Array.from(first, (p, row) => Math.abs(p - (second[row] ?? NaN))));
}

const input = example(3);

estimatorContract(logisticRegression, {
  example,
  matrixOf: ({ matrix }) => matrix,
  withMatrix: (training, matrix) => ({ ...training, matrix }),
  reorder: ({ matrix, labels }, order) => ({
    matrix: takeRows(matrix, order),
    labels: Uint8Array.from(order, (row) => labels[row] ?? NaN),
  }),
  agreement,
  // A shift of float32 values by 1000 rounds them to 6e-5; a scale changes what the penalty means.
  leastAgreement: { permuted: 1 - 1e-10, shifted: 1 - 1e-4 },
  refused: [
    { title: 'one class', training: { ...input, labels: new Uint8Array(ROWS) }, code: 'LOGISTIC_ONE_CLASS' },
    {
      title: 'labels that are not 0 or 1',
      training: { ...input, labels: new Uint8Array(ROWS).fill(2) },
      code: 'LOGISTIC_LABEL_NOT_BINARY',
    },
    { title: 'too few labels', training: { ...input, labels: new Uint8Array(3) }, code: 'ML_SHAPE' },
    { title: 'too few values', training: { ...input, matrix: { ...input.matrix, cols: COLS + 1 } }, code: 'ML_SHAPE' },
    {
      title: 'too many columns',
      training: { matrix: { rows: 1, cols: 2_001, data: new Float32Array(2_001) }, labels: Uint8Array.of(1) },
      code: 'LOGISTIC_TOO_WIDE',
    },
  ].map((refused) => ({ ...refused, params: logisticDefaults })),
  badParams: [{ c: 0 }, { c: NaN }, { tolerance: 1 }, { maxIterations: 1.5 }].map((bad) => ({
    ...logisticDefaults,
    ...bad,
  })),
});

describe('logistic regression', () => {
  it('a shifted column moves the intercept alone', async () => {
    const fitted = await fitLogistic(input);
    const data = Float64Array.from(input.matrix.data, (value, i) => (i % COLS === 0 ? value + 10 : value));
    const shifted = await fitLogistic({ matrix: { rows: ROWS, cols: COLS, data }, labels: input.labels });
    shifted.coefficients.forEach((value, j) => expect(value).toBeCloseTo(fitted.coefficients[j] ?? NaN, 8));
    expect(shifted.intercept).toBeCloseTo(fitted.intercept - 10 * (fitted.coefficients[0] ?? NaN), 7);
  });

  it('a constant column gets no weight where the intercept can take it', async () => {
    const data = input.matrix.data.map((value, i) => (i % COLS === 2 ? 4 : value));
    const fitted = await fitLogistic({ matrix: { rows: ROWS, cols: COLS, data }, labels: input.labels });
    expect(fitted.coefficients[2]).toBeCloseTo(0, 8);
  });
});
