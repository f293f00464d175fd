import { seededRandom } from '@kohort/kernel-clock-random';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import { hdbscan } from './hdbscan';
import { hdbscanDefaults } from './hdbscan.params';
import golden from './reference/hdbscan.golden.json';

const farthest = (got: ArrayLike<number>, wanted: readonly number[]): number =>
  wanted.reduce((most, value, at) => Math.max(most, Math.abs((got[at] as number) - value)), 0);

describe("HDBSCAN against R's dbscan", () => {
  it.each(golden.cases)('$name', async ({ data, rows, cols, minPoints, ...wanted }) => {
    const matrix = { data: Float32Array.from(data), rows, cols };
    const params = { ...hdbscanDefaults, minPoints, minClusterSize: minPoints };
    const fitted = await hdbscan.fit(matrix, params, { random: seededRandom(1) });
    expect(farthest(fitted.core, wanted.core)).toBeLessThan(1e-12);
    expect(farthest(fitted.heights, wanted.heights)).toBeLessThan(1e-12);
    expect(adjustedRandIndex(fitted.labels, wanted.cluster)).toBeGreaterThanOrEqual(0.99);
    // For a few rows R takes the height at which they leave their cluster in place of their core distance.
    const equal = wanted.outlier.filter((score, at) => Math.abs((fitted.outlierScores[at] as number) - score) < 1e-9);
    expect(equal.length / rows).toBeGreaterThan(0.93);
  });
});
