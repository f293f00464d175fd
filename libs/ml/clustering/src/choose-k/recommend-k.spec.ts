import { recommendK, type KScore } from './recommend-k';

const score = (k: number, silhouette: number, stability = 0.9, weakestJaccard = 0.8): KScore => ({
  k,
  silhouette,
  stability,
  weakestJaccard,
  inertia: 100 / k,
  sizes: [],
});

describe('recommendK', () => {
  it('takes the highest silhouette', () => {
    const { k, reasons } = recommendK([score(2, 0.3), score(5, 0.55), score(6, 0.53)]);
    expect(k).toBe(5);
    expect(reasons.join(' ')).toContain('5 clusters separate best: silhouette 0.55');
  });

  it('passes over a k that is not found again', () => {
    expect(recommendK([score(3, 0.4), score(4, 0.5, 0.6)]).k).toBe(3);
  });

  it('avoids the trivial split in two when a finer stable one keeps three quarters of its silhouette', () => {
    const { k, reasons } = recommendK([score(2, 0.433), score(3, 0.337), score(4, 0.25)]);
    expect(k).toBe(3);
    expect(reasons[0]).toContain('keep 78 % of that');
  });

  it('keeps two where finer ones are much worse or unstable', () => {
    expect(recommendK([score(2, 0.7), score(3, 0.5)]).k).toBe(2);
    expect(recommendK([score(2, 0.7), score(3, 0.69, 0.5)]).k).toBe(2);
  });

  it('takes the more stable of equals, and of equally stable ones the finest that is found again whole', () => {
    expect(recommendK([score(6, 0.427, 0.91), score(8, 0.428, 0.78)]).k).toBe(6);
    expect(recommendK([score(3, 0.337, 0.92), score(4, 0.333, 0.91)]).k).toBe(4);
    expect(recommendK([score(15, 0.48, 0.92, 0.73), score(16, 0.475, 0.91, 0.42)]).k).toBe(15);
  });

  it('says so when nothing is stable', () => {
    const { k, reasons } = recommendK([score(2, 0.2, 0.3), score(3, 0.3, 0.4)]);
    expect(k).toBe(3);
    expect(reasons[0]).toContain('No number of clusters was found again');
  });
});
