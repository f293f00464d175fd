import { seededRandom } from '@kohort/kernel-clock-random';
import type { Matrix } from '@kohort/ml-core';
import { som } from './som';
import { somDefaults } from './som.params';
import golden from './reference/som.golden.json';

describe("maps against R's kohonen", () => {
  it.each(golden.cases)('$name: quantisation error', async ({ data, rows, cols, width, height, error, ...wanted }) => {
    const matrix: Matrix = { data: Float32Array.from(data), rows, cols };
    const grid = wanted.grid === 'hexagonal' ? ('hexagonal' as const) : ('rectangular' as const);
    const fitted = await som.fit(matrix, { ...somDefaults, width, height, grid }, { random: seededRandom(1) });
    expect(fitted.quantisationError / error).toBeLessThanOrEqual(golden.largestRatio);
  });
});
