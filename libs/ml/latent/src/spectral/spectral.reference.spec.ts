import { seededRandom } from '@kohort/kernel-clock-random';
import type { Matrix } from '@kohort/ml-core';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import { spectral } from './spectral';
import { spectralDefaults } from './spectral.params';
import golden from './reference/spectral.golden.json';

describe('spectral clusters against scikit-learn', () => {
  it.each(golden.cases)('$name', async ({ data, rows, cols, k, neighbours, gamma, labels }) => {
    const matrix: Matrix = { data: Float32Array.from(data), rows, cols };
    const affinity =
      neighbours === null
        ? ({ method: 'radial', gamma: gamma ?? 1 } as const)
        : ({ method: 'neighbours', neighbours } as const);
    const fitted = await spectral.fit(matrix, { ...spectralDefaults, k, affinity }, { random: seededRandom(1) });
    expect(adjustedRandIndex(fitted.labels, labels)).toBeGreaterThanOrEqual(golden.leastAgreement);
    const placed = await spectral.predict(fitted, matrix);
    expect(adjustedRandIndex(fitted.labels, placed)).toBeGreaterThanOrEqual(golden.leastAgreement);
  });
});
