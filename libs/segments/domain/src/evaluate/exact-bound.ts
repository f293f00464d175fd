import type { NumberTest } from '../rule/operand';
import { ExactDecimal, SUM_DECIMALS } from '../values/decimal-sum';
import { passes } from './number-test';

/** A bound of a rule with every digit of its text, ready to be held against quotients of 10⁻⁹. */
interface ExactBound {
  readonly value: number;
  /** nanos · up against bound · divisor. */
  readonly up: bigint;
  readonly bound: bigint;
}

function exactBound(value: number): ExactBound {
  const text = new ExactDecimal(String(value)).toFixed();
  const decimals = Math.max(0, text.length - 1 - text.indexOf('.')) * (text.includes('.') ? 1 : 0);
  const units = BigInt(text.replace('.', ''));
  const missing = SUM_DECIMALS - decimals;
  return missing >= 0
    ? { value, up: 1n, bound: units * 10n ** BigInt(missing) }
    : { value, up: 10n ** BigInt(-missing), bound: units };
}

/** A number test that compares sums and quotients without rounding. */
export interface ExactTest {
  readonly number: (value: number) => boolean;
  /** nanos · 10⁻⁹ / divisor; the divisor is a count above 0. */
  readonly quotient: (nanos: bigint, divisor: number) => boolean;
}

function orderOf(nanos: bigint, divisor: number, { up, bound }: ExactBound): number {
  const left = up === 1n ? nanos : nanos * up;
  const right = divisor === 1 ? bound : bound * BigInt(divisor);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Prepares a number test; a double compares with the bound as its shortest text does. */
export function exactTest(test: NumberTest): ExactTest {
  const low = exactBound(test.n);
  if (test.op === 'between') {
    const high = exactBound(test.high);
    return {
      number: (value) => passes(test, value),
      quotient: (nanos, divisor) => orderOf(nanos, divisor, low) >= 0 && orderOf(nanos, divisor, high) <= 0,
    };
  }
  const against: NumberTest = { op: test.op, n: 0, high: 0 };
  return {
    number: (value) => passes(test, value),
    quotient: (nanos, divisor) => passes(against, orderOf(nanos, divisor, low)),
  };
}
