import { segmentsErrors } from '../errors';
import { compareCodePoints } from '../values/code-points';

/** A segment and the segments that its rule names. */
export interface Naming {
  readonly key: string;
  readonly names: readonly string[];
}

/**
 * Puts segments in an order in which each comes after those that its rule names.
 *
 * Ties    by key, in code points: the same segments always have the same order
 * Cost    O(segments + names)
 * Throws  SEGMENTS_SEGMENT_CYCLE with the path named, of the segment in the circle that comes first
 */
export function orderByNames<T extends Naming>(segments: Iterable<T>): readonly T[] {
  const byKey = new Map([...segments].map((one) => [one.key, one]));
  const done = new Set<string>();
  const ordered: T[] = [];
  const visit = (one: T, trail: readonly string[]): void => {
    if (done.has(one.key)) return;
    if (trail.includes(one.key)) {
      const path = [...trail.slice(trail.indexOf(one.key)), one.key].join(' → ');
      throw segmentsErrors.SEGMENTS_SEGMENT_CYCLE({ segment: one.key, node: 'where', path });
    }
    for (const name of [...one.names].sort(compareCodePoints)) {
      const named = byKey.get(name);
      if (named !== undefined) visit(named, [...trail, one.key]);
    }
    done.add(one.key);
    ordered.push(one);
  };
  for (const key of [...byKey.keys()].sort(compareCodePoints)) {
    const one = byKey.get(key);
    if (one !== undefined) visit(one, []);
  }
  return ordered;
}
