import { seededRandom } from '@kohort/kernel-clock-random';
import { weightedProducts } from './logistic.hessian';
import { sparseRows } from './sparse-rows';

describe.each([
  { rows: 700, cols: 1, filled: 1 },
  { rows: 700, cols: 4, filled: 1 },
  { rows: 513, cols: 5, filled: 0.9 },
  { rows: 256, cols: 6, filled: 0.4 },
  { rows: 300, cols: 9, filled: 0.1 },
  { rows: 1, cols: 2, filled: 1 },
])('weighted products of $rows × $cols, $filled filled', ({ rows, cols, filled }) => {
  it.each([true, false])('equal the sums by definition, intercept %s', (intercept) => {
    const random = seededRandom(rows + cols);
    const data = Float64Array.from({ length: rows * cols }, () => (random.next() < filled ? random.normal() : 0));
    const weights = Float64Array.from({ length: rows }, () => random.next());
    const width = cols + (intercept ? 1 : 0);
    const cell = (row: number, j: number): number => (j === cols ? 1 : (data[row * cols + j] ?? NaN));
    const found = weightedProducts(sparseRows({ rows, cols, data }, intercept), weights);
    for (let a = 0; a < width; a += 1) {
      for (let b = 0; b <= a; b += 1) {
        const expected = weights.reduce((sum, weight, row) => sum + weight * cell(row, a) * cell(row, b), 0);
        expect(found[a * width + b]).toBeCloseTo(expected, 9);
      }
    }
  });
});
