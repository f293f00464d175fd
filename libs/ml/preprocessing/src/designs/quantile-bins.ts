/** Rising cut points: a value's bin is the number of edges at or below it. */
export interface QuantileBins {
  readonly edges: readonly number[];
}

/** Bins 0..254 and one code for missing fit a byte; boosting engines count on it. */
export const MAX_BINS = 255;

/** The bin of a missing value. */
export const MISSING_BIN = -1;

/**
 * Cut points so that each bin holds about equally many values. A column with no more distinct values than bins gets
 * one bin per value, cut half-way between neighbours, so nothing of its order is lost.
 *
 * Shape   values: n, NaN ignored; at most maxBins − 1 edges
 * Cost    O(n log n) time, O(n) memory
 * Source  quantiles as numpy's default; held to it by reference/designs.golden.json
 */
export function fitQuantileBins(values: Float64Array, maxBins = MAX_BINS): QuantileBins {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  if (sorted.length === 0) return { edges: [] };
  const distinct: number[] = [];
  for (const value of sorted) {
    if (distinct.length === 0 || value > (distinct[distinct.length - 1] as number)) distinct.push(value);
    if (distinct.length > maxBins) return { edges: quantileEdges(sorted, maxBins) };
  }
  const edges = distinct.slice(1).map((value, i) => midpoint(distinct[i] as number, value));
  return { edges };
}

/** Half-way between two neighbours, and above the lower one even where rounding would lose that. */
function midpoint(low: number, high: number): number {
  const middle = low + (high - low) / 2;
  return middle > low ? middle : high;
}

function quantileEdges(sorted: Float64Array, maxBins: number): number[] {
  const lowest = sorted[0] as number;
  const edges: number[] = [];
  for (let i = 1; i < maxBins; i += 1) {
    const position = (i / maxBins) * (sorted.length - 1);
    const index = Math.floor(position);
    const low = sorted[index] as number;
    const high = sorted[Math.min(index + 1, sorted.length - 1)] as number;
    const edge = low + (high - low) * (position - index);
    const last = edges.length === 0 ? lowest : (edges[edges.length - 1] as number);
    if (edge > last) edges.push(edge);
  }
  return edges;
}

/** The bin of one value: how many edges are at or below it; MISSING_BIN for NaN. */
export function binOf(fitted: QuantileBins, value: number): number {
  if (Number.isNaN(value)) return MISSING_BIN;
  let low = 0;
  let high = fitted.edges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((fitted.edges[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
