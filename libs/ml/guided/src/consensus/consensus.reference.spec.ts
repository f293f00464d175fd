import { seededRandom } from '@kohort/kernel-clock-random';
import type { Matrix } from '@kohort/ml-core';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import { consensus } from './consensus';
import golden from './reference/consensus.golden.json';

describe('consensus against average linkage of scipy on the co-association', () => {
  it.each(golden.cases)('$name', async ({ data, rows, clusterings, k, labels }) => {
    const matrix: Matrix = { data: Float32Array.from(data), rows, cols: clusterings };
    const fitted = await consensus.fit(matrix, { k, mostPatterns: 10_000 }, { random: seededRandom(1) });
    expect(fitted.method).toBe('co-association');
    expect(adjustedRandIndex(fitted.labels, labels)).toBe(1);
  });
});
