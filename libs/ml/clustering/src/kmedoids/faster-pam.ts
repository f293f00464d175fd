import { breathe, type ComputeControl, type Matrix } from '@kohort/ml-core';
import { dissimilarity, type FittedDissimilarity } from './dissimilarity';

const WORK_A_BREATH = 4e6;

/** Dissimilarities of all pairs, row after row, in single precision. */
export interface PairTable {
  readonly n: number;
  readonly values: Float32Array;
}

/** Measures all pairs. Cost O(n²·d / 2) time, 4·n² bytes. Throws ML_CANCELLED. */
export async function measurePairs(
  matrix: Matrix,
  how: FittedDissimilarity,
  control: ComputeControl,
): Promise<PairTable> {
  const { rows: n, cols } = matrix;
  const values = new Float32Array(n * n);
  let work = 0;
  for (let i = 1; i < n; i += 1) {
    for (let j = 0; j < i; j += 1) {
      const value = dissimilarity(how, [matrix, i], [matrix, j]);
      values[i * n + j] = value;
      values[j * n + i] = value;
    }
    work += i * cols;
    if (work < WORK_A_BREATH) continue;
    work = 0;
    control.onProgress?.({ phase: 'measuring pairs', done: i, total: n });
    await breathe(control);
  }
  return { n, values };
}

/** Medoids, and each row's nearest and second nearest of them. */
interface Standing {
  readonly medoids: number[];
  readonly nearest: Int32Array;
  readonly first: Float64Array;
  readonly second: Float64Array;
}

/** Finds every row's two nearest medoids anew; the first of equals. */
function assign({ n, values }: PairTable, { medoids, nearest, first, second }: Standing): void {
  first.fill(Infinity);
  second.fill(Infinity);
  medoids.forEach((medoid, m) => {
    for (let i = 0; i < n; i += 1) {
      const value = values[medoid * n + i] as number;
      if (value < (first[i] as number)) {
        second[i] = first[i] as number;
        first[i] = value;
        nearest[i] = m;
      } else if (value < (second[i] as number)) second[i] = value;
    }
  });
}

const total = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);

/** BUILD of Kaufman & Rousseeuw: each next medoid is the row that lowers the total most; the first of equals. */
function build({ n, values }: PairTable, k: number): number[] {
  const first = new Float64Array(n).fill(Infinity);
  const medoids: number[] = [];
  while (medoids.length < k) {
    let best = { row: -1, cost: Infinity };
    for (let row = 0; row < n; row += 1) {
      if (medoids.includes(row)) continue;
      let cost = 0;
      for (let i = 0; i < n; i += 1) cost += Math.min(first[i] as number, values[row * n + i] as number);
      if (cost < best.cost) best = { row, cost };
    }
    medoids.push(best.row);
    for (let i = 0; i < n; i += 1) first[i] = Math.min(first[i] as number, values[best.row * n + i] as number);
  }
  return medoids;
}

/** What removing each medoid alone would cost. */
function removalLosses({ nearest, first, second, medoids }: Standing): Float64Array {
  const losses = new Float64Array(medoids.length);
  for (let i = 0; i < nearest.length; i += 1) {
    const m = nearest[i] as number;
    losses[m] = (losses[m] as number) + ((second[i] as number) - (first[i] as number));
  }
  return losses;
}

/** The medoid whose place a row would best take, and the change of the total that brings. */
function bestSwap(table: PairTable, standing: Standing, losses: Float64Array, row: number) {
  const { n, values } = table;
  const { nearest, first, second } = standing;
  const change = Float64Array.from(losses);
  let shared = 0;
  for (let i = 0; i < n; i += 1) {
    const value = values[row * n + i] as number;
    const one = first[i] as number;
    const two = second[i] as number;
    if (value < one) {
      const m = nearest[i] as number;
      shared += value - one;
      change[m] = (change[m] as number) + one - two;
    } else if (value < two) {
      const m = nearest[i] as number;
      change[m] = (change[m] as number) + value - two;
    }
  }
  let medoid = 0;
  change.forEach((value, m) => {
    if (value < (change[medoid] as number)) medoid = m;
  });
  return { medoid, change: (change[medoid] as number) + shared };
}

/** One medoid has no second: its loss is all or nothing, so the best single row is looked for directly. */
function bestSingle({ n, values }: PairTable): number {
  let best = { row: 0, cost: Infinity };
  for (let row = 0; row < n; row += 1) {
    let cost = 0;
    for (let i = 0; i < n; i += 1) cost += values[row * n + i] as number;
    if (cost < best.cost) best = { row, cost };
  }
  return best.row;
}

/** Where the swaps ended. */
export interface PamEnd {
  /** Rows, rising. */
  readonly medoids: number[];
  readonly cost: number;
  readonly passes: number;
  readonly converged: boolean;
}

/**
 * Partitioning around medoids: BUILD, then each row in turn takes the place of a medoid when that lowers the total, until
 * no row does.
 *
 * Ties    the first row and the first medoid
 * Cost    O(n²·k) to build, O(n²) a pass
 * Throws  ML_CANCELLED
 * Source  Kaufman & Rousseeuw 1987; FasterPAM of Schubert & Rousseeuw 2021
 */
export async function fasterPam(
  table: PairTable,
  { k, maxPasses }: { k: number; maxPasses: number },
  control: ComputeControl,
): Promise<PamEnd> {
  const { n } = table;
  const medoids = k === 1 ? [bestSingle(table)] : build(table, k);
  const standing: Standing = {
    medoids,
    nearest: new Int32Array(n),
    first: new Float64Array(n),
    second: new Float64Array(n),
  };
  assign(table, standing);
  let losses = removalLosses(standing);
  let unchanged = 0;
  let tried = 0;
  const tolerance = -1e-9 * (total(standing.first) + Number.MIN_VALUE);
  const most = k === 1 ? 0 : maxPasses * n;
  while (unchanged < n && tried < most) {
    const row = tried % n;
    tried += 1;
    unchanged += 1;
    if (tried % Math.max(1, Math.floor(WORK_A_BREATH / n)) === 0) await breathe(control);
    if (medoids.includes(row)) continue;
    const { medoid, change } = bestSwap(table, standing, losses, row);
    if (!(change < tolerance)) continue;
    medoids[medoid] = row;
    assign(table, standing);
    losses = removalLosses(standing);
    unchanged = 0;
  }
  const passes = Math.ceil(tried / n);
  const ended = { passes, converged: k === 1 || unchanged >= n };
  return { medoids: [...medoids].sort((a, b) => a - b), cost: total(standing.first), ...ended };
}
