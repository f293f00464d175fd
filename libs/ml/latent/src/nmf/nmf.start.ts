import { mlErrors, timesTable, type FitControl, type SparseMatrix } from '@kohort/ml-core';
import { singularVectors } from '../eigen/singular-vectors';
import type { NmfStart } from './nmf.params';

/** Both sides of a factorisation: counts ≈ amounts (n × k) · partsᵀ (d × k). */
export interface Factors {
  readonly amounts: Float64Array;
  /** d × k: parts by columns. */
  readonly parts: Float64Array;
}

/** Entries below this are noise of the decomposition (scikit-learn's bound). */
const NOISE = 1e-6;

const positive = (values: Float64Array): Float64Array => values.map((value) => Math.max(0, value));
const negative = (values: Float64Array): Float64Array => values.map((value) => Math.max(0, -value));
const length = (values: Float64Array): number => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));

/** The non-negative pair nearest to a singular pair: of its positive and negative halves the larger. */
function halves(left: Float64Array, right: Float64Array, first: boolean) {
  if (first) return { left: left.map(Math.abs), right: right.map(Math.abs), size: 1 };
  const up = { left: positive(left), right: positive(right) };
  const down = { left: negative(left), right: negative(right) };
  const [high, low] = [up, down].map((pair) => length(pair.left) * length(pair.right)) as [number, number];
  const chosen = high > low ? up : down;
  const scale = (values: Float64Array): Float64Array => {
    const norm = length(values);
    return norm > 0 ? values.map((value) => value / norm) : values;
  };
  return { left: scale(chosen.left), right: scale(chosen.right), size: Math.max(high, low) };
}

/**
 * The start by singular vectors, zeros filled with the mean count.
 *
 * Cost    that of the k leading singular vectors
 * Source  Boutsidis & Gallopoulos 2008 (NNDSVDa), as scikit-learn takes it
 */
async function fromSingularVectors(counts: SparseMatrix, k: number, control: FitControl): Promise<Factors> {
  const { rows: n, cols: d } = counts;
  const { values, vectors } = await singularVectors(counts, { count: k, tolerance: 1e-10 }, control);
  const mean = counts.values.reduce((sum, value) => sum + value, 0) / (n * d);
  const amounts = new Float64Array(n * k).fill(mean);
  const parts = new Float64Array(d * k).fill(mean);
  vectors.forEach((right, c) => {
    const singular = values[c] as number;
    if (!(singular > 0)) return;
    const left = timesTable(counts, right, 1).map((value) => value / singular);
    const pair = halves(left, right, c === 0);
    const scale = Math.sqrt(singular * pair.size);
    const put = (to: Float64Array, side: Float64Array): void =>
      side.forEach((value, i) => {
        if (scale * value >= NOISE) to[i * k + c] = scale * value;
      });
    put(amounts, pair.left);
    put(parts, pair.right);
  });
  return { amounts, parts };
}

/** Where start `at` begins. Throws ML_SHAPE for a given start of another size. */
export async function startFactors(
  counts: SparseMatrix,
  { k, start, at }: { k: number; start: NmfStart; at: number },
  control: FitControl,
): Promise<Factors> {
  const { rows: n, cols: d } = counts;
  if (start.method === 'singular-vectors') return fromSingularVectors(counts, k, control);
  if (start.method === 'given') {
    const { amounts, parts } = start;
    if (amounts.length !== n * k || parts.length !== k * d) {
      const expected = `${n} × ${k} amounts and ${k} × ${d} parts`;
      throw mlErrors.ML_SHAPE({ what: 'start', expected, got: `${amounts.length} and ${parts.length} values` });
    }
    const byColumn = Float64Array.from(
      { length: d * k },
      (_, to) => parts[(to % k) * d + Math.floor(to / k)] as number,
    );
    return { amounts: Float64Array.from(amounts), parts: byColumn };
  }
  const random = control.random.split(at);
  const scale = Math.sqrt(counts.values.reduce((sum, value) => sum + value, 0) / (n * d) / k);
  const draw = (size: number): Float64Array =>
    Float64Array.from({ length: size }, () => scale * Math.abs(random.normal()));
  return { amounts: draw(n * k), parts: draw(d * k) };
}
