import { seededRandom } from '@kohort/kernel-clock-random';
import { startKernelPool, takeRows, type Estimator, type Matrix } from '@kohort/ml-core';

/** An input that must be refused, and the code it must be refused with. */
export interface RefusedCase<Params, Training> {
  readonly title: string;
  readonly training: Training;
  readonly params: Params;
  readonly code: string;
}

/** What the suite must be told of an estimator. */
export interface ContractSubject<Params, Training> {
  /** Parameters that fit the example well; the defaults when left out. */
  readonly params?: Params;
  /** A training set the estimator is good at; 100 to 500 rows. Called anew for every test. */
  readonly example: (seed: number) => Training;
  /** The rows within a training set. */
  readonly matrixOf: (training: Training) => Matrix;
  /** The same training set with another matrix, and with its rows in another order. */
  readonly withMatrix: (training: Training, matrix: Matrix) => Training;
  readonly reorder: (training: Training, order: readonly number[]) => Training;
  /**
   * Measures how alike two predictions are, 0..1: for clusterings a measure blind to the names of labels.
   */
  readonly agreement: (first: ArrayLike<number>, second: ArrayLike<number>) => number;
  /** Least agreement after rows were permuted, and after shift and scale when these must change nothing. */
  readonly leastAgreement: { readonly permuted: number; readonly shifted?: number; readonly scaled?: number };
  /** Degenerate inputs: k > n, constant columns, one class, … */
  readonly refused: readonly RefusedCase<Params, Training>[];
  /** Parameters outside their limits: each must be refused with ML_PARAM. */
  readonly badParams: readonly Params[];
}

const list = (values: ArrayLike<number>): number[] => Array.from(values);

/**
 * The suite every estimator passes: call it once from `x.contract.spec.ts`. It declares its own `describe`.
 *
 * @example
 * estimatorContract(kmeans, { ...clusterExample, refused: [...], badParams: [...] });
 */
