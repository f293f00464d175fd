import type { FitControl, Matrix } from '@kohort/ml-core';
import type { Clusterer } from '../src/clusterer';

const squared = (matrix: Matrix, row: number, means: Float64Array, c: number): number => {
  let sum = 0;
  for (let j = 0; j < matrix.cols; j += 1) {
    sum += ((matrix.data[row * matrix.cols + j] as number) - (means[c * matrix.cols + j] as number)) ** 2;
  }
  return sum;
};

function assign(matrix: Matrix, means: Float64Array, k: number): Uint8Array {
  return Uint8Array.from({ length: matrix.rows }, (_, row) => {
    let best = 0;
    for (let c = 1; c < k; c += 1) if (squared(matrix, row, means, c) < squared(matrix, row, means, best)) best = c;
    return best;
  });
}

/** Starts far apart: each next mean is a row drawn by its squared distance to the nearest one so far. */
function startMeans(matrix: Matrix, k: number, { random }: FitControl): Float64Array {
  const { cols, rows, data } = matrix;
  const means = new Float64Array(k * cols);
  const nearest = new Float64Array(rows).fill(1);
  for (let c = 0; c < k; c += 1) {
    let left = random.next() * nearest.reduce((a, b) => a + b, 0);
    const row = Math.max(
      0,
      nearest.findIndex((weight) => (left -= weight) < 0),
    );
    means.set(data.subarray(row * cols, (row + 1) * cols), c * cols);
    nearest.forEach((value, i) => {
      const distance = squared(matrix, i, means, c);
      nearest[i] = c === 0 ? distance : Math.min(value, distance);
    });
  }
  return means;
}

function lloyd(matrix: Matrix, means: Float64Array, k: number): { labels: Uint8Array; spread: number } {
  const { cols, data } = matrix;
  let labels = assign(matrix, means, k);
  for (let round = 0; round < 100; round += 1) {
    const sizes = new Float64Array(k);
    labels.forEach((label) => (sizes[label] = (sizes[label] as number) + 1));
    for (let c = 0; c < k; c += 1) if ((sizes[c] as number) > 0) means.fill(0, c * cols, (c + 1) * cols);
    labels.forEach((label, row) => {
      for (let j = 0; j < cols; j += 1) {
        const share = (data[row * cols + j] as number) / (sizes[label] as number);
        means[label * cols + j] = (means[label * cols + j] as number) + share;
      }
    });
    const next = assign(matrix, means, k);
    if (next.every((label, row) => label === labels[row])) break;
    labels = next;
  }
  return { labels, spread: labels.reduce((sum, label, row) => sum + squared(matrix, row, means, label), 0) };
}

/** A plain k-means for tests of what judges clusterings. */
export function nearestMeans(k: number, starts = 8): Clusterer {
  return async (matrix, control) => {
    let best: { labels: Uint8Array; spread: number; means: Float64Array } | undefined;
    for (let at = 0; at < starts; at += 1) {
      const means = startMeans(matrix, k, { ...control, random: control.random.split(at) });
      const found = lloyd(matrix, means, k);
      if (!best || found.spread < best.spread) best = { ...found, means };
    }
    const { labels, means } = best as NonNullable<typeof best>;
    return Promise.resolve({ labels, assign: (other) => Promise.resolve(assign(other, means, k)) });
  };
}
