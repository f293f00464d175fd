import { fitSoftmax, predictSoftmax, softmaxShares } from './softmax';
import golden from './reference/softmax.golden.json';

const gapOf = (ours: ArrayLike<number>, wanted: readonly number[]): number => {
  expect(ours.length).toBeGreaterThanOrEqual(wanted.length);
  return Math.max(...wanted.map((value, i) => Math.abs(value - (ours[i] ?? NaN))));
};

describe('regression over classes against scikit-learn', () => {
  it.each(golden.cases)('$name', async ({ rows, cols, starts, columns, values, labels, c, ...wanted }) => {
    const matrix = {
      rows,
      cols,
      starts: Uint32Array.from(starts),
      columns: Uint32Array.from(columns),
      values: Float64Array.from(values),
    };
    const fitted = await fitSoftmax({ matrix, labels }, { c, tolerance: 1e-9, maxIterations: 2000 });
    expect(fitted.converged).toBe(true);
    const { lines } = fitted;
    const byLine = Array.from(
      { length: lines * cols },
      (_, i) => fitted.weights[(i % cols) * lines + Math.floor(i / cols)] ?? NaN,
    );
    expect(gapOf(byLine, wanted.coefficients)).toBeLessThan(golden.tolerance);
    // The intercepts of several classes may all be moved together: their differences count.
    const first = (list: ArrayLike<number>): number => (list.length > 1 ? (list[0] ?? NaN) : 0);
    const moved = Array.from(fitted.intercepts, (value) => value - first(fitted.intercepts));
    expect(
      gapOf(
        moved,
        wanted.intercepts.map((value) => value - first(wanted.intercepts)),
      ),
    ).toBeLessThan(golden.tolerance);
    expect(gapOf(softmaxShares(fitted, matrix), wanted.shares)).toBeLessThan(golden.tolerance);
    expect([...predictSoftmax(fitted, matrix)]).toEqual(wanted.predicted);
  });
});
