import { fitLogistic, logisticMargins, predictLogistic } from './logistic';

const column = (...data: number[]): { rows: number; cols: number; data: Float64Array } => ({
  rows: data.length,
  cols: 1,
  data: Float64Array.from(data),
});

describe('logistic regression', () => {
  it('without columns that tell anything, the intercept is the log-odds of the rate', async () => {
    const fitted = await fitLogistic({ matrix: column(0, 0, 0, 0), labels: Uint8Array.of(1, 0, 0, 0) });
    expect(fitted.intercept).toBeCloseTo(Math.log(1 / 3), 9);
    expect(fitted.coefficients).toEqual([0]);
    expect(predictLogistic(fitted, column(5))[0]).toBeCloseTo(0.25, 9);
  });

  it('on a 2×2 table with hardly any penalty, the coefficient is the log odds ratio', async () => {
    const x = [...Array<number>(10).fill(0), ...Array<number>(10).fill(1)];
    const y = x.map((value, i) => (value === 0 ? (i < 2 ? 1 : 0) : i < 16 ? 1 : 0));
    const fitted = await fitLogistic({ matrix: column(...x), labels: Uint8Array.from(y) }, { c: 1e9 });
    expect(fitted.intercept).toBeCloseTo(Math.log(2 / 8), 6);
    expect(fitted.coefficients[0]).toBeCloseTo(Math.log(6 / 4) - Math.log(2 / 8), 6);
  });

  it('says when it has not converged', async () => {
    const input = { matrix: column(-2, -1, 1, 2), labels: Uint8Array.of(0, 0, 1, 1) };
    const fitted = await fitLogistic(input, { maxIterations: 1 });
    expect(fitted.converged).toBe(false);
    expect(fitted.iterations).toBe(1);
    expect(fitted.gradientNorm).toBeGreaterThan(1e-4);
  });

  it('a stronger penalty never makes the coefficient larger', async () => {
    const input = { matrix: column(-2, -1, 1, 2, 0.5), labels: Uint8Array.of(0, 0, 1, 1, 0) };
    let before = Infinity;
    for (const c of [100, 10, 1, 0.1, 0.01]) {
      const [size] = (await fitLogistic(input, { c })).coefficients.map(Math.abs);
      expect(size).toBeLessThan(before);
      before = size ?? NaN;
    }
  });

  it('tells progress and stops when asked', async () => {
    const input = { matrix: column(-2, -1, 1, 2), labels: Uint8Array.of(0, 1, 0, 1) };
    const seen: number[] = [];
    const fitted = await fitLogistic(input, {}, { onProgress: ({ done }) => seen.push(done) });
    expect(seen).toEqual(Array.from({ length: fitted.iterations }, (_, i) => i + 1));
    await expect(fitLogistic(input, {}, { signal: AbortSignal.abort() })).rejects.toMatchObject({ kind: 'cancelled' });
  });

  it('refuses rows of another width', async () => {
    const fitted = await fitLogistic({ matrix: column(0, 1), labels: Uint8Array.of(0, 1) });
    expect(() => logisticMargins(fitted, { rows: 1, cols: 2, data: Float64Array.of(1, 2) })).toThrow(
      expect.objectContaining({ code: 'ML_SHAPE' }),
    );
  });
});
