import { emptyHourWeight, fitBaseline } from './volume-baseline';
import reference from './reference/anomalies.json';

describe('volume baseline against NumPy and SciPy', () => {
  it.each(reference.cases.map((one) => [one.tau, one] as const))(
    'levels, dispersion and trend, τ = %s',
    (_tau, one) => {
      const fitted = fitBaseline({ startMs: reference.start, counts: one.counts });
      expect(fitted?.basis).toBe('hour-of-week');
      one.levels.forEach((level, slot) => expect(fitted?.levels[slot]).toBeCloseTo(level, 9));
      expect(fitted?.dispersion).toBeCloseTo(one.dispersion, 9);
      expect(fitted?.trend).toBeCloseTo(one.trend, 9);
      // What was put in comes out; the estimate of one parameter from 1,344 hours is good to a quarter.
      expect(Math.abs((fitted?.dispersion ?? 0) - one.tau ** 2)).toBeLessThan(0.03 + 0.25 * one.tau ** 2);
    },
  );

  it.each(reference.empty)('the weight of an empty hour: mean $mean, dispersion $dispersion', (one) => {
    const weight = emptyHourWeight(one.mean, one.dispersion);
    expect(Math.abs(weight - one.weight)).toBeLessThanOrEqual(1e-11 * Math.max(1, one.weight));
  });
});
