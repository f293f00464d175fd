import { TokenBuckets } from './token-buckets';

describe('TokenBuckets', () => {
  it('lets a key through at its rate, after a burst of ten seconds', () => {
    const buckets = new TokenBuckets(100);
    let taken = 0;
    while (buckets.take('k', 1, 0) === 0) taken += 1;
    expect(taken).toBe(1_000);
    expect(buckets.take('k', 1, 0)).toBe(10);
    taken = 0;
    for (let ms = 10; ms <= 10_000; ms += 10) if (buckets.take('k', 1, ms) === 0) taken += 1;
    expect(taken).toBe(1_000);
    expect(buckets.take('other', 1, 10_000)).toBe(0);
  });

  it('lets a batch run into debt, and has it paid', () => {
    const buckets = new TokenBuckets(10);
    expect(buckets.take('k', 500, 0)).toBe(0);
    expect(buckets.take('k', 1, 0)).toBe(40_100);
    expect(buckets.take('k', 1, 40_000)).toBeGreaterThan(0);
    expect(buckets.take('k', 1, 40_200)).toBe(0);
  });

  it('knows no limit at rate 0', () => {
    expect(new TokenBuckets(0).take('k', 1e9, 0)).toBe(0);
  });
});
