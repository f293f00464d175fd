import fc from 'fast-check';
import { fullJitterMs } from './backoff';

describe('fullJitterMs', () => {
  it('doubles its reach with each attempt, up to five minutes', () => {
    const reach = [1, 2, 3, 4, 12, 100].map((attempt) => fullJitterMs(attempt, 250, 1 - 1e-12));
    expect(reach).toEqual([249, 499, 999, 1999, 299_999, 299_999]);
  });

  it('spreads over the whole reach, from nothing on', () => {
    expect(fullJitterMs(3, 1_000, 0)).toBe(0);
    expect(fullJitterMs(3, 1_000, 0.5)).toBe(2_000);
  });

  it('is a whole number in bounds for any attempt', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 10_000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempt, uniform) => {
          const waitMs = fullJitterMs(attempt, 1_000, uniform);
          expect(Number.isInteger(waitMs)).toBe(true);
          expect(waitMs).toBeGreaterThanOrEqual(0);
          expect(waitMs).toBeLessThan(300_000);
        },
      ),
      { seed: 5 },
    );
  });
});
