import type { NumberTest } from '../rule/operand';

/** Applies a number test to a number. */
export function passes({ op, n, high }: NumberTest, actual: number): boolean {
  switch (op) {
    case 'eq':
      return actual === n;
    case 'neq':
      return actual !== n;
    case 'gt':
      return actual > n;
    case 'gte':
      return actual >= n;
    case 'lt':
      return actual < n;
    case 'lte':
      return actual <= n;
    case 'between':
      return actual >= n && actual <= high;
  }
}
