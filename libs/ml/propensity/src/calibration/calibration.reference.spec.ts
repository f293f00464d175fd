import { calibrate } from './choose-calibration';
import { fitIsotonic } from './isotonic';
import { fitPlatt } from './platt';
import golden from './reference/calibration.golden.json';

describe.each(golden.cases)('calibration against scikit-learn: $name', (example) => {
  const margins = Float64Array.from(example.margins);
  const labels = Uint8Array.from(example.labels);
  const grid = Float64Array.from(example.grid);
  const within = (found: ArrayLike<number>, wanted: readonly number[], tolerance: number): void => {
    expect(found).toHaveLength(wanted.length);
    wanted.forEach((value, i) => expect(Math.abs((found[i] ?? NaN) - value)).toBeLessThan(tolerance));
  };

  it('isotonic', () => {
    within(calibrate(fitIsotonic(margins, labels), grid), example.isotonic, golden.tolerance.isotonic);
  });

  it('Platt', () => {
    const fitted = fitPlatt(margins, labels);
    within([fitted.slope, fitted.offset], [example.slope, example.offset], golden.tolerance.platt);
    within(calibrate(fitted, grid), example.sigmoid, golden.tolerance.sigmoid);
  });
});
