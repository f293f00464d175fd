import { seededRandom } from '@kohort/kernel-clock-random';
import { matrixOf } from '@kohort/ml-core';
import { centroidShift } from './centroid-shift';
import { cusum } from './cusum';
import { kolmogorovSmirnovTest } from './kolmogorov-smirnov';
import { maximumMeanDiscrepancy } from './maximum-mean-discrepancy';
import { binSamples } from './quantile-bins';
import { wassersteinDistance } from './wasserstein';

const random = seededRandom(8);
const normals = (count: number, mean = 0): number[] => Array.from({ length: count }, () => random.normal() + mean);
const rows = (count: number, mean = 0) => matrixOf(Array.from({ length: count }, () => normals(3, mean)));

describe('kolmogorovSmirnovTest', () => {
  it('counts orders by hand: two against two, apart', () => {
    // 2 of the 6 orders of aabb are wholly apart.
    const found = kolmogorovSmirnovTest([1, 2], [3, 4]);
    expect(found).toMatchObject({ distance: 1, method: 'exact' });
    expect(found.pValue).toBeCloseTo(2 / 6, 14);
  });

  it('goes over to the series for large samples, near the exact value', () => {
    const [a, b] = [normals(2000), normals(2001, 0.05)];
    const series = kolmogorovSmirnovTest(a, b);
    const exact = kolmogorovSmirnovTest(a, b.slice(0, 2000));
    expect([series.method, exact.method]).toEqual(['asymptotic', 'exact']);
    expect(Math.abs(series.pValue - exact.pValue)).toBeLessThan(0.02);
  });

  it('refuses what cannot be compared', () => {
    expect(() => kolmogorovSmirnovTest([], [1])).toThrow(expect.objectContaining({ code: 'DRIFT_EMPTY' }));
    expect(() => wassersteinDistance([1, NaN], [1])).toThrow(expect.objectContaining({ code: 'DRIFT_NOT_FINITE' }));
  });
});

describe('binSamples', () => {
  it('cuts the earlier sample into equal parts and counts both', () => {
    const found = binSamples([1, 2, 3, 4, 5, 6, 7, 8], [0, 2, 9, 9], 4);
    expect(found).toEqual({ edges: [2, 4, 6], before: [2, 2, 2, 2], after: [2, 0, 0, 2] });
    expect(binSamples([1, 1, 1, 1, 5], [1, 7], 5)).toEqual({ edges: [1], before: [4, 1], after: [1, 1] });
  });
});

describe('maximumMeanDiscrepancy', () => {
  it('finds a shift and finds nothing where nothing differs; the seed decides', async () => {
    const [a, b, far] = [rows(40), rows(50), rows(40, 1)];
    const options = () => ({ random: seededRandom(3), permutations: 99 });
    const alike = await maximumMeanDiscrepancy(a, b, options());
    expect(alike.pValue).toBeGreaterThan(0.05);
    expect((await maximumMeanDiscrepancy(a, far, options())).pValue).toBe(0.01);
    expect(await maximumMeanDiscrepancy(a, b, options())).toEqual(alike);
    await expect(maximumMeanDiscrepancy(a, matrixOf([[1, 2]]), options())).rejects.toMatchObject({ code: 'ML_SHAPE' });
    await expect(maximumMeanDiscrepancy(a, rows(1), options())).rejects.toMatchObject({ code: 'ML_TOO_FEW_ROWS' });
  });
});

describe('centroidShift', () => {
  it('measures each column in its own spread', () => {
    const before = matrixOf([
      [0, 10, 7],
      [2, 30, 7],
    ]);
    const after = matrixOf([
      [3, 10, 7],
      [5, 30, 7],
    ]);
    expect(centroidShift(before, after)).toEqual({ distance: 3, byColumn: [3, 0, 0] });
    expect(centroidShift(matrixOf([[1]]), matrixOf([[2]])).byColumn).toEqual([Infinity]);
  });
});

describe('cusum', () => {
  // Montgomery 2013, table 9.1: level 10, spread 1; the last ten are drawn around 11.
  const series = [
    9.45, 7.99, 9.29, 11.66, 12.16, 10.18, 8.04, 11.46, 9.2, 10.34, 9.03, 11.47, 10.51, 9.4, 10.08, 9.37, 10.62, 10.31,
    8.52, 10.84, 10.9, 9.33, 12.29, 11.5, 10.6, 11.08, 10.38, 11.62, 11.31, 10.52,
  ];

  it('alarms where the book does, and says since when', () => {
    const { upper, lower, alarm } = cusum(series, { target: 10, spread: 1 });
    expect(upper[28]).toBeCloseTo(5.28, 10);
    expect(lower[1]).toBeCloseTo(1.56, 10);
    expect(alarm).toEqual({ at: 28, since: 22, direction: 'up' });
  });

  it('sees the fall of the mirrored series alike, and nothing in a steady one', () => {
    const mirrored = series.map((value) => 20 - value);
    expect(cusum(mirrored, { target: 10, spread: 1 }).alarm).toEqual({ at: 28, since: 22, direction: 'down' });
    expect(cusum(new Float64Array(50).fill(10.4), { target: 10, spread: 1 }).alarm).toBeNull();
    expect(() => cusum([1], { target: 1, spread: 0 })).toThrow(expect.objectContaining({ code: 'DRIFT_PARAM' }));
  });
});
