import { seededRandom } from '@kohort/kernel-clock-random';
import { matrixOf } from '@kohort/ml-core';
import { nmf, nmfAmounts } from './nmf';
import { nmfDefaults } from './nmf.params';

const control = () => ({ random: seededRandom(3) });

describe('parts of event counts', () => {
  it('is computed by hand: two kinds of events that never meet', async () => {
    const matrix = matrixOf([
      [3, 1, 0, 0],
      [6, 2, 0, 0],
      [0, 0, 2, 2],
      [0, 0, 5, 5],
      [0, 0, 0, 0],
    ]);
    const fitted = await nmf.fit(matrix, { ...nmfDefaults, k: 2, tolerance: 1e-9 }, control());
    const [first] = fitted.labels;
    expect([...fitted.labels]).toEqual([first, first, 1 - (first ?? 0), 1 - (first ?? 0), -1]);
    expect(fitted.error).toBeCloseTo(0, 5);
    expect(fitted.empty).toBe(1);
    const part = [...fitted.parts.subarray((first ?? 0) * 4, (first ?? 0) * 4 + 4)].map((value) => +value.toFixed(5));
    expect(part).toEqual([0.75, 0.25, 0, 0]);
    const amounts = nmfAmounts(fitted, matrixOf([[9, 3, 1, 1]]));
    expect([...amounts].map((value) => +value.toFixed(4)).sort((a, b) => a - b)).toEqual([2, 12]);
    expect([...(await nmf.predict(fitted, matrix))]).toEqual([...fitted.labels]);
  });

  it('takes sparse counts as it takes dense ones, and refuses what is none', async () => {
    const dense = matrixOf([
      [3, 0, 0],
      [0, 2, 5],
      [4, 0, 1],
    ]);
    const sparse = {
      rows: 3,
      cols: 3,
      starts: Uint32Array.of(0, 1, 3, 5),
      columns: Uint32Array.of(0, 1, 2, 0, 2),
      values: Float64Array.of(3, 2, 5, 4, 1),
    };
    const params = { ...nmfDefaults, k: 2 };
    const [one, other] = [await nmf.fit(dense, params, control()), await nmf.fit(sparse, params, control())];
    expect(other).toEqual(one);
    expect(nmfAmounts(one, sparse)).toEqual(nmfAmounts(one, dense));
    const refused = (change: object) => nmf.fit({ ...sparse, ...change }, params, control());
    await expect(refused({ values: Float64Array.of(3, 2, -5, 4, 1) })).rejects.toMatchObject({
      code: 'LATENT_NEGATIVE',
      details: { row: 1, column: 2 },
    });
    await expect(refused({ cols: 2 })).rejects.toMatchObject({ code: 'ML_SHAPE' });
    await expect(refused({ starts: Uint32Array.of(0, 1, 3, 4) })).rejects.toMatchObject({ code: 'ML_SHAPE' });
    await expect(refused({ values: Float64Array.of(3, 2, NaN, 4, 1) })).rejects.toMatchObject({
      code: 'ML_NOT_FINITE',
    });
  });

  it('keeps the best of random starts and reports each', async () => {
    const random = seededRandom(1);
    const matrix = matrixOf(Array.from({ length: 40 }, () => Array.from({ length: 10 }, () => random.int(4))));
    const seen: number[] = [];
    const fit = (restarts: number) =>
      nmf.fit(
        matrix,
        { ...nmfDefaults, k: 4, start: { method: 'random', restarts } },
        { ...control(), onProgress: ({ done }) => seen.push(done) },
      );
    const [one, many] = [await fit(1), await fit(4)];
    expect(many.error).toBeLessThanOrEqual(one.error);
    expect(seen).toEqual([1, 1, 2, 3, 4]);
  });

  it('says so when the rounds run out', async () => {
    const matrix = matrixOf([
      [1, 2, 0],
      [0, 1, 3],
      [4, 0, 1],
      [1, 1, 1],
    ]);
    const fitted = await nmf.fit(matrix, { ...nmfDefaults, k: 2, maxIterations: 1, tolerance: 0 }, control());
    expect(fitted).toMatchObject({ iterations: 1, converged: false });
  });
});
