/** The least-squares problem of one side: table · gramᵀ should equal target, table nowhere below 0. */
export interface SideProblem {
  /** rows × k, rewritten. */
  readonly table: Float64Array;
  /** k × k: products of the other side's columns. */
  readonly gram: Float64Array;
  /** rows × k: the counts times the other side. */
  readonly target: Float64Array;
  readonly k: number;
}

/**
 * One round over the components, for the rows from `from` to `to`: each value moves to where its own slope is 0, or to 0.
 *
 * Shape   answers the sum of the slopes that were left to follow
 * Source  Cichocki & Phan 2009 (HALS), as scikit-learn's coordinate descent orders it
 */
export function descend({ table, gram, target, k }: SideProblem, from: number, to: number): number {
  let violation = 0;
  for (let i = from; i < to; i += 1) {
    const row = i * k;
    for (let c = 0; c < k; c += 1) {
      let slope = -(target[row + c] as number);
      for (let b = 0; b < k; b += 1) slope += (gram[c * k + b] as number) * (table[row + b] as number);
      const value = table[row + c] as number;
      violation += Math.abs(value === 0 ? Math.min(0, slope) : slope);
      const bend = gram[c * k + c] as number;
      if (bend !== 0) table[row + c] = Math.max(value - slope / bend, 0);
    }
  }
  return violation;
}

/** Rounds of single rows, each until it has `share` of its first slopes left. Answers the slopes of the first round. */
export function settle(side: SideProblem, { rounds, share }: { rounds: number; share: number }): number {
  let violation = 0;
  for (let i = 0; i < side.table.length / side.k; i += 1) {
    const first = descend(side, i, i + 1);
    violation += first;
    for (let round = 1; round < rounds; round += 1) if (descend(side, i, i + 1) <= share * first) break;
  }
  return violation;
}
