import fc from 'fast-check';
import { Decimal } from 'decimal.js';
import { toNanos } from './decimal-sum';

const Exact = Decimal.clone({ precision: 1000 });
const slowly = (value: number): bigint =>
  BigInt(new Exact(String(value)).toFixed(9, Decimal.ROUND_HALF_EVEN).replace('.', ''));

describe('toNanos', () => {
  it('is the number’s own text to nine decimals, half to even, whichever way is quicker', () => {
    const written = fc
      .tuple(fc.integer({ min: -2_000_000_000, max: 2_000_000_000 }), fc.integer({ min: 0, max: 12 }))
      .map(([digits, decimals]) => Number(`${digits}e-${decimals}`));
    const any = fc.oneof(written, fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 }));
    fc.assert(
      fc.property(any, (value) => {
        expect(toNanos(value)).toBe(slowly(value));
      }),
      { seed: 9, numRuns: 5_000 },
    );
  });

  it.each([0.1, -0.3, 1e-9, 5e-10, 1.5e-9, 2.5e-9, 999_999.999_999_999, 1_000_000.1, -0, 1e300])('of %p', (value) => {
    expect(toNanos(value)).toBe(slowly(value));
  });
});
