import { seededRandom } from '@kohort/kernel-clock-random';
import { kprototypes } from './kprototypes';
import { kprototypesDefaults } from './kprototypes.params';
import golden from './reference/kprototypes.golden.json';

describe('k-prototypes against an independent program, from the same start', () => {
  it.each(golden.cases)('$name', async ({ data, rows, cols, categories, gamma, weights, start, ...wanted }) => {
    const matrix = { data: Float32Array.from(data, (value) => value ?? NaN), rows, cols };
    const from = { method: 'rows', rows: start } as const;
    const params = { ...kprototypesDefaults, k: start.length, categories, gamma, weights, start: from };
    const fitted = await kprototypes.fit(matrix, params, { random: seededRandom(1) });
    expect([...fitted.labels]).toEqual(wanted.labels);
    expect(fitted.converged).toBe(true);
    expect(fitted.gamma).toBeCloseTo(wanted.usedGamma, 9);
    expect(fitted.cost / wanted.cost).toBeCloseTo(1, 9);
    wanted.prototypes.forEach((value, at) => {
      if (value === null) expect(fitted.prototypes[at]).toBeNaN();
      else expect(fitted.prototypes[at]).toBeCloseTo(value, 9);
    });
  });
});
