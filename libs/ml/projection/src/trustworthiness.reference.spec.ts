import type { Matrix } from '@kohort/ml-core';
import golden from './reference/projection.golden.json';
import { trustworthiness } from './trustworthiness';

describe('trustworthiness against scikit-learn', () => {
  it.each(golden.trust)('$name', async ({ data, points, cols, k, value }) => {
    const rows = data.length / cols;
    const x: Matrix = { data: Float32Array.from(data), rows, cols };
    const y: Matrix = { data: Float32Array.from(points), rows, cols: points.length / rows };
    const found = await trustworthiness(x, y, { neighbours: k });
    expect(found.neighbours).toBe(k);
    expect(Math.abs(found.value - value)).toBeLessThanOrEqual(golden.tolerance.trustworthiness);
  });
});
