import { seededRandom } from '@kohort/kernel-clock-random';
import fc from 'fast-check';
import { parseCalibration } from './calibration.state';
import { calibrate, chooseCalibration } from './choose-calibration';
import { fitIsotonic } from './isotonic';
import { fitPlatt } from './platt';

/** Margins whose true log-odds are `truth(margin)`. */
function world(n: number, truth: (margin: number) => number): { margins: Float64Array; labels: Uint8Array } {
  const random = seededRandom(4);
  const margins = Float64Array.from({ length: n }, () => 2 * random.normal());
  const labels = Uint8Array.from(margins, (m) => (random.next() < 1 / (1 + Math.exp(-truth(m))) ? 1 : 0));
  return { margins, labels };
}

describe('isotonic regression', () => {
  it('pools neighbours in the wrong order', () => {
    const fitted = fitIsotonic(Float64Array.of(1, 2, 3, 4), Uint8Array.of(0, 1, 0, 1));
    expect(fitted).toEqual({ kind: 'isotonic', margins: [1, 2, 3, 4], rates: [0, 0.5, 0.5, 1] });
    expect([...calibrate(fitted, Float64Array.of(-9, 1.5, 2.5, 3.5, 9))]).toEqual([0, 0.25, 0.5, 0.75, 1]);
  });

  it('never falls, and keeps the mean outcome', () => {
    const rows = fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 1 })), {
      minLength: 2,
      maxLength: 60,
    });
    fc.assert(
      fc.property(rows, (pairs) => {
        const all = [...pairs, [0, 0], [20, 1]] as const;
        const margins = Float64Array.from(all, ([margin]) => margin);
        const labels = Uint8Array.from(all, ([, label]) => label);
        const rates = calibrate(fitIsotonic(margins, labels), margins);
        const sorted = [...margins.keys()].sort((a, b) => (margins[a] ?? 0) - (margins[b] ?? 0));
        sorted.forEach((row, i) => {
          if (i > 0) expect(rates[row]).toBeGreaterThanOrEqual(rates[sorted[i - 1] ?? 0] ?? NaN);
        });
        const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0) / all.length;
        expect(mean(rates)).toBeCloseTo(mean(labels), 9);
      }),
      { seed: 3, numRuns: 100 },
    );
  });
});

describe('choosing a calibration', () => {
  it('leaves honest margins alone or nearly so', () => {
    const { margins, labels } = world(4_000, (m) => m);
    const { logLossByKind } = chooseCalibration(margins, labels, seededRandom(1));
    expect(logLossByKind.platt - logLossByKind.none).toBeGreaterThan(-1e-3);
    expect(logLossByKind.isotonic).toBeGreaterThan(logLossByKind.none);
  });

  it('takes Platt for margins that are too bold', () => {
    const { margins, labels } = world(4_000, (m) => 0.4 * m - 0.5);
    const { calibration, logLossByKind } = chooseCalibration(margins, labels, seededRandom(1));
    expect(calibration).toMatchObject({ kind: 'platt' });
    if (calibration.kind === 'platt') {
      expect(calibration.slope).toBeCloseTo(0.4, 1);
      expect(calibration.offset).toBeCloseTo(-0.5, 1);
    }
    expect(logLossByKind.platt).toBeLessThan(logLossByKind.none - 0.05);
  });

  it('takes the step curve where no logistic one fits', () => {
    const { margins, labels } = world(6_000, (m) => (m < 0 ? -2 : 2));
    expect(chooseCalibration(margins, labels, seededRandom(1)).calibration.kind).toBe('isotonic');
  });

  it('asks for none where rows are too few to hold any out', () => {
    const { calibration } = chooseCalibration(Float64Array.of(-1, 1, 2), Uint8Array.of(0, 1, 0), seededRandom(1));
    expect(calibration).toEqual({ kind: 'none' });
  });

  it('round-trips through JSON and refuses one class and other lengths', () => {
    const { margins, labels } = world(200, (m) => m);
    const fitted = fitIsotonic(margins, labels);
    expect(parseCalibration(JSON.parse(JSON.stringify(fitted)))).toEqual(fitted);
    expect(() => parseCalibration({ kind: 'isotonic', margins: [1], rates: [] })).toThrow(
      expect.objectContaining({ code: 'PROPENSITY_STATE_INVALID' }),
    );
    expect(() => fitPlatt(margins, new Uint8Array(200))).toThrow(
      expect.objectContaining({ code: 'CALIBRATION_ONE_CLASS' }),
    );
    expect(() => fitPlatt(margins, new Uint8Array(3))).toThrow(expect.objectContaining({ code: 'CALIBRATION_SHAPE' }));
  });
});
