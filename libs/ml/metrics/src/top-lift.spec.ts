import { topLift } from './top-lift';

describe('topLift', () => {
  const labels = [1, 0, 1, 0, 0, 0, 0, 0, 0, 0];

  it('compares the top with all', () => {
    const scores = [10, 9, 8, 7, 6, 5, 4, 3, 2, 1];
    expect(topLift(labels, scores, 0.1)).toEqual({ rows: 1, lift: 5, captureShare: 0.5 });
    expect(topLift(labels, scores, 0.3)).toEqual({ rows: 3, lift: 2 / 3 / 0.2, captureShare: 1 });
  });

  it('gives tied rows their average, whatever their order', () => {
    const scores = labels.map(() => 1);
    expect(topLift(labels, scores, 0.5).lift).toBe(1);
    expect(topLift([...labels].reverse(), scores, 0.5).lift).toBe(1);
  });

  it('takes at least one row and refuses an empty share', () => {
    expect(topLift([0, 1], [0, 1], 0.1).rows).toBe(1);
    expect(() => topLift([0, 1], [0, 1], 0)).toThrow(expect.objectContaining({ code: 'METRICS_BAD_SETTING' }));
  });
});
