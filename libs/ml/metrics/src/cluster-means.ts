import type { Matrix } from '@kohort/ml-core';

/**
 * The mean of the rows of each label, in double precision; rows of negative labels are in none.
 *
 * Shape   matrix: n×d; labels: n below k; answers k×d row-major, zeros for a label without rows
 * Cost    O(n·d)
 */
export function clusterMeans({ data, rows, cols }: Matrix, labels: ArrayLike<number>, k: number): Float64Array {
  const sums = new Float64Array(k * cols);
  const counts = new Float64Array(k);
  for (let i = 0; i < rows; i += 1) {
    const label = labels[i] as number;
    if (label < 0) continue;
    counts[label] = (counts[label] as number) + 1;
    const [from, to] = [i * cols, label * cols];
    for (let j = 0; j < cols; j += 1) sums[to + j] = (sums[to + j] as number) + (data[from + j] as number);
  }
  return sums.map((sum, at) => sum / Math.max(1, counts[Math.floor(at / cols)] as number));
}
