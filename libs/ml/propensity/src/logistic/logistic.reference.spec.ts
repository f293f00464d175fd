import { fitLogistic, predictLogistic } from './logistic';
import golden from './reference/logistic.golden.json';

describe.each(golden.cases)('logistic regression against scikit-learn: $name', (example) => {
  const matrix = { rows: example.rows, cols: example.cols, data: Float64Array.from(example.x) };
  const labels = Uint8Array.from(example.y);

  it('coefficients, intercept and probabilities', async () => {
    const fitted = await fitLogistic({ matrix, labels }, example.params);
    expect(fitted.converged).toBe(true);
    expect(fitted.gradientNorm).toBeLessThan(1e-10);
    expect(fitted.iterations).toBeLessThan(20);
    const within = (found: number, wanted: number): void =>
      expect(Math.abs(found - wanted)).toBeLessThan(golden.tolerance);
    within(fitted.intercept, example.intercept);
    fitted.coefficients.forEach((coefficient, j) => within(coefficient, example.coefficients[j] ?? NaN));
    expect(fitted.objective).toBeLessThanOrEqual(example.lbfgsObjective + 1e-12);
    const probabilities = predictLogistic(fitted, matrix);
    example.probabilities.forEach((wanted, row) => within(probabilities[row] ?? NaN, wanted));
  });
});
