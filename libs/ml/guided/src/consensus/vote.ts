import { optimalAssignment } from '@kohort/ml-matching';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import type { Patterns } from './patterns';

/** Which consensus cluster each label of each clustering votes for. */
export type Ballot = readonly Int32Array[];

/** Rows that clustering b puts at label l and the reference at cluster c: labels × k. */
function together(
  patterns: Patterns,
  b: number,
  { reference, k, labels }: { reference: Uint32Array; k: number; labels: number },
) {
  const counts = new Float64Array(labels * k);
  patterns.counts.forEach((count, p) => {
    const at = (patterns.labels[p * patterns.clusterings + b] as number) * k + (reference[p] as number);
    counts[at] = (counts[at] as number) + count;
  });
  return counts;
}

/** Renames every clustering's labels to the reference's: one to one first, labels left over by their largest overlap. */
function renamed(patterns: Patterns, reference: Uint32Array, [k, sizes]: readonly [number, readonly number[]]): Ballot {
  return sizes.map((labels, b) => {
    const counts = together(patterns, b, { reference, k, labels });
    const { columns } = optimalAssignment({ costs: counts, rows: labels, cols: k, goal: 'most' });
    return columns.map((column, label) => {
      if (column >= 0) return column;
      const row = counts.subarray(label * k, label * k + k);
      return row.indexOf(Math.max(...row));
    });
  });
}

/** The cluster that most clusterings vote for, the lowest of equals; −1 labels do not vote. */
export function mostVotes(ballot: Ballot, labels: Int32Array, k: number): number {
  const votes = new Float64Array(k);
  ballot.forEach((names, b) => {
    const label = labels[b] as number;
    const name = label >= 0 ? names[label] : undefined;
    if (name !== undefined) votes[name] = (votes[name] as number) + 1;
  });
  return votes.indexOf(Math.max(...votes));
}

const ROUNDS = 3;

/**
 * Votes of clusterings whose labels are renamed to those of the one that agrees best with the others (among those with k
 * clusters, when k is asked for).
 *
 * Cost    O(clusterings² · patterns + clusterings · k³)
 * Source  Dudoit & Fridlyand 2003; Kuhn 1955 for the renaming
 */
export function voteOf(
  patterns: Patterns,
  sizes: readonly number[],
  wanted: number,
): { readonly ballot: Ballot; readonly k: number } {
  const { clusterings: b, counts, labels } = patterns;
  const column = (at: number): Uint32Array => Uint32Array.from(counts, (_, p) => labels[p * b + at] as number);
  const fits = sizes.map((size) => wanted === 0 || size === wanted);
  const among = fits.some(Boolean) ? fits : fits.map(() => true);
  const scores = sizes.map((_, at) =>
    among[at] ? sizes.reduce((sum, _other, other) => sum + adjustedRandIndex(column(at), column(other)), 0) : -Infinity,
  );
  const best = scores.indexOf(Math.max(...scores));
  const k = sizes[best] as number;
  let reference = column(best);
  let ballot = renamed(patterns, reference, [k, sizes]);
  for (let round = 1; round < ROUNDS; round += 1) {
    reference = reference.map((_, p) => mostVotes(ballot, labels.subarray(p * b, p * b + b), k));
    ballot = renamed(patterns, reference, [k, sizes]);
  }
  return { ballot, k };
}
