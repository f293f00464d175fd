/** Rows projected at once: their columns stay in the cache for all directions. */
const BLOCK_ROWS = 512;

/** Four columns, and their weights in two directions with what is summed there. */
interface Work {
  readonly columns: readonly Float64Array[];
  readonly weights: readonly [readonly number[], readonly number[]];
  readonly sums: readonly [Float64Array, Float64Array];
}

/** Adds four weighted columns to two directions; each value is read once for both. */
function addColumns({ columns, weights, sums }: Work, from: number, to: number): void {
  const [a, b, c, d] = columns as [Float64Array, Float64Array, Float64Array, Float64Array];
  const [xa, xb, xc, xd] = weights[0] as [number, number, number, number];
  const [ya, yb, yc, yd] = weights[1] as [number, number, number, number];
  const [x, y] = sums;
  for (let i = from; i < to; i += 1) {
    const va = a[i] as number;
    const vb = b[i] as number;
    const vc = c[i] as number;
    const vd = d[i] as number;
    x[i] = (x[i] as number) + xa * va + xb * vb + xc * vc + xd * vd;
    y[i] = (y[i] as number) + ya * va + yb * vb + yc * vc + yd * vd;
  }
}

const four = (values: readonly number[], at: number): number[] => [0, 1, 2, 3].map((step) => values[at + step] ?? 0);

/**
 * The coordinate of every row along each direction: what small inputs take, and the oracle of the kernel, equal bit for
 * bit. Not exported by the package.
 */
export function projectTwin(
  columns: readonly Float64Array[],
  directions: readonly (readonly number[])[],
): Float64Array[] {
  const rows = columns[0]?.length ?? 0;
  const nothing = new Float64Array(rows);
  const out = directions.map(() => new Float64Array(rows));
  // Columns are taken by fours and directions by twos; what is wanting is filled up with zeros.
  const spare = new Float64Array(rows);
  const work: Work[] = [];
  for (let k = 0; k < directions.length; k += 2) {
    const sums = [out[k] as Float64Array, out[k + 1] ?? spare] as const;
    for (let j = 0; j < columns.length; j += 4) {
      const group = [0, 1, 2, 3].map((step) => columns[j + step] ?? nothing);
      work.push({ columns: group, weights: [four(directions[k] ?? [], j), four(directions[k + 1] ?? [], j)], sums });
    }
  }
  for (let from = 0; from < rows; from += BLOCK_ROWS) {
    const to = Math.min(rows, from + BLOCK_ROWS);
    for (const one of work) addColumns(one, from, to);
  }
  return out;
}
