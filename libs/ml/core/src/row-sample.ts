import type { Random } from '@kohort/kernel-clock-random';
import type { Matrix } from './matrix';

/**
 * Draws rows without replacement, each set of so many rows as likely as another.
 *
 * Shape   returns min(wanted, rows) rows, rising
 * Cost    one pass
 * Source  selection sampling, Knuth 3.4.2 algorithm S
 */
export function drawRows(rows: number, wanted: number, random: Random): Uint32Array {
  const drawn = new Uint32Array(Math.min(wanted, rows));
  let count = 0;
  for (let row = 0; count < drawn.length; row += 1) {
    if (random.next() * (rows - row) >= drawn.length - count) continue;
    drawn[count] = row;
    count += 1;
  }
  return drawn;
}

/** How many rows differ, counted up to `most`. */
export function countDistinctRows({ data, rows, cols }: Matrix, most: number): number {
  const seen = new Set<string>();
  for (let i = 0; i < rows && seen.size < most; i += 1) seen.add(data.subarray(i * cols, i * cols + cols).join());
  return seen.size;
}
