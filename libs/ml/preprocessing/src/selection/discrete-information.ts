/**
 * Mutual information of two discrete variables.
 *
 * Shape   codes of n rows each; any integers
 * Units   nats, at least 0
 * Cost    O(n)
 * Source  held to scikit-learn's mutual_info_score by reference/selection.golden.json
 */
export function discreteInformation(first: ArrayLike<number>, second: ArrayLike<number>): number {
  const n = first.length;
  const left = new Map<number, number>();
  const right = new Map<number, number>();
  const both = new Map<number, Map<number, number>>();
  for (let i = 0; i < n; i += 1) {
    const a = first[i] as number;
    const b = second[i] as number;
    left.set(a, (left.get(a) ?? 0) + 1);
    right.set(b, (right.get(b) ?? 0) + 1);
    const row = both.get(a) ?? new Map<number, number>();
    row.set(b, (row.get(b) ?? 0) + 1);
    both.set(a, row);
  }
  let sum = 0;
  for (const [a, row] of both) {
    for (const [b, count] of row) {
      const expected = ((left.get(a) as number) / n) * ((right.get(b) as number) / n);
      sum += (count / n) * Math.log(count / n / expected);
    }
  }
  return Math.max(0, sum);
}