export function estimatorContract<Params extends object, Fitted, Training>(
  estimator: Estimator<Params, Fitted, Training>,
  subject: ContractSubject<Params, Training>,
): void {
  const params = subject.params ?? estimator.defaults;
  const fitWith = (training: Training, seed = 7) => estimator.fit(training, params, { random: seededRandom(seed) });
  const predictions = async (fitted: Fitted, matrix: Matrix) => list(await estimator.predict(fitted, matrix));
  const stored = (fitted: Fitted) => JSON.stringify(estimator.toJson(fitted));

  describe(`${estimator.name} keeps the estimator contract`, () => {
    it('fits with its defaults', async () => {
      const training = subject.example(1);
      const fitted = await estimator.fit(training, estimator.defaults, { random: seededRandom(1) });
      expect(await predictions(fitted, subject.matrixOf(training))).toHaveLength(subject.matrixOf(training).rows);
    });

    it('gives the same model for the same seed, byte for byte, on 1, 2 and 4 threads', async () => {
      const training = subject.example(2);
      const wanted = stored(await fitWith(training));
      expect(stored(await fitWith(training))).toBe(wanted);
      for (const threads of [2, 4]) {
        const pool = await startKernelPool({ threads, blocking: 'allowed' });
        const fitted = await estimator.fit(training, params, { random: seededRandom(7), pool });
        await pool.close();
        expect(stored(fitted)).toBe(wanted);
      }
    });

    it('changes neither its input nor a fitted model', async () => {
      const training = subject.example(3);
      const { data } = subject.matrixOf(training);
      const before = list(data);
      const fitted = await fitWith(training);
      const frozen = stored(fitted);
      await fitWith(subject.example(4));
      await predictions(fitted, subject.matrixOf(training));
      expect(list(data)).toEqual(before);
      expect(stored(fitted)).toBe(frozen);
    });

    it('predicts bit for bit the same after storing and loading', async () => {
      const training = subject.example(5);
      const fitted = await fitWith(training);
      const loaded = estimator.fromJson(JSON.parse(stored(fitted)));
      expect(stored(loaded)).toBe(stored(fitted));
      const fresh = subject.matrixOf(subject.example(6));
      expect(await predictions(loaded, fresh)).toEqual(await predictions(fitted, fresh));
    });

    it('refuses to load what it did not store', () => {
      for (const json of [null, 3, 'x', [], {}, { estimator: estimator.name }, { estimator: 'other', version: 1 }]) {
        expect(() => estimator.fromJson(json)).toThrow(expect.objectContaining({ code: 'ML_STATE' }));
      }
    });

    it('predicts a row alike alone, in part and in whole', async () => {
      const training = subject.example(8);
      const matrix = subject.matrixOf(training);
      const fitted = await fitWith(training);
      const whole = await predictions(fitted, matrix);
      for (const rows of [[0], [1, 2, 3, 4, 5], [matrix.rows - 1, 0, 7]]) {
        expect(await predictions(fitted, takeRows(matrix, rows))).toEqual(rows.map((row) => whole[row]));
      }
      expect(await predictions(fitted, takeRows(matrix, []))).toEqual([]);
    });

    it('does not depend on the order of rows', async () => {
      const training = subject.example(9);
      const matrix = subject.matrixOf(training);
      const random = seededRandom(10);
      const order = [...new Array<number>(matrix.rows).keys()].sort((a, b) => a - b);
      for (let i = order.length - 1; i > 0; i -= 1) {
        const j = random.int(i + 1);
        [order[i], order[j]] = [order[j] as number, order[i] as number];
      }
      const straight = await predictions(await fitWith(training), matrix);
      const shuffled = await predictions(await fitWith(subject.reorder(training, order)), matrix);
      expect(subject.agreement(straight, shuffled)).toBeGreaterThanOrEqual(subject.leastAgreement.permuted);
    });

    const transformed = [
      {
        title: 'shifting every column by 1000',
        by: (value: number) => value + 1000,
        least: subject.leastAgreement.shifted,
      },
      {
        title: 'scaling every value by 1024',
        by: (value: number) => value * 1024,
        least: subject.leastAgreement.scaled,
      },
    ].filter(({ least }) => least !== undefined);
    for (const { title, by, least } of transformed) {
      it(`acts as documented on ${title}`, async () => {
        const training = subject.example(11);
        const matrix = subject.matrixOf(training);
        const other = { ...matrix, data: matrix.data.map(by) };
        const plain = await predictions(await fitWith(training), matrix);
        const changed = await predictions(await fitWith(subject.withMatrix(training, other)), other);
        expect(subject.agreement(plain, changed)).toBeGreaterThanOrEqual(least ?? 1);
      });
    }

    if (estimator.missingValues === 'refused') {
      it('refuses missing and infinite values in fit and predict', async () => {
        const training = subject.example(12);
        const matrix = subject.matrixOf(training);
        const fitted = await fitWith(training);
        for (const bad of [NaN, Infinity, -Infinity]) {
          const broken = { ...matrix, data: matrix.data.map((value, at) => (at === matrix.cols ? bad : value)) };
          await expect(fitWith(subject.withMatrix(training, broken))).rejects.toMatchObject({ code: 'ML_NOT_FINITE' });
          await expect(estimator.predict(fitted, broken)).rejects.toMatchObject({ code: 'ML_NOT_FINITE' });
        }
      });
    }

    it('refuses rows of another width', async () => {
      const training = subject.example(13);
      const { rows, cols } = subject.matrixOf(training);
      const wider = { data: new Float32Array(rows * (cols + 1)), rows, cols: cols + 1 };
      await expect(estimator.predict(await fitWith(training), wider)).rejects.toMatchObject({ code: 'ML_SHAPE' });
    });

    it.each(subject.refused.map((item) => [item.title, item] as const))('refuses %s', async (_title, item) => {
      const attempt = estimator.fit(item.training, item.params, { random: seededRandom(1) });
      await expect(attempt).rejects.toMatchObject({ code: item.code });
    });

    it('refuses parameters outside their limits', async () => {
      expect(subject.badParams.length).toBeGreaterThan(0);
      for (const bad of subject.badParams) {
        const attempt = estimator.fit(subject.example(14), bad, { random: seededRandom(1) });
        await expect(attempt).rejects.toMatchObject({ code: 'ML_PARAM', kind: 'invalid-input' });
      }
    });

    it('stops for an aborted signal', async () => {
      const control = { random: seededRandom(1), signal: AbortSignal.abort() };
      await expect(estimator.fit(subject.example(15), params, control)).rejects.toMatchObject({ kind: 'cancelled' });
    });
  });
}
