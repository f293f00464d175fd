import type { Identifier } from '@kohort/kernel-contracts';
import { compareCodePoints } from '../compare-code-points';
import { BRIDGE } from '../rules/compile-rules';

/** The name that a person goes by: the smallest user id, else the smallest anonymous id, else the smallest of the rest. */
export type CanonicalName = Identifier;

const rankOf = (type: string): number => (type === 'user_id' ? 0 : type === 'anonymous_id' ? 1 : 2);

/** Negative when `a` is the better name. */
export function compareNames(a: CanonicalName, b: CanonicalName): number {
  return rankOf(a.type) - rankOf(b.type) || compareCodePoints(a.type, b.type) || compareCodePoints(a.value, b.value);
}

/** What an identifier adds to the choice of a name: a bridge names nobody. */
export function nameOf({ type, value }: Identifier): CanonicalName | null {
  return type === BRIDGE ? null : { type, value };
}

/** The better of two names, where there are two. */
export function betterName(a: CanonicalName | null, b: CanonicalName | null): CanonicalName | null {
  if (a && b) return compareNames(a, b) <= 0 ? a : b;
  return a ?? b;
}
