import type { Matrix } from '../matrix';

/** The silhouette in double precision over all pairs: the oracle of the kernel. Not exported by the package. */
export function silhouetteTwin(matrix: Matrix, labels: ArrayLike<number>): Float64Array {
  const { data, rows: n, cols: d } = matrix;
  const clusters = [...new Set(Array.from(labels))];
  const out = new Float64Array(n);
  for (let i = 0; i < n; i += 1) {
    const sums = new Map<number, { total: number; count: number }>(clusters.map((c) => [c, { total: 0, count: 0 }]));
    for (let j = 0; j < n; j += 1) {
      let squared = 0;
      for (let v = 0; v < d; v += 1) squared += ((data[i * d + v] as number) - (data[j * d + v] as number)) ** 2;
      const entry = sums.get(labels[j] as number);
      if (!entry) continue;
      entry.total += Math.sqrt(squared);
      entry.count += 1;
    }
    const own = sums.get(labels[i] as number);
    if (!own || own.count === 1) continue;
    const a = own.total / (own.count - 1);
    const others = clusters.filter((c) => c !== labels[i]).map((c) => sums.get(c) ?? { total: Infinity, count: 1 });
    const b = Math.min(...others.map((entry) => entry.total / entry.count));
    out[i] = Math.max(a, b) > 0 ? (b - a) / Math.max(a, b) : 0;
  }
  return out;
}
