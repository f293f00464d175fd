import { gradeOf, judgeData, judgeModel, type ModelEvidence } from './judge-model';

const enough = { trainRows: 100, trainPositives: 20, testRows: 100, testPositives: 10 };
const sound: ModelEvidence = {
  auc: 0.8,
  aucLow: 0.77,
  logLoss: 0.4,
  baseLogLoss: 0.5,
  expectedCalibrationError: 0.02,
  strongestFeature: 'visits',
};

describe('judgeData', () => {
  it('finds enough at the limits', () => {
    expect(judgeData(enough)).toEqual([]);
  });

  it.each([
    [{ trainRows: 99 }, 'too few people to learn from'],
    [{ trainPositives: 19 }, 'too few people with the outcome to learn from: 19, needed 20'],
    [{ trainPositives: 0 }, 'only one outcome: no people with the outcome to learn from'],
    [{ trainPositives: 100 }, 'only one outcome: no people without the outcome to learn from'],
    [{ testPositives: 9 }, 'too few people with the outcome to judge by'],
    [{ testPositives: 95 }, 'too few people without the outcome to judge by: 5'],
  ])('%p', (lacking, reason) => {
    expect(judgeData({ ...enough, ...lacking }).join()).toContain(reason);
  });
});

describe('judgeModel', () => {
  it('lets a sound model pass with its grade', () => {
    expect(judgeModel(sound)).toEqual({ status: 'ready', grade: 'good', reasons: [], warnings: [] });
    expect([0.64, 0.65, 0.75, 0.85].map(gradeOf)).toEqual(['poor', 'fair', 'good', 'excellent']);
  });

  it.each([
    [{ auc: 0.45, aucLow: 0.4 }, 'worse than chance'],
    [{ auc: 0.55, aucLow: 0.49 }, 'not better than chance beyond noise'],
    [{ auc: 0.999, aucLow: 0.998 }, 'look at "visits" first'],
    [{ logLoss: 0.51 }, 'tell less than the base rate'],
  ])('refuses %p', (change, reason) => {
    const judgement = judgeModel({ ...sound, ...change });
    expect(judgement).toMatchObject({ status: 'refused', grade: null });
    expect(judgement.reasons.join()).toContain(reason);
  });

  it('warns of probabilities that do not come true', () => {
    expect(judgeModel({ ...sound, expectedCalibrationError: 0.08 }).warnings).toHaveLength(1);
  });
});
