import type { Matrix } from '@kohort/ml-core';

/** Rows that all clusterings treat alike are one pattern. */
export interface Patterns {
  /** Patterns × clusterings: label numbers 0.. of each clustering. */
  readonly labels: Int32Array;
  readonly counts: Float64Array;
  /** The pattern of each row. */
  readonly of: Uint32Array;
  readonly clusterings: number;
}

/** The label values of each clustering, rising; a label's number is its place. */
export function labelValues({ data, rows, cols }: Matrix): number[][] {
  return Array.from({ length: cols }, (_, j) => {
    const seen = new Set<number>();
    for (let i = 0; i < rows; i += 1) seen.add(data[i * cols + j] as number);
    return [...seen].sort((a, b) => a - b);
  });
}

/** Label numbers of every row; −1 for a value the clustering did not have. rows × clusterings. */
export function labelNumbers({ data, cols }: Matrix, values: readonly (readonly number[])[]): Int32Array {
  const places = values.map((list) => new Map(list.map((value, at) => [value, at])));
  return Int32Array.from(data, (value, at) => places[at % cols]?.get(value) ?? -1);
}

/** Groups rows of equal labels, in order of their first row. */
export function patternsOf(numbers: Int32Array, clusterings: number): Patterns {
  const rows = numbers.length / clusterings;
  const known = new Map<string, number>();
  const of = new Uint32Array(rows);
  const counts: number[] = [];
  const labels: number[] = [];
  for (let i = 0; i < rows; i += 1) {
    const row = numbers.subarray(i * clusterings, (i + 1) * clusterings);
    const key = row.join();
    let at = known.get(key);
    if (at === undefined) {
      at = counts.length;
      known.set(key, at);
      counts.push(0);
      labels.push(...row);
    }
    of[i] = at;
    counts[at] = (counts[at] as number) + 1;
  }
  return { labels: Int32Array.from(labels), counts: Float64Array.from(counts), of, clusterings };
}
