import { brierScore } from './brier-score';
import { calibrationTable } from './calibration-table';
import { logLoss } from './log-loss';

describe('calibrationTable', () => {
  it('sets promise beside outcome', () => {
    const { bins, expectedError } = calibrationTable([0, 1, 1, 1], [0.1, 0.3, 0.8, 0.8], {
      bins: 2,
      strategy: 'uniform',
    });
    expect(bins).toHaveLength(2);
    expect(bins[0]).toMatchObject({ rows: 2, positives: 1, meanProbability: 0.2, observedRate: 0.5 });
    expect(bins[1]).toMatchObject({ rows: 2, positives: 2, observedRate: 1, lowestProbability: 0.8 });
    expect(expectedError).toBeCloseTo(0.5 * 0.3 + 0.5 * 0.2, 12);
  });

  it('works with one class and with a constant probability', () => {
    expect(calibrationTable([0, 0], [0.5, 0.5]).expectedError).toBe(0.5);
  });

  it('refuses what is no probability and settings that make no sense', () => {
    expect(() => calibrationTable([0, 1], [0.5, 1.5])).toThrow(
      expect.objectContaining({ code: 'METRICS_NOT_A_PROBABILITY' }),
    );
    expect(() => calibrationTable([0, 1], [0.5, 1], { bins: 0 })).toThrow(
      expect.objectContaining({ code: 'METRICS_BAD_SETTING' }),
    );
    expect(() => logLoss([], [])).toThrow(expect.objectContaining({ code: 'METRICS_BAD_SETTING' }));
    expect(() => brierScore([1], [-0.1])).toThrow(expect.objectContaining({ code: 'METRICS_NOT_A_PROBABILITY' }));
  });
});
