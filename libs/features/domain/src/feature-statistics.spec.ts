import { featureStatisticsSchema, numberStatistics, statisticsDrift, textStatistics } from './feature-statistics';

describe('statistics of a trait', () => {
  it('say how many, how many missing, and where the values lie', () => {
    const found = numberStatistics([...Array.from({ length: 100 }, (_, i) => i + 1), NaN, NaN]);
    expect(found).toMatchObject({ people: 102, missing: 2, mean: 50.5 });
    expect(found.deviation).toBeCloseTo(Math.sqrt((100 ** 2 - 1) / 12), 12);
    expect(found.quantiles).toEqual(
      [1, 1.99, 5.95, 10.9, 25.75, 50.5, 75.25, 90.1, 95.05, 99.01, 100].map((q) => expect.closeTo(q, 9)),
    );
    expect(found.edges).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90]);
    expect(found.counts).toEqual(new Array(10).fill(10));
    expect(featureStatisticsSchema.parse(found)).toEqual(found);
  });

  it('stay finite for few and equal values, and for none', () => {
    expect(numberStatistics([3, 3, 3])).toMatchObject({ deviation: 0, edges: [3], counts: [3, 0] });
    expect(numberStatistics([NaN])).toMatchObject({ people: 1, missing: 1, mean: null, quantiles: [], counts: [] });
    expect(numberStatistics([])).toMatchObject({ people: 0, missing: 0 });
  });

  it('name no text that few have', () => {
    const found = textStatistics([...new Array(5).fill('tea'), ...new Array(7).fill('cake'), 'my own', null]);
    expect(found).toEqual({
      ...{ kind: 'text', people: 14, missing: 1, distinct: 3 },
      top: [
        { value: 'cake', people: 7 },
        { value: 'tea', people: 5 },
      ],
    });
  });

  it('tell how far values moved over the first bins: not at all, by a shift, by going missing', () => {
    const values = Array.from({ length: 1_000 }, (_, i) => i);
    const first = numberStatistics(values);
    const drift = (later: readonly number[]) => statisticsDrift(first, numberStatistics(later, first.edges));
    expect(drift(values)).toBe(0);
    expect(drift(values.map((value) => value + 300))).toBeGreaterThan(0.25);
    expect(drift(values.map((value) => (value % 3 === 0 ? NaN : value)))).toBeGreaterThan(0.25);
    expect(drift(values.map((value) => value + 5))).toBeLessThan(0.1);
    expect(statisticsDrift(first, numberStatistics(values.map((value) => value + 1)))).toBeNull();
    expect(statisticsDrift(first, textStatistics(['a']))).toBeNull();
  });
});
