import { averagePrecision } from './average-precision';
import { brierScore } from './brier-score';
import { calibrationTable } from './calibration-table';
import { rocAucDifference, rocAucInterval } from './delong';
import { logLoss } from './log-loss';
import golden from './reference/classification.golden.json';
import { rocAuc } from './roc-auc';

describe.each(golden.cases)('classification measures against scikit-learn: $name', (example) => {
  const { labels, scores, other } = example;
  const digits = 9;

  it('ROC AUC, average precision, log loss and Brier score', () => {
    expect(rocAuc(labels, scores)).toBeCloseTo(example.rocAuc, digits);
    expect(averagePrecision(labels, scores)).toBeCloseTo(example.averagePrecision, digits);
    expect(logLoss(labels, scores)).toBeCloseTo(example.logLoss, digits);
    expect(brierScore(labels, scores)).toBeCloseTo(example.brier, digits);
  });

  it.each(['uniform', 'quantile'] as const)('calibration curve by %s bins', (strategy) => {
    const { bins } = calibrationTable(labels, scores, { bins: 10, strategy });
    const { observed, predicted } = example.calibration[strategy];
    expect(bins).toHaveLength(observed.length);
    bins.forEach((bin, i) => {
      expect(bin.observedRate).toBeCloseTo(observed[i] ?? NaN, digits);
      expect(bin.meanProbability).toBeCloseTo(predicted[i] ?? NaN, digits);
    });
  });

  it('expected calibration error', () => {
    expect(calibrationTable(labels, scores, { strategy: 'uniform' }).expectedError).toBeCloseTo(
      example.uniformExpectedError,
      digits,
    );
  });

  it("DeLong's standard error, alone and paired", () => {
    const alone = rocAucInterval(labels, scores);
    expect(alone.auc).toBeCloseTo(example.delong.auc, digits);
    expect(alone.standardError).toBeCloseTo(example.delong.standardError, digits);
    const paired = rocAucDifference(labels, scores, other);
    expect(paired.difference).toBeCloseTo(example.difference.difference, digits);
    expect(paired.standardError).toBeCloseTo(example.difference.standardError, digits);
  });
});
