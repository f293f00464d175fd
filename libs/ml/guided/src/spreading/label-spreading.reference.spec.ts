import { seededRandom } from '@kohort/kernel-clock-random';
import type { Matrix } from '@kohort/ml-core';
import { labelSpreading, spreadBeliefs } from './label-spreading';
import { labelSpreadingDefaults } from './label-spreading.params';
import golden from './reference/label-spreading.golden.json';

const gap = (got: ArrayLike<number>, wanted: readonly number[]): number =>
  wanted.reduce((most, value, at) => Math.max(most, Math.abs((got[at] as number) - value)), 0);

describe('label spreading against scikit-learn', () => {
  it.each(golden.cases)('$name', async ({ data, rows, cols, gamma, clamping, known, labels, ...wanted }) => {
    const matrix: Matrix = { data: Float32Array.from(data), rows, cols };
    const affinity = { method: 'radial', gamma } as const;
    const params = { ...labelSpreadingDefaults, affinity, clamping, tolerance: 1e-9, maxIterations: 300 };
    const fitted = await labelSpreading.fit({ matrix, labels: known }, params, { random: seededRandom(1) });
    expect([...fitted.labels]).toEqual(labels);
    expect(gap(fitted.beliefs, wanted.beliefs)).toBeLessThan(golden.tolerances.beliefs);
    const later: Matrix = { data: Float32Array.from(wanted.later), rows: wanted.later.length / cols, cols };
    expect(gap(await spreadBeliefs(fitted, later), wanted.laterBeliefs)).toBeLessThan(golden.tolerances.beliefs);
  });
});
