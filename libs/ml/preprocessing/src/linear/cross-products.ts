/**
 * Sums of products of every two columns.
 *
 * Shape   columns: d of n values; returns row-major d×d, symmetric
 * Cost    O(n · d²/2); rows are taken in blocks that stay in the cache
 */
export function crossProducts(columns: readonly Float64Array[], rows: number): Float64Array {
  const d = columns.length;
  const out = new Float64Array(d * d);
  const block = 1024;
  for (let start = 0; start < rows; start += block) {
    const end = Math.min(rows, start + block);
    for (let a = 0; a < d; a += 1) {
      const left = columns[a] as Float64Array;
      let b = a;
      for (; b + 3 < d; b += 4) {
        addFour(out, a * d + b, { left, start, end }, columns.slice(b, b + 4));
      }
      for (; b < d; b += 1) {
        const right = columns[b] as Float64Array;
        let sum = 0;
        for (let i = start; i < end; i += 1) sum += (left[i] as number) * (right[i] as number);
        out[a * d + b] = (out[a * d + b] as number) + sum;
      }
    }
  }
  for (let a = 0; a < d; a += 1) for (let b = 0; b < a; b += 1) out[a * d + b] = out[b * d + a] as number;
  return out;
}

/** Four products at once: each value of the left column is read once for all of them. */
function addFour(
  out: Float64Array,
  at: number,
  { left, start, end }: { readonly left: Float64Array; readonly start: number; readonly end: number },
  right: readonly Float64Array[],
): void {
  const [c0, c1, c2, c3] = right as [Float64Array, Float64Array, Float64Array, Float64Array];
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let i = start; i < end; i += 1) {
    const value = left[i] as number;
    s0 += value * (c0[i] as number);
    s1 += value * (c1[i] as number);
    s2 += value * (c2[i] as number);
    s3 += value * (c3[i] as number);
  }
  out[at] = (out[at] as number) + s0;
  out[at + 1] = (out[at + 1] as number) + s1;
  out[at + 2] = (out[at + 2] as number) + s2;
  out[at + 3] = (out[at + 3] as number) + s3;
}
