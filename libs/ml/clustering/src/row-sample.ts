import type { Random } from '@kohort/kernel-clock-random';
import type { Matrix } from '@kohort/ml-core';

/** Row numbers of a sample without repetition, rising; all of them when more are wanted. */
export function drawRows(rows: number, wanted: number, random: Random): number[] {
  const chosen: number[] = [];
  for (let i = 0; i < rows && chosen.length < wanted; i += 1) {
    if (random.next() * (rows - i) < wanted - chosen.length) chosen.push(i);
  }
  return chosen;
}

/** How many rows differ, counted up to `most`. */
export function countDistinctRows({ data, rows, cols }: Matrix, most: number): number {
  const seen = new Set<string>();
  for (let i = 0; i < rows && seen.size < most; i += 1) seen.add(data.subarray(i * cols, i * cols + cols).join());
  return seen.size;
}
