import { shuffle, type Random } from '@kohort/kernel-clock-random';
import type { Target } from '../transformer/transformer';

/**
 * Puts each row into one of `count` folds, as evenly as can be; within each class for a target of classes.
 *
 * Shape   returns one fold per row, 0..count−1
 */
export function drawFolds(target: Target, count: number, random: Random): Int32Array {
  const rows = shuffle([...target.values.keys()], random);
  const folds = new Int32Array(rows.length);
  const seen = new Map<number, number>();
  let next = 0;
  for (const row of rows) {
    const group = target.kind === 'classes' ? (target.values[row] as number) : 0;
    // Each class begins where the one before ended, so that folds stay even in sum.
    const turn = seen.get(group) ?? next;
    folds[row] = turn % count;
    seen.set(group, turn + 1);
    next = turn + 1;
  }
  return folds;
}
