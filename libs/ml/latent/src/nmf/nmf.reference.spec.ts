import { seededRandom } from '@kohort/kernel-clock-random';
import type { Matrix } from '@kohort/ml-core';
import { nmf } from './nmf';
import golden from './reference/nmf.golden.json';

describe('parts of counts against scikit-learn', () => {
  it.each(golden.cases)('$name', async ({ data, rows, cols, k, tolerance, maxIterations, ...wanted }) => {
    const matrix: Matrix = { data: Float32Array.from(data), rows, cols };
    const start = wanted.start
      ? ({ method: 'given', ...wanted.start } as const)
      : ({ method: 'singular-vectors' } as const);
    const fitted = await nmf.fit(matrix, { k, start, tolerance, maxIterations }, { random: seededRandom(1) });
    expect(Math.abs(fitted.error / wanted.error - 1)).toBeLessThan(golden.tolerances.error);
    expect(fitted.iterations).toBe(wanted.iterations);
    const gaps = wanted.parts.map((value, at) => Math.abs((fitted.parts[at] as number) - value));
    expect(Math.max(...gaps)).toBeLessThan(golden.tolerances.parts);
    // Amounts of rows are solved exactly here; rounds that ran out leave scikit-learn's short of that.
    if (fitted.converged) expect([...fitted.labels]).toEqual(wanted.labels);
  });
});
