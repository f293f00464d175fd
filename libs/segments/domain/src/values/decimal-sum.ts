import { Decimal } from 'decimal.js';

/** Decimal arithmetic wide enough to keep every digit of any product of a sum, a count and a bound. */
export const ExactDecimal = Decimal.clone({ precision: 1000, rounding: Decimal.ROUND_HALF_EVEN });

/** Decimals that a sum keeps of each number. */
export const SUM_DECIMALS = 9;
const NANOS = 1e9;
const EXACT_BELOW = 1e6;

/**
 * A JSON number as an integer count of 10⁻⁹: its shortest text rounded to 9 decimals, half to even. Sums of such
 * integers are exact, so order and grouping never matter.
 */
export function toNanos(value: number): bigint {
  // Up to here neighbouring doubles lie closer than 10⁻⁹ is wide: what divides back is the number's own text.
  if (value > -EXACT_BELOW && value < EXACT_BELOW) {
    const nanos = Math.round(value * NANOS);
    if (nanos / NANOS === value) return BigInt(nanos);
  }
  return BigInt(new ExactDecimal(String(value)).toFixed(SUM_DECIMALS, Decimal.ROUND_HALF_EVEN).replace('.', ''));
}

/** The decimal text of a count of 10⁻⁹, without trailing zeros: 1500000000n is "1.5". */
export function nanosToText(nanos: bigint): string {
  return nanosToDecimal(nanos).toFixed();
}

/** A count of 10⁻⁹ as a decimal with every digit kept. */
export function nanosToDecimal(nanos: bigint): Decimal {
  const negative = nanos < 0n;
  const digits = (negative ? -nanos : nanos).toString().padStart(SUM_DECIMALS + 1, '0');
  const cut = digits.length - SUM_DECIMALS;
  return new ExactDecimal(`${negative ? '-' : ''}${digits.slice(0, cut)}.${digits.slice(cut)}`);
}
