import type { Matrix, WideMatrix } from '@kohort/ml-core';

/** One feature in one cluster beside everybody. */
export interface FeatureHistogram {
  readonly feature: string;
  /** Bounds of the bins, rising; one more than bins. */
  readonly edges: readonly number[];
  /** Share of the cluster's present values in each bin; values beyond the edges are in the outer bins. */
  readonly cluster: readonly number[];
  /** The same of everybody. */
  readonly everybody: readonly number[];
}

const MOST_BINS = 16;
/** The picture ends at these quantiles, so that one very large value does not flatten it. */
const SHOWN = [0.01, 0.99] as const;

function edgesOf(sorted: Float64Array): number[] {
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] as number;
  const [low, high] = [at(SHOWN[0]), at(SHOWN[1])];
  if (!(high > low)) return [low, low + 1];
  const distinct = [...new Set(sorted.filter((value) => value >= low && value <= high))];
  if (distinct.length <= MOST_BINS) return [...distinct, high + (high - low) / distinct.length];
  return Array.from({ length: MOST_BINS + 1 }, (_, bin) => low + ((high - low) * bin) / MOST_BINS);
}

/**
 * Draws a feature of one cluster against everybody.
 *
 * Shape   column: 0-based; labels: n. Few different values have a bin each
 * Ties    a value on an edge belongs to the bin above it
 * Cost    O(n · log n)
 * Throws  nothing; null when the column has no value, or the cluster none in it
 */
export function featureHistogram(
  { matrix, labels }: { readonly matrix: Matrix | WideMatrix; readonly labels: ArrayLike<number> },
  { feature, column, cluster }: { readonly feature: string; readonly column: number; readonly cluster: number },
): FeatureHistogram | null {
  const { data, rows, cols } = matrix;
  const present = Float64Array.from({ length: rows }, (_, row) => data[row * cols + column] as number).filter(
    (value) => !Number.isNaN(value),
  );
  if (present.length === 0) return null;
  const edges = edgesOf(present.sort());
  const bins = edges.length - 1;
  const own = new Float64Array(bins);
  const all = new Float64Array(bins);
  for (let row = 0; row < rows; row += 1) {
    const value = data[row * cols + column] as number;
    if (Number.isNaN(value)) continue;
    let bin = 0;
    while (bin < bins - 1 && value >= (edges[bin + 1] as number)) bin += 1;
    all[bin] = (all[bin] as number) + 1;
    if (labels[row] === cluster) own[bin] = (own[bin] as number) + 1;
  }
  const members = own.reduce((a, b) => a + b, 0);
  if (members === 0) return null;
  return {
    feature,
    edges,
    cluster: Array.from(own, (count) => count / members),
    everybody: Array.from(all, (count) => count / present.length),
  };
}
