import fc from 'fast-check';
import { rocAucDifference, rocAucInterval } from './delong';
import { rocAuc } from './roc-auc';

const sample = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: -5, max: 5 })), { minLength: 2, maxLength: 40 })
  .filter((rows) => rows.some(([label]) => label === 1) && rows.some(([label]) => label === 0));

describe('rocAuc', () => {
  it('counts pairs by hand', () => {
    expect(rocAuc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])).toBe(0.75);
    expect(rocAuc([0, 1], [0.2, 0.2])).toBe(0.5);
    expect(rocAuc([1, 0], [0, -0])).toBe(0.5);
  });

  it('equals the share of won pairs, ties counting one half', () => {
    fc.assert(
      fc.property(sample, (rows) => {
        const positives = rows.filter(([label]) => label === 1);
        const negatives = rows.filter(([label]) => label === 0);
        let wins = 0;
        for (const [, p] of positives) for (const [, q] of negatives) wins += p > q ? 1 : p === q ? 0.5 : 0;
        const expected = wins / (positives.length * negatives.length);
        const labels = rows.map(([label]) => label);
        const scores = rows.map(([, score]) => score);
        expect(rocAuc(labels, scores)).toBeCloseTo(expected, 12);
        expect(rocAucInterval(labels, scores).auc).toBeCloseTo(expected, 12);
        expect(
          rocAuc(
            labels,
            scores.map((s) => -s),
          ),
        ).toBeCloseTo(1 - expected, 12);
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  it('refuses one class, wrong labels, wrong lengths and scores that are no numbers', () => {
    expect(() => rocAuc([1, 1], [0.1, 0.2])).toThrow(expect.objectContaining({ code: 'METRICS_ONE_CLASS' }));
    expect(() => rocAuc([0, 2], [0.1, 0.2])).toThrow(expect.objectContaining({ code: 'METRICS_LABEL_NOT_BINARY' }));
    expect(() => rocAuc([0, 1], [0.1])).toThrow(expect.objectContaining({ code: 'METRICS_LENGTHS_DIFFER' }));
    expect(() => rocAuc([0, 1], [0.1, NaN])).toThrow(expect.objectContaining({ code: 'METRICS_SCORE_NOT_FINITE' }));
  });
});

describe('DeLong intervals', () => {
  it('stay within 0 and 1 and hold the estimate', () => {
    const { auc, low, high } = rocAucInterval([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]);
    expect(auc).toBe(0.75);
    expect(low).toBeGreaterThanOrEqual(0);
    expect(low).toBeLessThan(0.75);
    expect(high).toBe(1);
  });

  it('a model does not differ from itself', () => {
    expect(rocAucDifference([0, 1, 0, 1, 1], [1, 2, 3, 4, 5], [10, 20, 30, 40, 50])).toEqual({
      difference: 0,
      standardError: 0,
      low: 0,
      high: 0,
    });
  });
});
