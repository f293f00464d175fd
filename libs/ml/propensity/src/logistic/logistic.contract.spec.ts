import { seededRandom, shuffle } from '@kohort/kernel-clock-random';
import type { DenseMatrix } from '@kohort/ml-preprocessing';
import { fitLogistic, predictLogistic, type LabelledMatrix } from './logistic';
import { parseLogistic } from './logistic.state';

const ROWS = 120;
const COLS = 3;

function world(seed: number): LabelledMatrix {
  const random = seededRandom(seed);
  const data = Float64Array.from({ length: ROWS * COLS }, () => random.normal());
  const labels = Uint8Array.from({ length: ROWS }, (_, row) => {
    const z = 1.2 * (data[row * COLS] ?? 0) - 0.8 * (data[row * COLS + 1] ?? 0);
    return random.next() < 1 / (1 + Math.exp(-z)) ? 1 : 0;
  });
  return { matrix: { rows: ROWS, cols: COLS, data }, labels };
}

function rowsOf(matrix: DenseMatrix, order: readonly number[]): DenseMatrix {
  const data = order.flatMap((row) => [...matrix.data.subarray(row * COLS, (row + 1) * COLS)]);
  return { rows: order.length, cols: COLS, data: Float64Array.from(data) };
}

describe('logistic regression as an estimator', () => {
  const input = world(3);

  it('the defaults fit, twice the same', async () => {
    expect(await fitLogistic(input)).toEqual(await fitLogistic(input));
  });

  it('leaves its input as it was', async () => {
    const copy = { data: input.matrix.data.slice(), labels: input.labels.slice() };
    await fitLogistic(input);
    expect(input.matrix.data).toEqual(copy.data);
    expect(input.labels).toEqual(copy.labels);
  });

  it('predicts bit for bit the same after a JSON round trip', async () => {
    const fitted = await fitLogistic(input);
    const again = parseLogistic(JSON.parse(JSON.stringify(fitted)));
    expect(predictLogistic(again, input.matrix)).toEqual(predictLogistic(fitted, input.matrix));
    expect(() => parseLogistic({ ...fitted, coefficients: 'none' })).toThrow(
      expect.objectContaining({ code: 'PROPENSITY_STATE_INVALID' }),
    );
  });

  it('a subset predicts like the whole', async () => {
    const fitted = await fitLogistic(input);
    const whole = predictLogistic(fitted, input.matrix);
    const some = predictLogistic(fitted, rowsOf(input.matrix, [7, 3, 99]));
    expect([...some]).toEqual([whole[7], whole[3], whole[99]]);
  });

  it('rows in another order give the same fit to rounding', async () => {
    const order = shuffle(
      Array.from({ length: ROWS }, (_, row) => row),
      seededRandom(8),
    );
    const labels = Uint8Array.from(order, (row) => input.labels[row] ?? 0);
    const fitted = await fitLogistic(input);
    const permuted = await fitLogistic({ matrix: rowsOf(input.matrix, order), labels });
    permuted.coefficients.forEach((value, j) => expect(value).toBeCloseTo(fitted.coefficients[j] ?? NaN, 10));
  });

  it('shifting a column moves the intercept alone', async () => {
    const fitted = await fitLogistic(input);
    const data = input.matrix.data.map((value, i) => (i % COLS === 0 ? value + 10 : value));
    const shifted = await fitLogistic({ matrix: { rows: ROWS, cols: COLS, data }, labels: input.labels });
    shifted.coefficients.forEach((value, j) => expect(value).toBeCloseTo(fitted.coefficients[j] ?? NaN, 8));
    expect(shifted.intercept).toBeCloseTo(fitted.intercept - 10 * (fitted.coefficients[0] ?? NaN), 7);
  });

  it('a constant column gets no weight where the intercept can take it', async () => {
    const data = input.matrix.data.map((value, i) => (i % COLS === 2 ? 4 : value));
    const fitted = await fitLogistic({ matrix: { rows: ROWS, cols: COLS, data }, labels: input.labels });
    expect(fitted.coefficients[2]).toBeCloseTo(0, 8);
  });

  it.each([
    ['LOGISTIC_ONE_CLASS', { ...input, labels: new Uint8Array(ROWS) }],
    ['LOGISTIC_LABEL_NOT_BINARY', { ...input, labels: new Uint8Array(ROWS).fill(2) }],
    ['LOGISTIC_SHAPE', { ...input, labels: new Uint8Array(3) }],
    ['LOGISTIC_SHAPE', { ...input, matrix: { ...input.matrix, rows: ROWS + 1 } }],
    ['LOGISTIC_NOT_FINITE', { ...input, matrix: { ...input.matrix, data: input.matrix.data.map(() => NaN) } }],
    [
      'LOGISTIC_TOO_WIDE',
      { matrix: { rows: 1, cols: 2_001, data: new Float64Array(2_001) }, labels: Uint8Array.of(1) },
    ],
  ])('refuses with %s', async (code, bad) => {
    await expect(fitLogistic(bad)).rejects.toMatchObject({ code });
  });

  it.each([{ c: 0 }, { c: NaN }, { tolerance: 1 }, { maxIterations: 1.5 }])('refuses %p', async (params) => {
    await expect(fitLogistic(input, params)).rejects.toMatchObject({ code: 'LOGISTIC_BAD_PARAMETER' });
  });
});
