import type { ClusterLabels } from './cluster-groups';
import { contingencyOf, type Contingency } from './contingency';

/** Entropy of a labelling in nats. */
export function entropy(sizes: Float64Array, n: number): number {
  return sizes.reduce((sum, size) => sum - (size / n) * (Math.log(size) - Math.log(n)), 0);
}

/** Mutual information of two labellings in nats. */
export function mutualInformation({ n, first, second, cells }: Contingency): number {
  let total = 0;
  for (const { a, b, count } of cells) {
    const independent = Math.log(first[a] as number) + Math.log(second[b] as number);
    total += (count / n) * (Math.log(count) + Math.log(n) - independent);
  }
  // Rounding may leave a tiny negative sum for independent labellings.
  return Math.max(0, total);
}

/** ln(i!) for i up to n, by compensated summation: the error stays near one unit in the last place. */
function logFactorials(n: number): Float64Array {
  const values = new Float64Array(n + 1);
  let sum = 0;
  let lost = 0;
  for (let i = 2; i <= n; i += 1) {
    const term = Math.log(i) - lost;
    const next = sum + term;
    lost = next - sum - term;
    sum = next;
    values[i] = sum;
  }
  return values;
}

/** Mean mutual information of two random labellings with the same class sizes (Vinh, Epps & Bailey 2010, equation 24). */
function expectedMutualInformation({ n, first, second }: Contingency): number {
  const lf = logFactorials(n);
  const at = (i: number): number => lf[i] as number;
  let total = 0;
  for (const a of first) {
    for (const b of second) {
      const fixed = at(a) + at(b) + at(n - a) + at(n - b) - at(n);
      for (let cell = Math.max(1, a + b - n); cell <= Math.min(a, b); cell += 1) {
        const term = (cell / n) * Math.log((n * cell) / (a * b));
        const chance = fixed - at(cell) - at(a - cell) - at(b - cell) - at(n - a - b + cell);
        total += term * Math.exp(chance);
      }
    }
  }
  return total;
}

const isTrivial = (table: Contingency): boolean => table.first.length <= 1 && table.second.length <= 1;

/**
 * Mutual information of two labellings over the mean of their entropies: 1 for the same partition, 0 for independent
 * ones. Not corrected for chance: many small clusters score high by themselves.
 *
 * Shape   two labellings of the same n rows
 * Units   none, 0..1
 * Ties    1 when both are a single cluster
 * Cost    O(n)
 * Throws  METRICS_LABELS_DIFFER
 * Source  held to scikit-learn (arithmetic mean) by reference/clustering.golden.json
 */
export function normalizedMutualInformation(first: ClusterLabels, second: ClusterLabels): number {
  const table = contingencyOf(first, second);
  if (isTrivial(table)) return 1;
  const information = mutualInformation(table);
  if (information <= Number.EPSILON) return 0;
  return information / ((entropy(table.first, table.n) + entropy(table.second, table.n)) / 2);
}

/**
 * Mutual information corrected for chance: 1 for the same partition, about 0 for independent ones.
 *
 * Shape   two labellings of the same n rows
 * Units   none, at most 1
 * Ties    1 when both are a single cluster
 * Cost    O(n + Σ min(size, size)) over pairs of clusters
 * Throws  METRICS_LABELS_DIFFER
 * Source  Vinh, Epps & Bailey 2010; held to scikit-learn (arithmetic mean) by reference/clustering.golden.json
 */
export function adjustedMutualInformation(first: ClusterLabels, second: ClusterLabels): number {
  const table = contingencyOf(first, second);
  if (isTrivial(table)) return 1;
  const information = mutualInformation(table);
  const expected = expectedMutualInformation(table);
  const mean = (entropy(table.first, table.n) + entropy(table.second, table.n)) / 2;
  const room = mean - expected;
  const safe = room < 0 ? Math.min(room, -Number.EPSILON) : Math.max(room, Number.EPSILON);
  return (information - expected) / safe;
}
