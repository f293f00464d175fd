import type { Json } from '@kohort/kernel-contracts';
import { compareCodePoints } from '../values/code-points';

/**
 * Orders two values of one type: numbers by size, texts by code points; undefined when they are not both numbers or
 * both texts, for nothing is converted.
 */
export function compareOrdered(a: Json, b: Json): number | undefined {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return compareCodePoints(a, b);
  return undefined;
}

/** True for two equal scalars of the same type; lists and objects equal nothing. */
export function equalScalars(a: Json, b: Json): boolean {
  return typeof a !== 'object' && a === b;
}
