/** Rows taken at once: they stay in the cache for all pairs of columns. */
const BLOCK_ROWS = 512;

/** Eight products at once, two columns with four: each value is read once for all of them. */
interface Pairs {
  readonly left: readonly [Float64Array, Float64Array];
  readonly right: readonly Float64Array[];
  /** The places of the products: of the first left column with the first right one, and of the second. */
  readonly at: readonly [number, number];
}

function addPairs(out: Float64Array, { left, right, at }: Pairs, [from, to]: readonly [number, number]): void {
  const [a, b] = left;
  const [c0, c1, c2, c3] = right as [Float64Array, Float64Array, Float64Array, Float64Array];
  let [a0, a1, a2, a3, b0, b1, b2, b3] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let i = from; i < to; i += 1) {
    const va = a[i] as number;
    const vb = b[i] as number;
    const v0 = c0[i] as number;
    const v1 = c1[i] as number;
    const v2 = c2[i] as number;
    const v3 = c3[i] as number;
    a0 += va * v0;
    a1 += va * v1;
    a2 += va * v2;
    a3 += va * v3;
    b0 += vb * v0;
    b1 += vb * v1;
    b2 += vb * v2;
    b3 += vb * v3;
  }
  [a0, a1, a2, a3].forEach((sum, j) => (out[at[0] + j] = (out[at[0] + j] as number) + sum));
  [b0, b1, b2, b3].forEach((sum, j) => (out[at[1] + j] = (out[at[1] + j] as number) + sum));
}

/**
 * Sums of products of every two columns, row-major d×d: what small inputs take, and the oracle of the kernel. Not exported
 * by the package.
 */
export function crossProductsTwin(columns: readonly Float64Array[], rows: number): Float64Array {
  const d = columns.length;
  const nothing = new Float64Array(rows);
  const column = (j: number): Float64Array => columns[j] ?? nothing;
  const width = Math.ceil(d / 4) * 4;
  const padded = new Float64Array(width * width);
  const work: Pairs[] = [];
  for (let a = 0; a < d; a += 2) {
    for (let b = Math.floor(a / 4) * 4; b < d; b += 4) {
      const right = [column(b), column(b + 1), column(b + 2), column(b + 3)];
      work.push({ left: [column(a), column(a + 1)], right, at: [a * width + b, (a + 1) * width + b] });
    }
  }
  for (let from = 0; from < rows; from += BLOCK_ROWS) {
    const range = [from, Math.min(rows, from + BLOCK_ROWS)] as const;
    for (const pairs of work) addPairs(padded, pairs, range);
  }
  const out = new Float64Array(d * d);
  for (let a = 0; a < d; a += 1) {
    for (let b = a; b < d; b += 1) out[a * d + b] = out[b * d + a] = padded[a * width + b] as number;
  }
  return out;
}
