/**
 * Eigenvalues and vectors of a symmetric tridiagonal matrix, in no order.
 *
 * Shape   diagonal: m values; beside: at least m − 1; answers m values and m × m vectors, column k of value k
 * Cost    O(m³)
 * Source  implicit QL: Bowdler, Martin, Reinsch & Wilkinson 1968
 */
export function tridiagonalEigen(
  diagonal: readonly number[],
  beside: readonly number[],
): { values: Float64Array; vectors: Float64Array } {
  const m = diagonal.length;
  const d = Float64Array.from(diagonal);
  const e = Float64Array.from({ length: m }, (_, i) => (i < m - 1 ? (beside[i] ?? 0) : 0));
  const z = new Float64Array(m * m);
  for (let i = 0; i < m; i += 1) z[i * m + i] = 1;
  const at = (values: Float64Array, i: number): number => values[i] as number;
  for (let l = 0; l < m; l += 1) {
    for (let round = 0; round < 60; round += 1) {
      let end = l;
      while (end < m - 1 && Math.abs(at(e, end)) > Number.EPSILON * (Math.abs(at(d, end)) + Math.abs(at(d, end + 1)))) {
        end += 1;
      }
      if (end === l) break;
      rotate({ d, e, z, m }, l, end);
    }
  }
  return { values: d, vectors: z };
}

interface Work {
  readonly d: Float64Array;
  readonly e: Float64Array;
  readonly z: Float64Array;
  readonly m: number;
}

/** One implicit QL step with Wilkinson's shift, from `end` up to `l`. */
function rotate({ d, e, z, m }: Work, l: number, end: number): void {
  const at = (values: Float64Array, i: number): number => values[i] as number;
  let g = (at(d, l + 1) - at(d, l)) / (2 * at(e, l));
  const root = Math.hypot(g, 1);
  g = at(d, end) - at(d, l) + at(e, l) / (g + (g >= 0 ? root : -root));
  let [s, c, p] = [1, 1, 0];
  for (let i = end - 1; i >= l; i -= 1) {
    const f = s * at(e, i);
    const b = c * at(e, i);
    const r = Math.hypot(f, g);
    e[i + 1] = r;
    if (r === 0) {
      d[i + 1] = at(d, i + 1) - p;
      e[end] = 0;
      return;
    }
    s = f / r;
    c = g / r;
    g = at(d, i + 1) - p;
    const t = (at(d, i) - g) * s + 2 * c * b;
    p = s * t;
    d[i + 1] = g + p;
    g = c * t - b;
    for (let row = 0; row < m; row += 1) {
      const high = at(z, row * m + i + 1);
      const low = at(z, row * m + i);
      z[row * m + i + 1] = s * low + c * high;
      z[row * m + i] = c * low - s * high;
    }
  }
  d[l] = at(d, l) - p;
  e[l] = g;
  e[end] = 0;
}
