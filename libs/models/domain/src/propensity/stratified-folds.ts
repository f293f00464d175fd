import { shuffle, type Random } from '@kohort/kernel-clock-random';

/**
 * Deals rows into folds so that each holds about the same share of positives.
 *
 * Shape   labels: n of 0 or 1; returns n fold numbers 0..folds − 1
 * Ties    fold sizes differ by at most one per class; the larger ones rotate between classes
 */
export function stratifiedFolds(labels: Uint8Array, folds: number, random: Random): Uint8Array {
  const fold = new Uint8Array(labels.length);
  let next = 0;
  for (const outcome of [1, 0]) {
    const rows: number[] = [];
    labels.forEach((label, row) => {
      if (label === outcome) rows.push(row);
    });
    for (const row of shuffle(rows, random)) {
      fold[row] = next;
      next = (next + 1) % folds;
    }
  }
  return fold;
}

/** The rows of a fold and all others, each in row order. */
export function splitFold(
  fold: Uint8Array,
  k: number,
): { readonly inside: Uint32Array; readonly outside: Uint32Array } {
  const inside: number[] = [];
  const outside: number[] = [];
  fold.forEach((own, row) => (own === k ? inside : outside).push(row));
  return { inside: Uint32Array.from(inside), outside: Uint32Array.from(outside) };
}
